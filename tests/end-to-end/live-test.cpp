// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What happens around a rack that plays: the daemons restart, the machine sleeps.

#include "service/wine-processes.hpp"
#include "tests/end-to-end/room.hpp"

#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <fmt/format.h>
#include <string>

namespace decant::tests
{

TEST_CASE("a restart of WirePlumber is not heard")
{
    PrivateSession session({.quantum = 1024});
    Rack rack(session, rack_of_gain("output.to = [ test-sink ]"));
    REQUIRE(rack.wait_for("gain", "running"));
    Room room(session);
    room.wire(session, rack);
    const auto output = rack.ports("gain", Direction::output).at(0);
    REQUIRE(wait_until([&] { return session.graph().linked(output, "test-sink:playback_FL"); }));
    REQUIRE(room.plays(1024));
    const auto links = session.graph().link_ids(output, "test-sink:playback_FL");
    const auto host = rack.host_of("gain");

    const auto late = rack.nodes()["gain"]["late"].get<std::uint64_t>();
    room.listener.listen(1024, 48000);
    session.kill_wireplumber();
    session.start_wireplumber();
    const auto heard = room.listener.exact + 20;
    CHECK(wait_until([&] { return room.listener.exact >= heard; }));

    CHECK(room.listener.silent == 0);
    const std::uint64_t damaged = room.listener.damaged; // for want of a CPU alone
    CHECK(wait_until(
        [&] { return 3 * (rack.nodes()["gain"]["late"].get<std::uint64_t>() - late) >= damaged; }));
    CHECK(session.graph().link_ids(output, "test-sink:playback_FL") == links);
    CHECK(rack.host_of("gain") == host);
}

TEST_CASE("a restart of PipeWire brings back the same node with the same links, and the plugin never ended")
{
    PrivateSession session({.quantum = 1024});
    Rack rack(session, rack_of_gain("output.to = [ test-sink ]"));
    REQUIRE(rack.wait_for("gain", "running"));
    const auto output = rack.ports("gain", Direction::output).at(0);
    const auto linked = [&] {
        return session.graph().linked(output, "test-sink:playback_FL");
    };
    REQUIRE(wait_until(linked));
    const auto host = rack.host_of("gain");
    REQUIRE(host);
    {
        Room room(session);
        room.wire(session, rack);
        REQUIRE(room.plays(1024));
    }

    for (int i = 0; i < 3; ++i) {
        session.kill_pipewire();
        session.start_pipewire();
        session.start_wireplumber();

        CHECK(rack.wait_for("gain", "running"));
        CHECK(wait_until([&] { return rack.ports("gain", Direction::output).size() == 2; }));
        CHECK(wait_until(linked));
        CHECK(rack.host_of("gain") == host);
        CHECK(rack.nodes()["gain"]["restarts"] == 0);
    }
    Room room(session);
    room.wire(session, rack);
    CHECK(room.plays(1024));
}

TEST_CASE("after a sleep of the whole machine the plugin plays on, and nothing is late for ever")
{
    PrivateSession session({.session_manager = false, .quantum = 1024});
    Rack rack(session, rack_of_gain());
    REQUIRE(rack.wait_for("gain", "running"));
    Room room(session);
    room.wire(session, rack);
    REQUIRE(room.plays(1024));
    const auto host = rack.host_of("gain");
    REQUIRE(host);

    for (int i = 0; i < 2; ++i) {
        // The daemon first and last: nobody sees the others missing.
        session.pipewire().signal(SIGSTOP);
        rack.service().signal(SIGSTOP);
        REQUIRE(::kill(*host, SIGSTOP) == 0);
        // Longer than anybody waits for a plugin that hangs in a block.
        const auto asleep = std::chrono::steady_clock::now();
        CHECK(
            wait_until([&] { return std::chrono::steady_clock::now() - asleep >= std::chrono::seconds(4); }));
        rack.service().signal(SIGCONT);
        REQUIRE(::kill(*host, SIGCONT) == 0);
        session.pipewire().signal(SIGCONT);

        CHECK(room.plays(1024));
        CHECK(rack.host_of("gain") == host);
        CHECK(rack.nodes()["gain"]["restarts"] == 0);
        const auto late = rack.nodes()["gain"]["late"].get<std::uint64_t>();
        room.listener.listen(1024, 48000);
        CHECK(wait_until([&] { return room.listener.exact >= 100; }));
        // A busy machine has blocks too late, but not as many as in time.
        CHECK(rack.nodes()["gain"]["late"].get<std::uint64_t>() <= late + 50);
    }
}

TEST_CASE("an end of the whole of Wine is an end of its hosts, which come back")
{
    PrivateSession session({.session_manager = false, .quantum = 1024});
    // Of its own, as those of other tests share theirs; decantd makes it.
    const auto prefix = (session.home() / "prefix").string();
    Rack rack(session, rack_of_gain(fmt::format("prefix = \"{}\"", prefix)));
    session.set_environment("WINEPREFIX", prefix);
    REQUIRE(rack.wait_for("gain", "running"));
    Room room(session);
    room.wire(session, rack);
    REQUIRE(room.plays(1024));

    for (std::uint64_t i = 1; i <= 4; ++i) {
        if (i < 4) // which ends all that it serves
            REQUIRE(session.run({"wineserver", "-k"}).exit == 0);
        else // which tells nobody
            REQUIRE(::kill(service::wineserver_of(prefix).value(), SIGKILL) == 0);
        CHECK(wait_until([&] { return rack.nodes()["gain"]["restarts"].get<std::uint64_t>() >= i; }));
        REQUIRE(rack.wait_for("gain", "running"));
        CHECK(room.plays(1024));
    }
}

} // namespace decant::tests
