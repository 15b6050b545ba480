// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/rack-screen.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <cstdint>

namespace decant::cli
{
namespace
{

using Catch::Matchers::ContainsSubstring;
using service::NodeState;

RackScreen of_nodes(int count)
{
    RackScreen screen;
    for (int i = 0; i < count; ++i)
        screen.nodes["node-" + std::string(1, static_cast<char>('a' + i))].state = NodeState::running;
    return screen;
}

} // namespace

TEST_CASE("a row has all that a node is measured by, and a dash where there is nothing")
{
    RackScreen screen;
    screen.columns = 120;
    auto& bass = screen.nodes["bass"];
    bass.state = NodeState::running;
    bass.load = 0.5;
    bass.round_trip = service::RoundTrip{.p50 = 41, .p99 = 60, .max = 77, .worst = 80};
    bass.late = 3;
    bass.memory = 12 * 1024 * 1024;
    screen.nodes["piano"].voices = 17;
    screen.nodes["unheard"].state = NodeState::running;
    screen.nodes["unheard"].bypassed = true;
    screen.nodes["wrong"].state = NodeState::failed;
    screen.nodes["wrong"].message = "it does not\nexist";

    const auto lines = screen.lines();
    REQUIRE(lines.size() == 8);
    CHECK(lines[0] == "decant: 4 nodes, 1 failed, load 50.0 %, 12.0 MiB");
    CHECK_THAT(lines[2], ContainsSubstring("bass") && ContainsSubstring("running") &&
                             ContainsSubstring(" 50.0 [||||    ]") && ContainsSubstring("41/77") &&
                             ContainsSubstring(" 12.0"));
    CHECK_THAT(lines[3], ContainsSubstring("piano") && ContainsSubstring(" 17 "));
    CHECK_THAT(lines[4], ContainsSubstring("unheard  bypassed"));
    CHECK_THAT(lines[5], ContainsSubstring("it does not exist"));
}

TEST_CASE("no line is longer than the screen is wide, and there are no more of them than it has rows")
{
    auto screen = of_nodes(20);
    screen.nodes.begin()->second.message = std::string(500, 'x');
    for (const std::size_t columns : {1U, 20U, 80U})
        for (const std::size_t rows : {1U, 3U, 5U, 24U, 100U}) {
            screen.columns = columns;
            screen.rows = rows;
            const auto lines = screen.lines();
            CHECK(lines.size() <= rows);
            CHECK(std::all_of(lines.begin(), lines.end(),
                              [columns](const auto& line) { return line.size() <= columns; }));
        }
}

TEST_CASE("the selected node is on the screen, however many there are")
{
    auto screen = of_nodes(20);
    screen.rows = 10;
    CHECK(screen.selected_line() == SIZE_MAX);
    screen.select_previous();
    CHECK(screen.selected.empty());
    for (int i = 0; i < 25; ++i) {
        screen.select_next();
        REQUIRE(screen.selected_line() < screen.lines().size() - 2);
        CHECK_THAT(screen.lines()[screen.selected_line()], ContainsSubstring(screen.selected));
    }
    CHECK(screen.selected == "node-t");
    for (int i = 0; i < 25; ++i)
        screen.select_previous();
    CHECK(screen.selected == "node-a");
    screen.nodes.erase("node-a");
    CHECK(screen.selected_line() == SIZE_MAX);
    screen.select_next();
    CHECK(screen.selected == "node-b");
}

} // namespace decant::cli
