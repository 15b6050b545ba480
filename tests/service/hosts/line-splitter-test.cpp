// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/hosts/line-splitter.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace decant::service;

namespace
{

struct Lines {
    std::vector<std::string> all;
    LineSplitter splitter{[this](std::string_view line) {
        all.emplace_back(line);
    }};
};

constexpr LineSplitter::Clock::time_point start{std::chrono::hours(1)};

} // namespace

TEST_CASE("bytes that come in pieces become lines")
{
    Lines lines;
    lines.splitter.feed("one\r\ntw", start);
    lines.splitter.feed("o\n\nthree", start);
    CHECK(lines.all == std::vector<std::string>{"one", "two"});

    lines.splitter.finish(start);
    CHECK(lines.all == std::vector<std::string>{"one", "two", "three"});
}

TEST_CASE("a line cannot command the terminal that shows it")
{
    Lines lines;
    lines.splitter.feed("\x1b[2Jgone\n", start);
    REQUIRE(lines.all.size() == 1);
    CHECK(lines.all[0].find('\x1b') == std::string::npos);
}

TEST_CASE("an endless line is cut")
{
    Lines lines;
    lines.splitter.feed(std::string(1'000'000, 'x') + "\nnext\n", start);
    REQUIRE(lines.all.size() == 2);
    CHECK(lines.all[0].size() <= LineSplitter::longest_line);
    CHECK(lines.all[1] == "next");
}

TEST_CASE("a flood is thinned out and counted, and the next second is heard again")
{
    Lines lines;
    for (int i = 0; i < 10'000; ++i)
        lines.splitter.feed("flood\n", start);
    CHECK(lines.all.size() == LineSplitter::lines_per_second);

    lines.splitter.feed("calm\n", start + std::chrono::seconds(2));
    REQUIRE(lines.all.size() == LineSplitter::lines_per_second + 2);
    CHECK(lines.all[lines.all.size() - 2] == "(9800 more lines left out)");
    CHECK(lines.all.back() == "calm");
}
