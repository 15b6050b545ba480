// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/guard.hpp"
#include "tests/nodes/bridge/block-driver.hpp"
#include "tests/support/fake-host.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <climits>
#include <csignal>
#include <linux/futex.h>
#include <memory>
#include <sched.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

using namespace decant;
using namespace std::chrono_literals;
using bridge::BridgeKind;
using bridge::BridgeMode;
using bridge::Guard;
using tests::FakeMisbehaviour;
namespace fake = tests::fake_parameter;

namespace
{

constexpr bridge::BridgeLayout stereo_effect{2, 2, true, true, BridgeKind::effect};

constexpr int guard_priority = 2;
constexpr bridge::Scheduling host_scheduling{SCHED_FIFO, 1};

/// Without a guard, a sleep in vain would last at least as long.
constexpr auto without_guard = 400ms;

/// A node with a plugin in a fake host, watched by a guard.
struct Guarded {
    tests::FakeHost host;
    std::shared_ptr<Guard> guard = std::make_shared<Guard>(guard_priority);
    bridge::BridgeProcessor processor;
    tests::BlockDriver driver{processor, 2, 64};

    explicit Guarded(BridgeMode mode = BridgeMode::sync) : processor(stereo_effect, mode, guard)
    {
        host.start("gain.dll");
        processor.attach(host.region(), 0, host.process().id());
        driver.fill_with(1);
        driver.run();
    }

    void set(fake::Id parameter, double value) { REQUIRE(processor.set_parameter(parameter, value)); }

    [[nodiscard]] pid_t host_thread()
    {
        REQUIRE(tests::wait_until([&] { return processor.host_thread() != 0; }));
        return processor.host_thread();
    }

    [[nodiscard]] int host_priority()
    {
        const auto scheduling = bridge::scheduling_of(host_thread());
        return scheduling ? scheduling->priority : -1;
    }

    /// As a host that the service has started. Skips the test where that is not allowed.
    void make_host_realtime()
    {
        if (!bridge::promote(host_thread(), host_scheduling))
            SKIP("needs RLIMIT_RTPRIO, or root");
    }

    /// One after which the guard looks several times before it takes the graph to rest.
    void run_long_block()
    {
        driver.frames = protocol::max_frames;
        driver.inputs.assign(2, std::vector<float>(driver.frames));
        driver.outputs = driver.inputs;
        driver.budget = 200ms;
        driver.run();
    }

    [[nodiscard]] bool loses_priority_before_rest()
    {
        constexpr auto looks = 5 * (protocol::max_frames * 1000ms / 48000);
        return tests::wait_until([&] { return processor.host_demoted(); }, looks);
    }

    [[nodiscard]] bool host_answers()
    {
        return tests::wait_until([&] { return processor.unanswered_since_nsec() == 0; });
    }
};

} // namespace

TEST_CASE("the guard ends the wait for a host that hangs")
{
    Guarded node;
    node.set(fake::misbehave, static_cast<double>(FakeMisbehaviour::hang));
    node.driver.budget = 20ms;
    const auto took = node.driver.run();
    CHECK(took >= 20ms);
    CHECK(took < without_guard);
    CHECK(node.processor.stats().late == 1);
}

TEST_CASE("the guard ends the wait for a host that is stopped")
{
    Guarded node;
    node.host.process().freeze();
    node.driver.budget = 20ms;
    CHECK(node.driver.run() < without_guard);
    CHECK(node.processor.stats().late == 1);
    node.host.process().signal(SIGCONT);
    REQUIRE(node.host_answers());
    node.driver.budget = 20s;
    node.driver.run();
    CHECK(node.processor.stats().late == 1);
}

TEST_CASE("a host cannot hide a sleeping data loop from the guard")
{
    Guarded node;
    node.set(fake::misbehave, static_cast<double>(FakeMisbehaviour::hang));
    auto& region = node.host.region()->memory();
    std::atomic<bool> done = false;
    // The service's own region stands in for the host's view of it: the same futex.
    std::thread thief([&] {
        while (!done)
            syscall(SYS_futex, &region.reply.value, FUTEX_REQUEUE, 0, INT_MAX, &region.host_bell.value, 0);
    });
    node.driver.budget = 50ms;
    const auto took = node.driver.run();
    done = true;
    thief.join();
    CHECK(took < without_guard);
    CHECK(node.processor.stats().late == 1);
}

TEST_CASE("a host that keeps changing the word of its reply ends no wait, and prolongs none")
{
    Guarded node;
    node.set(fake::misbehave, static_cast<double>(FakeMisbehaviour::hang));
    auto& region = node.host.region()->memory();
    auto& reply = region.reply;
    std::atomic<bool> done = false;
    std::thread liar([&, before = region.request.value.load()] {
        // Not before the block is posted: with a wrong reply to the last one, it would not be.
        while (region.request.value == before)
            std::this_thread::yield();
        while (!done) {
            reply.value.store(12345);
            bridge::futex_wake(reply.value);
        }
    });
    node.driver.budget = 50ms;
    const auto took = node.driver.run();
    done = true;
    liar.join();
    CHECK(took >= 50ms);
    CHECK(took < without_guard);
}

TEST_CASE("a host that burns the CPU beyond its deadline loses its priority until its next block")
{
    Guarded node;
    node.make_host_realtime();
    node.set(fake::burn, 200'000);
    node.driver.budget = 20ms;
    CHECK(node.driver.run() < without_guard);
    CHECK(node.processor.stats().late == 1);
    CHECK(node.host_priority() == 0);

    REQUIRE(node.host_answers());
    node.set(fake::burn, 0);
    node.driver.budget = 20s;
    node.driver.run();
    CHECK(node.processor.stats().late == 1);
    CHECK(tests::wait_until([&] { return node.host_priority() == host_scheduling.priority; }));
}

TEST_CASE("a host that is given no more blocks keeps no priority, and has it again with the next one")
{
    Guarded node;
    node.make_host_realtime();
    node.driver.budget = 20ms;
    node.driver.run();
    CHECK(tests::wait_until([&] { return node.host_priority() == 0; }));
    node.driver.budget = 20s;
    node.driver.run();
    CHECK(tests::wait_until([&] { return node.host_priority() == host_scheduling.priority; }));
}

TEST_CASE("a host that sleeps keeps its priority while cycles are left out")
{
    Guarded node;
    node.make_host_realtime();
    node.run_long_block();
    CHECK_FALSE(node.loses_priority_before_rest());
    CHECK(node.host_priority() == host_scheduling.priority);
}

TEST_CASE("a pipelined host that sleeps keeps its priority while cycles are left out")
{
    Guarded node(BridgeMode::pipelined);
    node.make_host_realtime();
    REQUIRE(node.host_answers());
    node.run_long_block();
    CHECK_FALSE(node.loses_priority_before_rest());
    CHECK(node.host_priority() == host_scheduling.priority);
}

TEST_CASE("a pipelined host that is busy beyond its deadline loses its priority until its next block")
{
    Guarded node(BridgeMode::pipelined);
    node.make_host_realtime();
    REQUIRE(node.host_answers());
    node.set(fake::burn, 1'000'000);
    node.run_long_block();
    CHECK(node.loses_priority_before_rest());
    CHECK(node.host_priority() == 0);

    REQUIRE(node.host_answers());
    node.set(fake::burn, 0);
    node.run_long_block();
    CHECK(tests::wait_until([&] { return node.host_priority() == host_scheduling.priority; }));
}

TEST_CASE("a host that answers and goes on using the CPU loses its priority")
{
    Guarded node;
    node.make_host_realtime();
    node.set(fake::linger, 1'000'000);
    node.run_long_block();
    CHECK(node.loses_priority_before_rest());
    CHECK(node.processor.stats().late == 0);
}

TEST_CASE("a block whose end nobody tells, as its host has gone, is looked at for a while only")
{
    bridge::Watch watch;
    bridge::GuardState guard;
    constexpr std::uint64_t period = 1'000'000;
    std::uint64_t now = 5'000'000'000;
    guard.begin(watch, now + period, period);
    int looks = 0;
    while ((now = bridge::GuardState::look(watch, now)) != bridge::GuardState::never && looks < 1000)
        ++looks;
    CHECK(now == bridge::GuardState::never);
    CHECK(looks < 50);

    // The next one is kept like any.
    now = 6'000'000'000;
    guard.begin(watch, now + period, period);
    CHECK(bridge::GuardState::look(watch, now) == now + period);
}

TEST_CASE("a thread that is not the host's is not believed to be")
{
    Guarded node;
    node.host.region()->memory().audio_thread = static_cast<std::uint32_t>(gettid());
    node.processor.attach(node.host.region(), 0, node.host.process().id());
    CHECK(node.processor.host_thread() == 0);

    node.host.region()->memory().audio_thread = 0x7fffffff;
    CHECK(node.processor.host_thread() == 0);
}

TEST_CASE("a host that was late leaves its neighbours most of the next cycle")
{
    Guarded node;
    node.set(fake::delay, 300'000);
    node.driver.budget = 200ms;
    CHECK(node.driver.run() >= 200ms);
    REQUIRE(node.host_answers());
    node.driver.budget = 2s;
    CHECK(node.driver.run() < 1s);
    CHECK(node.processor.stats().late == 2);
}

TEST_CASE("a guard ends when it is told to, also if it has hardly begun")
{
    const auto ended = std::make_shared<std::atomic<bool>>(false);
    std::thread([ended] {
        const auto until = std::chrono::steady_clock::now() + 5s; // a hundred thousand or so
        for (unsigned each = 0; std::chrono::steady_clock::now() < until; ++each) {
            const Guard guard(guard_priority);
            for (unsigned wait = 0; wait < each % 1024 * 4; ++wait)
                std::atomic_signal_fence(std::memory_order_seq_cst);
        }
        *ended = true;
    }).detach(); // one that does not end could not be joined
    CHECK(tests::wait_until([&] { return ended->load(); }, 30s));
}

TEST_CASE("many hosts of one guard end at their own deadlines")
{
    auto guard = std::make_shared<Guard>(guard_priority);
    struct Node {
        tests::FakeHost host;
        bridge::BridgeProcessor processor;
        tests::BlockDriver driver;
        explicit Node(const std::shared_ptr<Guard>& keeper)
            : processor(stereo_effect, BridgeMode::sync, keeper), driver(processor, 2, 64)
        {
            host.start("gain.dll");
            processor.attach(host.region(), 0, host.process().id());
        }
    };
    std::vector<std::unique_ptr<Node>> nodes;
    for (int i = 0; i < 4; ++i)
        nodes.push_back(std::make_unique<Node>(guard));
    REQUIRE(nodes[1]->processor.set_parameter(fake::stall, 3'000'000));
    REQUIRE(nodes[3]->processor.set_parameter(fake::stall, 3'000'000));
    std::vector<std::thread> loops;
    for (auto& node : nodes) {
        node->driver.budget = &node == &nodes[1] ? 30ms : &node == &nodes[3] ? 60ms : 20s;
        loops.emplace_back([&node] {
            for (int block = 0; block < 20; ++block)
                node->driver.run();
        });
    }
    for (auto& loop : loops)
        loop.join();
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const auto stats = nodes[i]->processor.stats();
        CHECK(stats.late == i % 2);
        CHECK(stats.completed == (i % 2 == 0 ? 20 : 0));
    }
}
