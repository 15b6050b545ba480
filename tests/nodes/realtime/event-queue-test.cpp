// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/realtime/event-queue.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstdint>
#include <thread>
#include <vector>

using decant::nodes::EventQueue;

TEST_CASE("an event queue gives back what it was given, in order, and is full when it is")
{
    EventQueue<int> queue(4);
    int value = 0;
    CHECK_FALSE(queue.pop(value));
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 4; ++i)
            CHECK(queue.push(10 * round + i));
        CHECK_FALSE(queue.push(99));
        for (int i = 0; i < 4; ++i) {
            REQUIRE(queue.pop(value));
            CHECK(value == 10 * round + i);
        }
        CHECK_FALSE(queue.pop(value));
    }
}

TEST_CASE("an event queue has room for at least what was asked for")
{
    CHECK(EventQueue<int>(1).capacity() >= 1);
    CHECK(EventQueue<int>(1000).capacity() == 1024);
}

TEST_CASE("several writers lose nothing, and the values of each arrive in its order")
{
    struct Value {
        std::uint32_t writer;
        std::uint32_t number;
    };
    constexpr std::uint32_t writers = 3;
    constexpr std::uint32_t numbers = 20'000;
    EventQueue<Value> queue(64);
    std::vector<std::thread> threads;
    for (std::uint32_t writer = 0; writer < writers; ++writer)
        threads.emplace_back([&queue, writer] {
            for (std::uint32_t number = 0; number < numbers;)
                if (queue.push({writer, number}))
                    ++number;
                else
                    std::this_thread::yield();
        });
    std::array<std::uint32_t, writers> next{};
    std::uint64_t out_of_order = 0;
    Value value{};
    for (std::uint64_t got = 0; got < std::uint64_t{writers} * numbers;) {
        if (!queue.pop(value)) {
            std::this_thread::yield();
            continue;
        }
        ++got;
        out_of_order += next[value.writer]++ != value.number ? 1U : 0U;
    }
    for (std::thread& thread : threads)
        thread.join();
    CHECK(out_of_order == 0);
    CHECK_FALSE(queue.pop(value));
}
