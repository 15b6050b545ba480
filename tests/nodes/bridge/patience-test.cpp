// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/guard.hpp"
#include "nodes/bridge/patience.hpp"

#include "tests/nodes/bridge/block-driver.hpp"
#include "tests/support/fake-host.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>

using namespace decant;
using namespace std::chrono_literals;
using bridge::Patience;
namespace fake = tests::fake_parameter;

namespace
{

constexpr std::uint64_t deadline = 8'000'000; // of a block that is posted at 0
constexpr std::uint64_t usual = 50'000;

/// A host that takes its time.
struct Waited {
    Patience patience;
    unsigned whole = 0; ///< blocks that were late at their deadline
    unsigned cut = 0;   ///< that were given up before

    /// One block. Whether it was in time.
    bool run(std::uint64_t takes)
    {
        const std::uint64_t end = patience.end(0, deadline, deadline);
        if (takes <= end) {
            patience.in_time(takes);
            return true;
        }
        patience.late(end);
        ++(end == deadline ? whole : cut);
        return false;
    }

    void run(std::uint64_t takes, unsigned times)
    {
        for (unsigned block = 0; block < times; ++block)
            (void)run(takes);
    }
};

} // namespace

TEST_CASE("a host that was late is waited for as it needs, until it has been in time for a while")
{
    Waited host;
    host.run(usual, 100);
    CHECK(host.patience.end(0, deadline, deadline) == deadline);
    host.run(2 * deadline);
    CHECK(host.patience.end(0, deadline, deadline) == deadline / 8);
    CHECK(host.patience.end(0, 4 * usual, deadline) == 4 * usual);
    CHECK(host.patience.end(0, 800'000, deadline) < 250'000);
    host.run(usual, Patience::blocks_to_trust - 1);
    CHECK(host.patience.end(0, deadline, deadline) < deadline);
    host.run(usual);
    CHECK(host.patience.end(0, deadline, deadline) == deadline);
}

TEST_CASE("a host that has more to do after it was late once is in time again after some blocks")
{
    Waited host;
    host.run(usual, 100);
    host.run(2 * deadline);
    host.run(deadline / 2, 1000);
    CHECK(host.whole == 1);
    CHECK(host.cut == Patience::first_chance);
}

TEST_CASE("so is one that has more to do in some of its blocks only")
{
    Waited host;
    host.run(usual, 100);
    host.run(2 * deadline);
    for (unsigned block = 0; block < 1000; ++block)
        (void)host.run(block % 5 == 0 ? deadline / 2 : usual);
    CHECK(host.whole == 1);
    CHECK(host.cut == Patience::first_chance);
}

TEST_CASE("a host that has most to do in one of many blocks loses none of them after it was late once")
{
    Waited host;
    const auto convolve = [&](unsigned blocks) {
        for (unsigned block = 1; block <= blocks; ++block)
            (void)host.run(block % 64 == 0 ? deadline / 2 : usual);
    };
    convolve(128);
    host.run(2 * deadline);
    convolve(1024);
    CHECK(host.whole == 1);
    CHECK(host.cut == 0);
}

TEST_CASE("that a block once took long is forgotten")
{
    Waited host;
    host.run(deadline / 2);
    host.run(usual, 4 * Patience::blocks_to_forget);
    host.run(2 * deadline);
    CHECK(host.patience.end(0, deadline, deadline) == deadline / 8);
}

TEST_CASE("one that was given a block too late is trusted as before")
{
    Waited host;
    host.run(usual, 100);
    host.patience.late(0);
    host.patience.late(usual / 2);
    CHECK(host.patience.end(0, deadline, deadline) == deadline);
    host.patience.late(4 * usual);
    CHECK(host.patience.end(0, deadline, deadline) < deadline);
}

TEST_CASE("one that is always late takes a whole cycle ever more rarely")
{
    Waited host;
    host.run(2 * deadline, 10'000);
    CHECK(host.whole == 11); // 8 + 16 + ... + 8192 between them
    host.run(2 * deadline, 1'000'000);
    CHECK(host.whole <= 11 + 3 + 1'000'000 / Patience::last_chance);
}

TEST_CASE("a host that begins late has half of what is left of the cycle, if it is trusted")
{
    Waited host;
    constexpr std::uint64_t next = 10'000'000;
    CHECK(host.patience.end(0, deadline, next) == deadline);
    CHECK(host.patience.end(7'000'000, deadline, next) == 8'500'000);
    CHECK(host.patience.end(deadline, deadline, next) == 9'000'000);
    CHECK(host.patience.end(9'000'000, deadline, next) == 9'500'000);
    CHECK(host.patience.end(next + 1, deadline, next) == deadline);
    host.run(2 * deadline);
    CHECK(host.patience.end(9'000'000, deadline, next) == deadline);
}

TEST_CASE("a plugin that is heavier since its host was late once is heard again")
{
    tests::FakeHost host;
    bridge::BridgeProcessor processor({2, 2, true, true, bridge::BridgeKind::effect},
                                      bridge::BridgeMode::sync, std::make_shared<bridge::Guard>(2));
    tests::BlockDriver driver(processor, 2, 64);
    const auto answers = [&] {
        return tests::wait_until([&] { return processor.unanswered_since_nsec() == 0; });
    };
    host.start("gain.dll");
    processor.attach(host.region(), 0, host.process().id());
    for (int block = 0; block < 20; ++block)
        driver.run();
    driver.budget = 200ms;
    REQUIRE(processor.set_parameter(fake::stall, 300'000));
    driver.run();
    REQUIRE(answers());
    REQUIRE(processor.stats().late == 1);

    REQUIRE(processor.set_parameter(fake::delay, 60'000)); // more than an eighth of what there is
    for (unsigned block = 0; block < Patience::first_chance; ++block) {
        driver.run();
        REQUIRE(answers());
    }
    const auto late = processor.stats().late;
    CHECK(late == 1 + Patience::first_chance);
    for (int block = 0; block < 10; ++block)
        driver.run();
    CHECK(processor.stats().late <= late + 1); // a busy machine's own
}

TEST_CASE("a plugin behind one that hangs is heard in the same cycle")
{
    static constexpr bridge::BridgeLayout stereo_effect{2, 2, true, true, bridge::BridgeKind::effect};
    constexpr std::uint32_t rate = 8000;
    constexpr std::uint64_t period = 1'024'000'000; // of the longest block
    struct Node {
        tests::FakeHost host;
        bridge::BridgeProcessor processor;
        tests::BlockDriver driver{processor, 2, protocol::max_frames};
        explicit Node(const std::shared_ptr<bridge::Guard>& guard)
            : processor(stereo_effect, bridge::BridgeMode::sync, guard)
        {
            host.start("gain.dll", rate);
            driver.rate = rate;
            processor.attach(host.region(), 0, host.process().id());
        }
    };
    const auto guard = std::make_shared<bridge::Guard>(2);
    Node hung(guard);
    Node behind(guard);
    const auto run_cycle = [&] {
        const std::uint64_t start = bridge::now_nsec();
        for (Node* node : {&hung, &behind}) {
            node->driver.cycle_start = start;
            node->driver.budget = std::chrono::nanoseconds(
                static_cast<std::int64_t>(start + period / 5 * 4 - bridge::now_nsec()));
            node->driver.run();
        }
        return bridge::now_nsec() - start;
    };
    REQUIRE(behind.processor.set_parameter(fake::delay, 1000));
    for (int cycles = 0; cycles < 10; ++cycles)
        (void)run_cycle();
    REQUIRE(hung.processor.stats().late + behind.processor.stats().late == 0);

    REQUIRE(hung.processor.set_parameter(fake::stall, 3'000'000));
    CHECK(run_cycle() < period);
    CHECK(hung.processor.stats().late == 1);
    CHECK(behind.processor.stats().late == 0);

    // If that one hangs as well, the cycle is over in time all the same.
    REQUIRE(behind.processor.set_parameter(fake::stall, 3'000'000));
    REQUIRE(tests::wait_until([&] { return hung.processor.unanswered_since_nsec() == 0; }));
    hung.processor.attach(hung.host.region(), 0, hung.host.process().id()); // trusted as at first
    REQUIRE(hung.processor.set_parameter(fake::stall, 3'000'000));
    CHECK(run_cycle() < period);
    CHECK(hung.processor.stats().late == 2);
    CHECK(behind.processor.stats().late == 1);
}

TEST_CASE("a host that was late is waited for to the end where the graph runs faster than real time")
{
    tests::FakeHost host;
    bridge::BridgeProcessor processor({2, 2, true, true, bridge::BridgeKind::effect});
    tests::BlockDriver driver(processor, 2, 64);
    host.start("gain.dll");
    processor.attach(host.region(), 0, host.process().id());
    driver.run();
    driver.budget = 1ms;
    REQUIRE(processor.set_parameter(fake::stall, 100'000));
    driver.run();
    REQUIRE(processor.stats().late == 1);
    REQUIRE(tests::wait_until([&] { return processor.unanswered_since_nsec() == 0; }));

    driver.budget = 4s;
    driver.freewheel = true;
    REQUIRE(processor.set_parameter(fake::stall, 1'000'000)); // more than an eighth of that
    driver.run();
    CHECK(processor.stats().late == 1);
}
