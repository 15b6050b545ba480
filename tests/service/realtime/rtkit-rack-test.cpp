// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The service of a user whose limits allow no real time, with a RealtimeKit on the system bus.

#include "nodes/bridge/host-thread.hpp"
#include "tests/service/realtime/fake-realtime-kit.hpp"
#include "tests/service/running-service.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <cstdlib>
#include <fmt/format.h>
#include <sched.h>
#include <string>

using namespace decant;
using Catch::Matchers::ContainsSubstring;
using service::RunningService;
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

struct Rack : RunningService {
    tests::FakeRealtimeKit kit;

    Rack()
    {
        if (!may_play_realtime_kit())
            SKIP("no RealtimeKit can be played without its rights (run as root)");
        session().set_environment("DBUS_SYSTEM_BUS_ADDRESS", kit.address());
        configure(fmt::format("decant.nodes = [ {{ name = gain path = \"{}/decant-test-gain.dll\" prefix = "
                              "\"{}\" }} ]",
                              std::getenv("DECANT_TEST_PLUGINS"), std::getenv("DECANT_TEST_PREFIX")));
    }

    void start_as_ordinary_user()
    {
        start_by({"prlimit", "--rtprio=0:0", "--nice=0:0", "setpriv",
                  "--bounding-set=-sys_nice,-sys_resource", "--inh-caps=-sys_nice,-sys_resource"});
        REQUIRE(wait_for_state("gain", "running"));
    }

    [[nodiscard]] std::string right() const { return listed("gain").value("rt", ""); }
};

} // namespace

TEST_CASE("where the limits allow no real time, RealtimeKit gives it to data loops and plugins")
{
    Rack rack;
    rack.start_as_ordinary_user();
    CHECK(wait_until([&] { return rack.right() == "rtkit"; }));
    CHECK_THAT(rack.process().errors(),
               ContainsSubstring("node 'gain': its audio thread is real-time by RealtimeKit"));
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
