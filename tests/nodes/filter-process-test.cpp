// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/filter-process.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <spa/node/io.h>

namespace decant::nodes
{

using Catch::Approx;

TEST_CASE("the deadline leaves a fifth of the period to the nodes behind")
{
    const auto times = cycle_times(100'000'000, 121'000'000, 21'000'000, 100'050'000);

    CHECK(times.start == 100'000'000);
    CHECK(times.deadline == 121'000'000 - 21'000'000 / 5);
}

TEST_CASE("in a short period the guard is 150 us, but never more than half of it")
{
    CHECK(cycle_times(100'000'000, 100'666'000, 666'000, 100'000'000).deadline == 100'666'000 - 150'000);
    CHECK(cycle_times(100'000'000, 100'200'000, 200'000, 100'000'000).deadline == 100'100'000);
}

TEST_CASE("a driver without a clock, or with another one, is answered from now")
{
    constexpr std::uint64_t now = 5'000'000'000;
    constexpr std::uint64_t period = 10'000'000;
    for (const std::uint64_t start :
         {std::uint64_t{0}, now - 3 * period, now + 3 * period, ~std::uint64_t{0}}) {
        INFO(start);
        const auto times = cycle_times(start, start + period, period, now);
        CHECK(times.start == now);
        CHECK(times.deadline == now + period - period / 5);
    }
}

TEST_CASE("a next cycle that cannot be is replaced by one period")
{
    for (const std::uint64_t next : {0ull, 100'000'000ull, 900'000'000ull})
        CHECK(cycle_times(100'000'000, next, 10'000'000, 100'000'000).deadline == 108'000'000);
}

TEST_CASE("a running transport gives frames, quarter notes and the start of the bar")
{
    spa_io_position position{};
    position.state = SPA_IO_POSITION_STATE_RUNNING;
    position.clock.position = 148'000;
    position.offset = 100'000;
    auto& segment = position.segments[0];
    segment.rate = 1.0;
    segment.position = 1000;
    segment.bar.flags = SPA_IO_SEGMENT_BAR_FLAG_VALID;
    segment.bar.bpm = 90;
    segment.bar.signature_num = 6;
    segment.bar.signature_denom = 8;
    segment.bar.beat = 2 * 6 + 1.5; // in the second bar: JACK counts bars from one

    const auto transport = transport_of(position);

    CHECK(transport.playing);
    CHECK(transport.position == 49'000);
    REQUIRE(transport.tempo_valid);
    CHECK(transport.tempo == Approx(45));
    CHECK(transport.numerator == 6);
    CHECK(transport.denominator == 8);
    CHECK(transport.quarter_position == Approx((6 + 1.5) / 2));
    CHECK(transport.bar_start == Approx(3));
}

TEST_CASE("where the graph has no tempo the node's own counts from the position, and only there")
{
    Transport transport;
    transport.position = 5 * 48'000; // five seconds
    const auto own = with_tempo(transport, 90, 48'000);
    CHECK(own.tempo_valid);
    CHECK(own.tempo == 90);
    CHECK(own.quarter_position == Approx(7.5));
    CHECK(own.bar_start == 4);
    CHECK(own.numerator == 4);

    transport.tempo_valid = true;
    transport.tempo = 60;
    CHECK(with_tempo(transport, 90, 48'000).tempo == 60);
}

TEST_CASE("a stopped transport, and one with senseless values, is harmless")
{
    CHECK_FALSE(transport_of(spa_io_position{}).playing);

    spa_io_position position{};
    position.offset = 1'000'000; // begins later
    auto& bar = position.segments[0].bar;
    bar.flags = SPA_IO_SEGMENT_BAR_FLAG_VALID;
    bar.bpm = NAN;
    bar.signature_denom = 0;
    position.segments[0].rate = INFINITY;
    const auto transport = transport_of(position);
    CHECK(transport.position == 0);
    CHECK_FALSE(transport.tempo_valid);
}

} // namespace decant::nodes
