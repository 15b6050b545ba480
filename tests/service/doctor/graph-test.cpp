// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The graph of a real daemon.

#include "service/doctor/graph-view.hpp"
#include "tests/support/graph-client.hpp"
#include "tests/support/noise.hpp"
#include "tests/support/private-session.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>

namespace decant::doctor
{

using Catch::Matchers::ContainsSubstring;

namespace
{

/// libpipewire asks the environment which daemon is meant.
class Meant
{
    std::map<std::string, std::optional<std::string>> before_;

public:
    explicit Meant(const tests::Environment& environment)
    {
        for (const auto& [name, value] : environment) {
            const char* old = std::getenv(name.c_str());
            before_[name] = old == nullptr ? std::nullopt : std::optional<std::string>(old);
            setenv(name.c_str(), value.c_str(), 1);
        }
    }
    ~Meant()
    {
        for (const auto& [name, value] : before_)
            value ? setenv(name.c_str(), value->c_str(), 1) : unsetenv(name.c_str());
    }
    Meant(const Meant&) = delete;
    Meant& operator=(const Meant&) = delete;
};

} // namespace

TEST_CASE("the graph is judged by the quantum that its driver runs with, and by what is forced")
{
    const tests::PrivateSession session({.session_manager = false, .quantum = 256, .rate = 48000});
    const Meant meant(session.environment());
    const auto answer = look_at_graph(std::chrono::milliseconds(1500));
    INFO(answer.why_unknown());
    const auto* graph = answer.known();
    REQUIRE(graph != nullptr);
    CHECK(graph->set_quantum == 256);
    CHECK(graph->set_rate == 48000);
    CHECK(graph->forced_quantum == 0);
    CHECK(quantum_of(*graph).frames == 256);

    session.set_quantum(512);
    const auto forced = look_at_graph(std::chrono::milliseconds(500));
    REQUIRE(forced.known() != nullptr);
    CHECK(forced.known()->forced_quantum == 512);
}

TEST_CASE("what plays is seen with its driver")
{
    const tests::PrivateSession session({.session_manager = false, .quantum = 256, .rate = 48000});
    tests::GraphClient client(session);
    tests::NoiseSource noise;
    const tests::TestNode player(client, "player", {.inputs = {}, .outputs = {{"FL", "FL", ""}}}, noise);
    session.link("player:FL", "test-sink:playback_FL");
    const Meant meant(session.environment());
    Answer<Graph> answer;
    CHECK(tests::wait_until([&answer] {
        answer = look_at_graph(std::chrono::milliseconds(300));
        if (answer.known() == nullptr)
            return false;
        const auto& drivers = answer.known()->drivers;
        return std::any_of(drivers.begin(), drivers.end(), [](const Graph::Driver& driver) {
            return std::any_of(driver.nodes.begin(), driver.nodes.end(),
                               [](const Graph::Node& node) { return node.name == "player"; });
        });
    }));
    REQUIRE(answer.known() != nullptr);
    const auto quantum = quantum_of(*answer.known());
    CHECK(quantum.frames == 256);
    CHECK(quantum.rate == 48000);
    CHECK_THAT(quantum.source, ContainsSubstring("runs now"));
}

TEST_CASE("where no daemon answers the graph is unknown, and the remedy is named")
{
    const tests::TemporaryDirectory nothing;
    const auto place = nothing.path().string();
    const Meant meant({{"XDG_RUNTIME_DIR", place}, {"PIPEWIRE_RUNTIME_DIR", place}});
    const auto answer = look_at_graph(std::chrono::milliseconds(100));
    CHECK(answer.known() == nullptr);
    CHECK_THAT(answer.why_unknown(), ContainsSubstring("systemctl --user start pipewire"));
}

} // namespace decant::doctor
