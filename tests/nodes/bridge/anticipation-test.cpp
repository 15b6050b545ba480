// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/anticipation-process.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdint>

using decant::bridge::Anticipation;
using decant::protocol::PollWindow;

namespace
{

constexpr std::uint64_t usec = 1000;
constexpr std::uint64_t period = 1333 * usec;

/// A node in a graph whose cycles follow each other exactly.
struct Node {
    Anticipation anticipation;
    std::uint64_t cycle_start = 1'000'000'000;
    PollWindow window{}; ///< of the next post

    /// In the next cycle, `offset` after its start; whether that was in its window.
    bool post(std::uint64_t offset, bool host_awake = true)
    {
        cycle_start += period;
        const std::uint64_t now = cycle_start + offset;
        const bool expected = now >= window.from && now < window.until;
        window = anticipation.next({now, cycle_start, period});
        anticipation.learn(host_awake);
        return expected;
    }

    void post_often(std::uint64_t offset)
    {
        for (int block = 0; block < 10'000; ++block)
            post(offset);
    }

    /// How long before `offset` in the next cycle the host is awake.
    [[nodiscard]] std::uint64_t lead(std::uint64_t offset) const
    {
        return cycle_start + period + offset - window.from;
    }
};

} // namespace

TEST_CASE("a node is expected in the next cycle when it came in the last one")
{
    Node node;
    node.post(300 * usec);
    CHECK(node.post(300 * usec));
}

TEST_CASE("a node that never strays is waited for shorter and shorter")
{
    Node node;
    node.post(300 * usec);
    const auto first = node.lead(300 * usec);
    node.post_often(300 * usec);
    CHECK(node.lead(300 * usec) < first / 4);
    CHECK(node.post(300 * usec));
}

TEST_CASE("a node that strays is expected wherever it has been")
{
    Node node;
    for (std::uint64_t block = 0; block < 100; ++block)
        node.post(300 * usec + block % 2 * 40 * usec);
    CHECK(node.post(300 * usec));
    CHECK(node.post(340 * usec));
}

TEST_CASE("a host that slept when it should not have is to be awake earlier")
{
    Node node;
    node.post_often(300 * usec);
    const auto before = node.lead(300 * usec);
    node.post(300 * usec, false);
    node.post(300 * usec);
    CHECK(node.lead(300 * usec) > before);
}

TEST_CASE("no host is awake for more than a part of the period, however often it slept")
{
    Node node;
    for (std::uint64_t block = 0; block < 1000; ++block) {
        node.post(block * 7919 % 1000 * usec, false);
        CHECK(node.window.until - node.window.from <= period / Anticipation::largest_part);
    }
    CHECK(node.window.until > node.window.from);
}

TEST_CASE("a long period makes no long window")
{
    Anticipation anticipation;
    constexpr std::uint64_t second = 1'000'000 * usec;
    for (std::uint64_t cycle = 1; cycle < 100; ++cycle) {
        const auto window = anticipation.next({cycle * second, cycle * second, second});
        anticipation.learn(false);
        CHECK(window.until - window.from <= Anticipation::longest_nsec);
    }
}

TEST_CASE("nothing is expected if nobody knows when the next cycle is")
{
    Node node;
    node.post_often(0);
    const auto window = node.anticipation.next({node.cycle_start, node.cycle_start, 0});
    CHECK(window.from == 0);
    CHECK(window.until == 0);
}

TEST_CASE("a new period begins anew")
{
    Node node;
    node.post_often(300 * usec);
    const std::uint64_t start = node.cycle_start + period;
    const auto window = node.anticipation.next({start + 100 * usec, start, 2 * period});
    CHECK(window.from < start + 2 * period + 100 * usec);
    CHECK(window.until > start + 2 * period + 100 * usec);
}
