// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/data-loops.hpp"
#include "service/host-place.hpp"
#include "tests/service/loop-client.hpp"
#include "tests/support/fake-host.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <sched.h>
#include <vector>

namespace decant::service
{
namespace
{

using bridge::BridgeWake;
using namespace std::chrono_literals;

constexpr auto period = 1333us; // of 64 frames at 48 kHz

/// A plugin in a fake host, whose node is in one of two data loops.
struct Stage {
    std::vector<unsigned> cpus = tests::two_cpus();
    tests::LoopClient client{"2"};
    DataLoops loops{client.context.get(), cpus};
    DataLoops::Seat seat = loops.take(0);
    AudioThreads threads;
    tests::FakeHost host;
    bridge::BridgeProcessor processor{bridge::BridgeLayout{2, 2}, bridge::BridgeMode::sync,
                                      std::make_shared<bridge::Guard>(2)};
    std::optional<HostPlace> place;
    NodeConfig config;

    Stage()
    {
        threads.cpus = cpus;
        threads.spare = std::make_shared<SpareCpus>(loops, cpus);
        threads.on_one_cpu = true;
        threads.anticipation_gain = 20us;
        host.start("gain.dll");
        processor.attach(host.region(), 0, host.process().id());
        REQUIRE(tests::wait_until([&] { return processor.host_thread() != 0; }));
        place.emplace(threads);
        place->set_loop_cpu(seat.cpu());
        config.name = "gain";
    }

    BridgeWake update(std::chrono::nanoseconds of = period)
    {
        place->update(processor, config, of);
        return place->wake();
    }

    /// Whether the plugin runs there and nowhere else.
    [[nodiscard]] bool host_is_on(std::optional<unsigned> cpu)
    {
        cpu_set_t set;
        return cpu && sched_getaffinity(processor.host_thread(), sizeof set, &set) == 0 &&
               CPU_COUNT(&set) == 1 && CPU_ISSET(*cpu, &set);
    }
};

} // namespace

TEST_CASE("a plugin is awake in time on a CPU without nodes, where that saves enough of the period")
{
    Stage stage;
    REQUIRE(stage.config.wake == Wake::automatic);
    CHECK(stage.update(0ns) == BridgeWake::sleep); // nobody knows the period
    CHECK(stage.host_is_on(stage.seat.cpu()));
    CHECK(stage.update() == BridgeWake::anticipate);
    CHECK(stage.host_is_on(stage.cpus[0] == stage.seat.cpu() ? stage.cpus[1] : stage.cpus[0]));

    CHECK(stage.update(10ms) == BridgeWake::sleep); // 20 us are less than its 256th part
    CHECK(stage.host_is_on(stage.seat.cpu()));
    stage.config.wake = Wake::anticipate; // whatever it saves
    CHECK(stage.update(10ms) == BridgeWake::anticipate);
    stage.config.wake = Wake::sleep;
    CHECK(stage.update() == BridgeWake::sleep);
}

TEST_CASE("a plugin whose CPU gets a node to run goes back beside its own node, and sleeps")
{
    Stage stage;
    REQUIRE(stage.update() == BridgeWake::anticipate);
    {
        const auto neighbour = stage.loops.take(0);
        CHECK(stage.update() == BridgeWake::sleep);
        CHECK(stage.host_is_on(stage.seat.cpu()));
    }
    CHECK(stage.update() == BridgeWake::anticipate);
}

TEST_CASE("a plugin that mostly is asleep when it should be awake is left asleep for some minutes")
{
    Stage stage;
    REQUIRE(stage.update() == BridgeWake::anticipate);
    stage.place->judge(100, 80);
    CHECK(stage.update() == BridgeWake::anticipate);
    stage.place->judge(99, 0); // too few to tell
    CHECK(stage.update() == BridgeWake::anticipate);
    stage.place->judge(100, 50);
    CHECK(stage.update() == BridgeWake::sleep);
    stage.config.wake = Wake::anticipate; // who says so has it all the same
    CHECK(stage.update() == BridgeWake::anticipate);
}

TEST_CASE("a plugin that nobody waits for, or that is to be beside its loop, sleeps")
{
    Stage stage;
    for (const auto wake : {Wake::automatic, Wake::anticipate}) {
        stage.config.wake = wake;
        stage.config.mode = BridgeMode::pipelined;
        CHECK(stage.update() == BridgeWake::sleep);
        stage.config.mode = BridgeMode::sync;
        stage.config.placement = Placement::core;
        CHECK(stage.update() == BridgeWake::sleep);
        CHECK(stage.host_is_on(stage.seat.cpu()));
        stage.config.placement = Placement::automatic;
    }
    stage.config.wake = Wake::sleep;
    stage.threads.on_one_cpu = false; // as this machine may be
    CHECK(stage.update() == BridgeWake::sleep);
    CHECK_FALSE(stage.host_is_on(stage.seat.cpu()));
}

} // namespace decant::service
