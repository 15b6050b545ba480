// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/bridge/host-thread.hpp"
#include "service/realtime/wineservers.hpp"
#include "service/wine-processes.hpp"
#include "tests/service/gain-rack.hpp"

#include "tests/support/graph-client.hpp"
#include "tests/support/noise.hpp"
#include "tests/support/players.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <fmt/format.h>
#include <string>
#include <thread>
#include <vector>

namespace decant::service
{
namespace
{

using Catch::Matchers::ContainsSubstring;
using tests::GraphClient;
using tests::TestNode;
using tests::wait_until;

int priority_of(pid_t thread)
{
    const auto scheduling = bridge::scheduling_of(thread);
    return scheduling ? scheduling->priority : 0;
}

} // namespace

TEST_CASE("a plugin's thread is real-time by the limits, has that again when it was taken away, and "
          "wineserver comes below")
{
    GainRack rack;
    if (!wait_until([&] { return rack.listed("gain").value("rt", "") == "limits"; },
                    std::chrono::seconds(10)))
        SKIP("no real-time priorities here: the limit \"rtprio\" is too low (see decant doctor)");
    const auto hosts = hosts_of(rack);
    REQUIRE(hosts.size() == 1);
    const pid_t thread = thread_named("decant-audio", hosts[0]);
    int before = 0;
    REQUIRE(wait_until([&] { return (before = priority_of(thread)) > 0; }));
    const auto server = wineserver_of(std::getenv("DECANT_TEST_PREFIX"));
    REQUIRE(server);
    CHECK(wait_until([&] { return priority_of(*server) == wineserver_priority(before); }));

    bridge::demote(thread);
    CHECK(wait_until([&] { return priority_of(thread) == before; }));
    CHECK(rack.listed("gain").value("rt", "") == "limits");
    CHECK_THAT(rack.process().errors(),
               ContainsSubstring("had lost its real-time priority, and has it again"));
}

TEST_CASE("noise passes a Windows effect bit by bit at every quantum and rate")
{
    GainRack rack("params = { Gain = 0.25 }");
    rack.listener.gain = 0.5F;

    for (const std::uint32_t rate : {44100u, 48000u, 96000u}) {
        rack.session().set_rate(rate);
        for (const std::uint32_t quantum : {32u, 64u, 256u, 1024u}) {
            INFO(quantum << " frames at " << rate << " Hz");
            rack.session().set_quantum(quantum);
            // The plugin is activated anew for a rate; until then the noise goes past it.
            rack.listener.listen(quantum, rate);
            REQUIRE(wait_until([&] { return rack.listener.exact >= 20; }));

            const auto late_before = rack.late();
            rack.listener.listen(quantum, rate);
            CHECK(wait_until([&] { return rack.listener.exact >= 50; }));
            // A block that is late is the input, faded in and out. On a busy machine that happens.
            const auto damaged = rack.listener.damaged.load();
            CHECK((damaged == 0 || wait_until([&] { return rack.late() > late_before; })));
        }
    }
}

TEST_CASE("noise passes a chain of two Windows effects bit by bit")
{
    const std::string path = path_of("gain");
    GainRack rack({}, "chain = [ { " + path + " params = { Gain = 0.25 } } { " + path +
                          " params = { Gain = 0.125 } } ]");
    rack.listener.gain = 0.5F * 0.25F;
    CHECK(hosts_of(rack).size() == 1);
    for (const std::uint32_t quantum : {64u, 1024u}) {
        INFO(quantum << " frames");
        rack.session().set_quantum(quantum);
        rack.listener.listen(quantum, 48000);
        CHECK(wait_until([&] { return rack.listener.exact >= 50; }));
    }
}

TEST_CASE("noise passes a Windows effect bit by bit that is awake when its blocks come")
{
    if (std::thread::hardware_concurrency() < 2)
        SKIP("needs two CPUs");
    GainRack rack("params = { Gain = 0.25 } wake = anticipate");
    rack.listener.gain = 0.5F;
    rack.session().set_quantum(256);
    CHECK(wait_until([&] { return rack.listed("gain").value("awake", 0.0) > 0; }));
    CHECK(rack.listed("gain").at("wake") == "anticipate");
    rack.listener.listen(256, 48000);
    CHECK(wait_until([&] { return rack.listener.exact >= 50; }));

    // A neighbour in each data loop: there is no CPU left that has nothing else to do.
    std::string both =
        fmt::format("{0} prefix = \"{1}\"", path_of("gain"), std::getenv("DECANT_TEST_PREFIX"));
    std::string nodes = "{ name = gain " + both + " params = { Gain = 0.25 } wake = anticipate }";
    for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i)
        nodes += fmt::format("{{ name = neighbour{} {} wake = sleep }}", i, both);
    rack.configure("decant.nodes = [ " + nodes + " ]");
    CHECK(wait_until([&] { return rack.listed("gain").value("wake", "") == "sleep"; }));
    rack.listener.listen(256, 48000);
    CHECK(wait_until([&] { return rack.listener.exact >= 50; }));
}

TEST_CASE("a killed host costs the node neither its place nor its links, and comes back with its parameters")
{
    GainRack rack("params = { Gain = 0.25 }");
    REQUIRE(rack.hears(0.5F));
    const auto serial = rack.serial("gain");
    const auto links = rack.session().graph().links();
    const auto hosts = hosts_of(rack);
    REQUIRE(hosts.size() == 1);
    const auto cycles = [&] {
        return (*rack.recorder)->counters().cycles.load();
    };

    ::kill(hosts.front(), SIGKILL);

    const auto cycles_then = cycles();
    CHECK(wait_until([&] { return cycles() > cycles_then + 50; })); // the graph runs on
    CHECK(wait_until([&] { return rack.listed("gain").at("restarts") == 1; }));
    CHECK(rack.wait_for_state("gain", "running"));
    CHECK(rack.hears(0.5F));
    CHECK(rack.serial("gain") == serial);
    CHECK(rack.session().graph().links() == links);
    CHECK(hosts_of(rack) != hosts);
}

TEST_CASE("a plugin that cannot be a sink for want of inputs plays, with a warning")
{
    RunningService service;
    service.configure(node("sine", "as = sink"));
    service.start();
    REQUIRE(service.wait_for_state("sine", "running"));
    CHECK(wait_until([&] {
        return service.listed("sine").at("warnings").dump().find("take as = sink out") != std::string::npos;
    }));
    CHECK(service.listed("sine").at("state") == "running");
}

TEST_CASE("a device is called as the configuration says now, and its node plays on")
{
    RunningService service;
    service.configure(node("gain", "as = sink description = Warm"));
    service.start();
    REQUIRE(service.wait_for_state("gain", "running"));
    const auto shown = [&] {
        const auto device = service.session().graph().find_node("decant-sink.gain");
        return device ? device->at("info").at("props").value("node.description", "") : std::string();
    };
    CHECK(wait_until([&] { return shown() == "Warm (Decant, gain)"; }));
    const auto serial = service.serial("gain");

    service.configure(node("gain", "as = sink description = Cold"));
    CHECK(wait_until([&] { return shown() == "Cold (Decant, gain)"; }));
    CHECK(service.serial("gain") == serial);
}

TEST_CASE("a plugin has the ports that the node's channels ask for, or a warning that it has not")
{
    RunningService service;
    const auto configure = [&](const std::string& channels) {
        const auto path =
            fmt::format("path = \"{}/decant-test-speakers.dll\"", std::getenv("DECANT_TEST_PLUGINS"));
        service.configure(node_of("strip", path, channels));
    };
    const auto ports = [&](tests::Direction direction) {
        return service.session().graph().ports_of("decant.strip", direction).size();
    };
    configure("input.channels = mono");
    service.start();
    REQUIRE(service.wait_for_state("strip", "running"));
    CHECK(wait_until(
        [&] { return ports(tests::Direction::input) == 1 && ports(tests::Direction::output) == 2; }));
    CHECK(service.listed("strip").at("warnings").empty());

    configure("input.channels = 5.1 output.channels = 5.1");
    CHECK(wait_until(
        [&] { return ports(tests::Direction::input) == 6 && ports(tests::Direction::output) == 6; }));

    configure("output.channels = 7.1");
    CHECK(wait_until([&] {
        return service.listed("strip")
                   .at("warnings")
                   .dump()
                   .find("the plugin has no 7.1 there, and keeps its 2") != std::string::npos;
    }));
    CHECK(ports(tests::Direction::output) == 2);
}

TEST_CASE("a Windows synth plays the pitch of the key and ends with it")
{
    RunningService service;
    service.configure(node("sine"));
    service.start();
    REQUIRE(service.wait_for_state("sine", "running"));
    GraphClient client(service.session());
    tests::Keyboard keyboard;
    tests::Recorder recorder(48000);
    TestNode tape(client, "recorder", mono_in, recorder);
    TestNode keys(client, "keys", {.inputs = {}, .outputs = {}, .midi_in = false, .midi_out = true},
                  keyboard);
    service.session().link(
        "decant.sine:" +
            service.session().graph().ports_of("decant.sine", tests::Direction::output).at(0).name,
        "recorder:input");
    service.session().link("keys:midi_out", "decant.sine:midi_in");

    REQUIRE(tests::play_until_heard(keyboard, {0x90, 69, 100}, recorder));
    CHECK(tests::frequency_of(recorder.tape(), recorder.rate()) == Catch::Approx(440).margin(0.5));

    REQUIRE(keyboard.play({0x80, 69, 0}));
    CHECK(wait_until([&] { return tests::record(recorder) && tests::peak_of(recorder.tape()) == 0; }));
}

} // namespace decant::service
