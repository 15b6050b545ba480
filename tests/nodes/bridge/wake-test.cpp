// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/guard.hpp"
#include "nodes/bridge/host-thread.hpp"
#include "tests/nodes/bridge/block-driver.hpp"
#include "tests/support/fake-host.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <ctime>
#include <sched.h>
#include <sys/resource.h>
#include <vector>

using namespace decant;
using namespace std::chrono_literals;
using bridge::BridgeKind;
using bridge::BridgeMode;
using bridge::BridgeWake;
namespace fake = tests::fake_parameter;

namespace
{

constexpr bridge::BridgeLayout stereo_effect{2, 2, true, true, BridgeKind::effect};

/// 10 ms at 48 kHz.
constexpr std::uint32_t block = 480;
constexpr std::uint64_t period_nsec = 10'000'000;

/// The test's thread on one CPU, as long as this lives, and another CPU for the host.
class TwoCpus
{
    cpu_set_t before_{};
    std::vector<unsigned> cpus_;

public:
    TwoCpus()
    {
        REQUIRE(sched_getaffinity(0, sizeof before_, &before_) == 0);
        for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu)
            if (CPU_ISSET(cpu, &before_))
                cpus_.push_back(cpu);
        if (cpus_.size() < 2)
            SKIP("needs two CPUs");
        REQUIRE(bridge::bind_to(0, {cpus_[0]}));
    }
    ~TwoCpus() { sched_setaffinity(0, sizeof before_, &before_); }
    TwoCpus(const TwoCpus&) = delete;
    TwoCpus& operator=(const TwoCpus&) = delete;

    [[nodiscard]] unsigned own() const noexcept { return cpus_[0]; }
    [[nodiscard]] unsigned other() const noexcept { return cpus_[1]; }
};

/// A node that runs once in a period, with a plugin in a fake host on another CPU.
struct Paced {
    TwoCpus cpus;
    tests::FakeHost host;
    std::shared_ptr<bridge::Guard> guard = std::make_shared<bridge::Guard>(2);
    bridge::BridgeProcessor processor;
    tests::BlockDriver driver{processor, 2, block};
    std::uint64_t due = bridge::now_nsec();

    explicit Paced(BridgeMode mode = BridgeMode::sync) : processor(stereo_effect, mode, guard)
    {
        host.start("gain.dll");
        processor.attach(host.region(), 0, host.process().id());
        driver.fill_with(1);
        REQUIRE(tests::wait_until([&] { return processor.host_thread() != 0; }));
        REQUIRE(bridge::bind_to(processor.host_thread(), {cpus.other()}));
    }

    void run()
    {
        due = std::max(due + period_nsec, bridge::now_nsec());
        const timespec until{static_cast<time_t>(due / 1'000'000'000),
                             static_cast<long>(due % 1'000'000'000)};
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) != 0) {
        }
        driver.cycle_start = due;
        driver.run();
    }

    /// As a host that the service has started. Skips the test where that is not allowed.
    void make_host_realtime()
    {
        if (!bridge::promote(processor.host_thread(), {SCHED_FIFO, 1}))
            SKIP("needs RLIMIT_RTPRIO, or root");
    }

    [[nodiscard]] int host_priority()
    {
        const auto scheduling = bridge::scheduling_of(processor.host_thread());
        return scheduling ? scheduling->priority : -1;
    }

    [[nodiscard]] bool host_sleeps() const
    {
        return tests::wait_until([&] { return host.region()->memory().request.sleepers.load() != 0; });
    }
};

/// The test's thread as urgent as the host's, on the CPU of that, as long as this lives.
class BesideHost
{
    static constexpr bridge::Scheduling scheduling_{SCHED_FIFO, 1};

public:
    explicit BesideHost(Paced& node)
    {
        node.make_host_realtime();
        REQUIRE(bridge::bind_to(node.processor.host_thread(), {node.cpus.own()}));
        REQUIRE(bridge::promote(0, scheduling_));
    }
    ~BesideHost() { bridge::demote(0); }
    BesideHost(const BesideHost&) = delete;
    BesideHost& operator=(const BesideHost&) = delete;
};

/// How often this thread has slept.
long sleeps()
{
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nvcsw;
}

} // namespace

TEST_CASE("who shares a CPU with the host gives way to it, and need not sleep and be woken")
{
    Paced node;
    const BesideHost beside(node);
    constexpr int blocks = 100;
    const long before = sleeps();
    for (int each = 0; each < blocks; ++each)
        node.driver.run();
    CHECK(sleeps() - before < blocks / 2);
    CHECK(node.driver.outputs == node.driver.inputs);
    CHECK(node.processor.stats().completed == blocks);
}

TEST_CASE("a host that sleeps within its block is waited for by who shares its CPU")
{
    Paced node;
    const BesideHost beside(node);
    REQUIRE(node.processor.set_parameter(fake::delay, 2000));
    for (int each = 0; each < 5; ++each)
        node.driver.run();
    CHECK(node.driver.outputs == node.driver.inputs);
    CHECK(node.processor.stats().late == 0);
    CHECK(node.processor.stats().completed == 5);
}

TEST_CASE("who shares a CPU with a host that hangs or burns goes on at the deadline")
{
    Paced node;
    const BesideHost beside(node);
    node.driver.run();
    node.driver.budget = 20ms;
    REQUIRE(node.processor.set_parameter(fake::burn, 2'000'000));
    CHECK(node.driver.run() < 400ms);
    CHECK(node.processor.stats().late == 1);
    CHECK(node.processor.host_demoted());
}

TEST_CASE("a host that anticipates is awake when its block comes, and answers it right")
{
    Paced node;
    node.processor.set_wake(BridgeWake::anticipate);
    constexpr std::uint64_t wanted = 10;
    for (int blocks = 0; blocks < 2000 && node.processor.stats().found_awake < wanted; ++blocks) {
        node.run();
        REQUIRE(node.driver.outputs == node.driver.inputs);
    }
    CHECK(node.processor.stats().found_awake >= wanted);
    CHECK(node.processor.stats().late == 0);
}

TEST_CASE("a host that sleeps is not asked to be awake")
{
    Paced node;
    for (int blocks = 0; blocks < 20; ++blocks)
        node.run();
    CHECK(node.processor.stats().anticipated == 0);
    CHECK(node.processor.stats().completed == 20);
}

TEST_CASE("a host that anticipated sleeps again when no block comes, and is woken by the next one")
{
    Paced node;
    node.processor.set_wake(BridgeWake::anticipate);
    for (int blocks = 0; blocks < 20; ++blocks)
        node.run();
    REQUIRE(node.host_sleeps());
    node.run();
    CHECK(node.driver.outputs == node.driver.inputs);

    node.processor.set_wake(BridgeWake::sleep);
    node.run(); // that the host does not know yet
    const auto before = node.processor.stats().anticipated;
    node.run();
    CHECK(node.driver.outputs == node.driver.inputs);
    CHECK(node.processor.stats().anticipated == before);
    CHECK(node.host_sleeps());
}

TEST_CASE("a plugin that is late is let go at its deadline also by who looks for its reply")
{
    Paced node;
    node.processor.set_wake(BridgeWake::anticipate);
    for (int blocks = 0; blocks < 5; ++blocks)
        node.run();
    const auto before = node.processor.stats().late;
    REQUIRE(node.processor.set_parameter(fake::stall, 3'000'000));
    node.driver.budget = 20ms;
    node.due = bridge::now_nsec();
    const auto took = node.driver.run();
    CHECK(took >= 20ms);
    CHECK(took < 400ms);
    CHECK(node.processor.stats().late == before + 1);
}

TEST_CASE("a host that hangs or is stopped costs who looks for its reply no more than the deadline")
{
    Paced node;
    node.processor.set_wake(BridgeWake::anticipate);
    node.run();
    node.host.process().freeze();
    node.driver.budget = 20ms;
    CHECK(node.driver.run() < 400ms);
    CHECK(node.processor.stats().late == 1);
    node.host.process().signal(SIGCONT);
    REQUIRE(tests::wait_until([&] { return node.processor.unanswered_since_nsec() == 0; }));
    node.driver.budget = 20s;
    node.run();
    CHECK(node.processor.stats().late == 1);
}

TEST_CASE("who waits for no reply does not ask the host to be awake")
{
    Paced node(BridgeMode::pipelined);
    node.processor.set_wake(BridgeWake::anticipate);
    for (int blocks = 0; blocks < 20; ++blocks)
        node.run();
    CHECK(node.processor.stats().anticipated == 0);
}

TEST_CASE("faster than real time, nobody knows when the next block comes")
{
    Paced node;
    node.processor.set_wake(BridgeWake::anticipate);
    node.driver.freewheel = true;
    for (int blocks = 0; blocks < 20; ++blocks)
        node.driver.run();
    CHECK(node.processor.stats().anticipated == 0);
    CHECK(node.processor.stats().completed == 20);
}

TEST_CASE("a host that was slow once keeps its priority while its next blocks come in time")
{
    Paced node;
    node.make_host_realtime();
    node.processor.set_wake(BridgeWake::anticipate);
    node.run();
    REQUIRE(node.processor.set_parameter(fake::stall, 3000));
    // In a row, as the guard rightly takes it when this thread itself does not come to run for a period.
    int kept = 0;
    for (int blocks = 0; blocks < 1000 && kept < 20; ++blocks) {
        node.run();
        kept = node.host_priority() == 1 ? kept + 1 : 0;
    }
    CHECK(kept == 20);
}

TEST_CASE("a host that lost its priority has it again when it is awake for its next block")
{
    Paced node;
    node.make_host_realtime();
    node.processor.set_wake(BridgeWake::anticipate);
    node.run();
    REQUIRE(node.processor.set_parameter(fake::burn, 100'000));
    node.driver.budget = 20ms;
    node.run();
    CHECK(node.host_priority() == 0);
    REQUIRE(tests::wait_until([&] { return node.processor.unanswered_since_nsec() == 0; }));
    REQUIRE(node.processor.set_parameter(fake::burn, 0));
    node.driver.budget = 20s;
    node.run();
    for (int blocks = 0; blocks < 500 && node.host_priority() != 1; ++blocks)
        node.run();
    CHECK(node.host_priority() == 1);
}
