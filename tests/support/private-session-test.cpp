// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/private-session.hpp"

#include <catch2/catch_test_macros.hpp>
#include <csignal>

using namespace decant::tests;

namespace
{

std::size_t port_count(const PrivateSession& session, Direction direction)
{
    return session.graph().ports_of("test-sink", direction).size();
}

} // namespace

TEST_CASE("a session without a session manager has a stereo sink and no links")
{
    const PrivateSession session({.session_manager = false});

    const auto graph = session.graph();
    REQUIRE(graph.find_node("test-sink"));
    const auto inputs = graph.ports_of("test-sink", Direction::input);
    REQUIRE(inputs.size() == 2);
    CHECK(inputs[0].path() == "test-sink:playback_FL");
    CHECK(inputs[1].properties.at("audio.channel") == "FR");
    CHECK(graph.ports_of("test-sink").size() == 4);
    CHECK(graph.links().empty());
}

TEST_CASE("WirePlumber makes the sink the default of the session")
{
    const PrivateSession session;

    CHECK(session.graph().metadata("default", "default.audio.sink")->at("name") == "test-sink");
}

TEST_CASE("quantum and rate are given at the start and change while the session runs")
{
    const PrivateSession session({.session_manager = false, .quantum = 512, .rate = 44100});
    CHECK(session.graph().metadata("settings", "clock.quantum") == 512);
    CHECK(session.graph().metadata("settings", "clock.rate") == 44100);

    session.set_quantum(64);
    session.set_rate(96000);

    CHECK(wait_until([&] { return session.graph().metadata("settings", "clock.force-quantum") == 64; }));
    CHECK(wait_until([&] { return session.graph().metadata("settings", "clock.force-rate") == 96000; }));
}

TEST_CASE("links are made and cut by the names of their ports")
{
    const PrivateSession session({.session_manager = false});

    session.link("test-sink:monitor_FL", "test-sink:playback_FR");
    CHECK(session.graph().links() == std::multiset<Link>{{"test-sink:monitor_FL", "test-sink:playback_FR"}});

    session.unlink("test-sink:monitor_FL", "test-sink:playback_FR");
    CHECK(wait_until([&] { return session.graph().links().empty(); }));
}

TEST_CASE("a killed PipeWire takes WirePlumber along, and both come back")
{
    PrivateSession session;

    session.kill_pipewire();
    CHECK(session.wireplumber().wait(patience));
    session.start_pipewire();
    session.start_wireplumber();

    CHECK(port_count(session, Direction::input) == 2);
}

TEST_CASE("two sessions do not see each other")
{
    const PrivateSession one({.session_manager = false});
    const PrivateSession other({.session_manager = false});

    one.link("test-sink:monitor_FL", "test-sink:playback_FR");

    CHECK(other.graph().links().empty());
}

TEST_CASE("a process that left every group dies with the session")
{
    pid_t stray = 0;
    {
        const PrivateSession session({.session_manager = false});
        stray = std::stoi(session.run({"sh", "-c", "setsid sleep 1000 >/dev/null 2>&1 & echo $!"}).output);
        REQUIRE(::kill(stray, 0) == 0);
    }
    CHECK(wait_until([&] { return ::kill(stray, 0) != 0; }));
}
