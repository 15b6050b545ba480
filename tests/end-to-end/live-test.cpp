// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What happens around a rack that plays: the daemons restart, the machine sleeps, time runs faster.

#include "service/wine-processes.hpp"
#include "tests/end-to-end/rack.hpp"
#include "tests/support/graph-client.hpp"
#include "tests/support/noise.hpp"

#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <fmt/format.h>
#include <functional>
#include <string>
#include <vector>

namespace decant::tests
{
namespace
{

const nodes::PortLayout stereo_in{.inputs = {{"FL", "FL", ""}, {"FR", "FR", ""}}, .outputs = {}};
const nodes::PortLayout stereo_out{.inputs = {}, .outputs = {{"FL", "FL", ""}, {"FR", "FR", ""}}};

/// A gain of one half.
std::string rack_of_gain(const std::string& more)
{
    return fmt::format(
        "decant.nodes = [ {{ name = gain type = plugin path = \"{}\" params = {{ Gain = 0.25 }} {} }} ]",
        test_plugin("decant-test-gain.dll").string(), more);
}

/// Noise goes into the gain, and a listener hears it; made anew for each daemon.
struct Room {
    GraphClient client;
    NoiseSource noise_source;
    NoiseListener listener;
    TestNode source;
    TestNode tape;

    explicit Room(const PrivateSession& session, const std::string& group = {})
        : client(session), source(client, "source", stereo_out, noise_source, nullptr, in_group(group)),
          tape(client, "tape", stereo_in, listener, nullptr, in_group(group))
    {
        listener.gain = 0.5F;
    }

    static std::function<void(nodes::FilterNodeSetup&)> in_group(const std::string& group)
    {
        return [group](nodes::FilterNodeSetup& setup) {
            if (!group.empty())
                setup.properties["node.group"] = group;
        };
    }

    void wire(const PrivateSession& session, const Rack& rack) const
    {
        const auto inputs = rack.ports("gain", Direction::input);
        const auto outputs = rack.ports("gain", Direction::output);
        REQUIRE(inputs.size() == 2);
        REQUIRE(outputs.size() == 2);
        for (const std::size_t i : {0u, 1u}) {
            const std::string channel = i == 0 ? ":FL" : ":FR";
            session.link("source" + channel, inputs[i]);
            session.link(outputs[i], "tape" + channel);
        }
    }

    [[nodiscard]] bool plays(std::uint32_t quantum)
    {
        listener.listen(quantum, 48000);
        return hears(listener, 20);
    }
};

} // namespace

TEST_CASE("freewheeling waits for the plugin: no block is late, however fast time runs")
{
    PrivateSession session({.session_manager = false, .quantum = 256});
    Rack rack(session, rack_of_gain("node.group = pipewire.freewheel"));
    REQUIRE(rack.wait_for("gain", "running"));
    Room room(session, "pipewire.freewheel");
    room.wire(session, rack);
    REQUIRE(wait_until([&] { return room.tape->counters().cycles > 100; }));
    REQUIRE(room.plays(256));

    const auto late = rack.nodes()["gain"]["late"].get<std::uint64_t>();
    room.listener.listen(256, 48000);
    CHECK(wait_until([&] { return room.listener.exact >= 2'000; }));
    CHECK(room.listener.damaged == 0);
    CHECK(room.listener.jumps == 0);
    CHECK(room.listener.silent == 0);
    CHECK(wait_until([&] { return rack.nodes()["gain"]["late"] == late; }));
}

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
    Rack rack(session, rack_of_gain(""));
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
