// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/realtime/handover.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>

using decant::nodes::Handover;

TEST_CASE("an empty handover has nothing to take, exchange or collect")
{
    Handover<int> handover;
    auto in_use = std::make_unique<int>(1);

    CHECK_FALSE(handover.pending());
    CHECK(handover.take() == nullptr);
    CHECK_FALSE(handover.exchange(in_use));
    CHECK(*in_use == 1);
    CHECK(handover.collect() == nullptr);
}

TEST_CASE("an offer that was not taken is replaced by the next and given back")
{
    Handover<int> handover;
    CHECK(handover.offer(std::make_unique<int>(1)) == nullptr);

    const auto replaced = handover.offer(std::make_unique<int>(2));

    REQUIRE(replaced != nullptr);
    CHECK(*replaced == 1);
    CHECK(*handover.take() == 2);
    CHECK_FALSE(handover.pending());
}

TEST_CASE("an offer of nothing withdraws the last one")
{
    Handover<int> handover;
    auto in_use = std::make_unique<int>(1);
    handover.offer(std::make_unique<int>(2));

    CHECK(*handover.offer(nullptr) == 2);

    CHECK_FALSE(handover.exchange(in_use));
    CHECK(*in_use == 1);
}

TEST_CASE("the audio side exchanges what it uses and the main side collects the old one")
{
    Handover<int> handover;
    std::unique_ptr<int> in_use;

    handover.offer(std::make_unique<int>(1));
    REQUIRE(handover.exchange(in_use));
    CHECK(*in_use == 1);
    CHECK(handover.collect() == nullptr); // nothing was in use before

    handover.offer(std::make_unique<int>(2));
    REQUIRE(handover.exchange(in_use));
    CHECK(*in_use == 2);
    CHECK(*handover.collect() == 1);
}

TEST_CASE("while the way back is occupied the audio side keeps what it has and the offer waits")
{
    Handover<int> handover;
    auto in_use = std::make_unique<int>(1);
    handover.offer(std::make_unique<int>(2));
    REQUIRE(handover.exchange(in_use));
    handover.offer(std::make_unique<int>(3));

    CHECK_FALSE(handover.exchange(in_use));
    CHECK(*in_use == 2);
    CHECK_FALSE(handover.retire(in_use));
    CHECK(*in_use == 2);
    CHECK(handover.pending());

    CHECK(*handover.collect() == 1);
    CHECK(handover.exchange(in_use));
    CHECK(*in_use == 3);
}

TEST_CASE("a handover frees what is still on its way")
{
    const auto witness = std::make_shared<int>(0);
    {
        Handover<std::shared_ptr<int>> handover;
        auto old = std::make_unique<std::shared_ptr<int>>(witness);
        REQUIRE(handover.retire(old));
        handover.offer(std::make_unique<std::shared_ptr<int>>(witness));
        CHECK(witness.use_count() == 3);
    }
    CHECK(witness.use_count() == 1);
}

TEST_CASE("two threads hand over whole objects, in order, and every one is freed by the main side")
{
    struct Object {
        std::uint64_t number;
        std::uint64_t copy;
        std::atomic<int>& alive;

        Object(std::uint64_t n, std::atomic<int>& count) : number(n), copy(n), alive(count) { ++alive; }
        ~Object() { --alive; }
    };
    constexpr std::uint64_t last = 20'000;
    std::atomic<int> alive = 0;
    std::atomic<bool> torn = false;
    std::atomic<bool> out_of_order = false;
    std::unique_ptr<Object> in_use;
    {
        Handover<Object> handover;
        std::thread audio([&] {
            std::uint64_t previous = 0;
            while (previous != last) {
                if (!handover.exchange(in_use)) {
                    std::this_thread::yield();
                    continue;
                }
                torn = torn || in_use->number != in_use->copy;
                out_of_order = out_of_order || in_use->number <= previous;
                previous = in_use->number;
            }
        });
        std::uint64_t collected_before = 0;
        for (std::uint64_t number = 1; number <= last; ++number) {
            handover.offer(std::make_unique<Object>(number, alive));
            if (const auto old = handover.collect()) {
                out_of_order = out_of_order || old->number <= collected_before;
                collected_before = old->number;
            }
        }
        // The last offer may wait for the way back.
        while (handover.pending()) {
            static_cast<void>(handover.collect());
            std::this_thread::yield();
        }
        audio.join();
    }
    CHECK_FALSE(torn);
    CHECK_FALSE(out_of_order);
    CHECK(in_use->number == last);
    CHECK(alive == 1);
}
