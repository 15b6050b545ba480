// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The service of a user whose limits allow no real time, with a RealtimeKit on the system bus.

#include "nodes/bridge/host-thread.hpp"
#include "tests/service/realtime/fake-realtime-kit.hpp"
#include "tests/service/running-service.hpp"
#include "tests/support/graph-client.hpp"
#include "tests/support/noise.hpp"
#include "tests/support/process-table.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <sched.h>
#include <string>
#include <sys/resource.h>

using namespace decant;
using Catch::Matchers::ContainsSubstring;
using service::RunningService;
using tests::GraphClient;
using tests::TestNode;
using tests::wait_until;

namespace
{

bool may_play_realtime_kit()
{
    const sched_param lowest{1};
    const bool may = sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &lowest) == 0;
    bridge::demote(0);
    return may && geteuid() == 0;
}

/// A rack of one node, which is called as its plugin is.
struct Rack : RunningService {
    tests::FakeRealtimeKit kit;
    std::string node;

    explicit Rack(const std::string& plugin = "gain") : node(plugin)
    {
        if (!may_play_realtime_kit())
            SKIP("no RealtimeKit can be played without its rights (run as root)");
        session().set_environment("DBUS_SYSTEM_BUS_ADDRESS", kit.address());
        configure_with("");
    }

    void configure_with(const std::string& more) const
    {
        configure(fmt::format("decant.nodes = [ {{ name = {0} path = \"{1}/decant-test-{0}.dll\" prefix = "
                              "\"{2}\" {3} }} ]",
                              node, std::getenv("DECANT_TEST_PLUGINS"), std::getenv("DECANT_TEST_PREFIX"),
                              more));
    }

    void start_as_ordinary_user()
    {
        start_by({"prlimit", "--rtprio=0:0", "--nice=0:0", "setpriv",
                  "--bounding-set=-sys_nice,-sys_resource", "--inh-caps=-sys_nice,-sys_resource"});
        REQUIRE(wait_for_state(node, "running"));
    }

    [[nodiscard]] std::string right() const { return listed(node).value("rt", ""); }

    /// Of the plugin's own threads, so many have got real time from RealtimeKit.
    [[nodiscard]] bool has_realtime_threads(unsigned count) const
    {
        const auto threads = listed(node).value("rt-threads", nlohmann::json::object());
        return threads.value("rtkit", 0U) == count && threads.value("none", 0U) == 0;
    }

    [[nodiscard]] pid_t host() const
    {
        for (const pid_t child : tests::children_of(const_cast<Rack*>(this)->process().id()))
            if (tests::name_of(child) == node)
                return child;
        return 0;
    }
};

/// How many threads of a process are real-time, by RealtimeKit's policy.
std::ptrdiff_t realtime_threads_of(pid_t process)
{
    const std::filesystem::directory_iterator tasks(fmt::format("/proc/{}/task", process));
    return std::count_if(begin(tasks), end(tasks), [](const auto& task) {
        const auto has = bridge::scheduling_of(std::stoi(task.path().filename().string()));
        return has && has->policy == SCHED_RR && has->priority > 0;
    });
}

const nodes::PortLayout mono_out{.inputs = {}, .outputs = {{"output", "MONO", ""}}};

} // namespace

TEST_CASE("where the limits allow no real time, RealtimeKit gives it to data loops and plugins")
{
    Rack rack;
    rack.start_as_ordinary_user();
    CHECK(wait_until([&] { return rack.right() == "rtkit"; }));
    CHECK_THAT(rack.process().errors(),
               ContainsSubstring("node 'gain': its audio thread is real-time by RealtimeKit"));
    CHECK_THAT(rack.process().errors(), !ContainsSubstring("'rtprio 95'"));
}

TEST_CASE(
    "a plugin's own threads have real time by RealtimeKit, too, and lose it, and nothing else, when they run "
    "for too long")
{
    Rack rack("crew");
    rack.start_as_ordinary_user();
    REQUIRE(wait_until([&] { return rack.right() == "rtkit" && rack.has_realtime_threads(2); }));
    const pid_t host = rack.host();
    CHECK(realtime_threads_of(host) == 3);
    CHECK_THAT(rack.process().errors(), !ContainsSubstring("'rtprio 95'"));

    // A block in which they work for 10 ms is too long by now.
    const rlimit short_time{6'000, 200'000};
    REQUIRE(prlimit(host, RLIMIT_RTTIME, &short_time, nullptr) == 0);
    rack.session().set_quantum(1024);
    GraphClient client(rack.session());
    tests::NoiseSource noise;
    const TestNode source(client, "source", mono_out, noise);
    rack.session().link(
        "source:output",
        "decant.crew:" + rack.session().graph().ports_of("decant.crew", tests::Direction::input).at(0).name);
    rack.configure_with("params = { Burn = 1 }");
    CHECK(wait_until([&] {
        return rack.process().errors().find("of its plugin ran for longer without a pause than RealtimeKit "
                                            "allows") != std::string::npos;
    }));
    CHECK(rack.wait_for_state("crew", "running"));
    CHECK(rack.listed("crew").at("restarts") == 0);
    CHECK(rack.host() == host);
}

TEST_CASE("a RealtimeKit that takes its time is waited for")
{
    Rack rack;
    rack.kit.delay = std::chrono::milliseconds(100);
    rack.start_as_ordinary_user();
    CHECK(wait_until([&] { return rack.right() == "rtkit"; }));
}

TEST_CASE("where RealtimeKit refuses, too, that is told, and the plugin plays")
{
    Rack rack;
    rack.kit.refuses = tests::FakeRealtimeKit::Refuses::everything;
    rack.start_as_ordinary_user();
    CHECK(wait_until([&] { return rack.right() == "none"; }));
    CHECK(rack.wait_for_state("gain", "running"));
}
