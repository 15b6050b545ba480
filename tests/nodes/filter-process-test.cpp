// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/filter-process.hpp"

#include <catch2/catch_test_macros.hpp>

namespace decant::nodes
{

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

} // namespace decant::nodes
