// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/statistics.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <numeric>
#include <random>
#include <vector>

using decant::bench::Distribution;

namespace
{

/// 1..count µs, in no order.
Distribution one_to(std::uint32_t count)
{
    std::vector<std::uint32_t> samples(count);
    std::iota(samples.begin(), samples.end(), 1u);
    std::shuffle(samples.begin(), samples.end(), std::minstd_rand(1));
    for (std::uint32_t& sample : samples)
        sample *= 1000;
    return Distribution(samples);
}

} // namespace

TEST_CASE("a percentile is the smallest sample that as many percent do not exceed")
{
    CHECK(one_to(1000).percentile(50) == 500);
    CHECK(one_to(1000).percentile(99) == 990);
    CHECK(one_to(1000).percentile(99.9) == 999);
    CHECK(one_to(3).percentile(50) == 2);
}

TEST_CASE("the hundredth percentile is the largest sample, the zeroth the smallest")
{
    CHECK(one_to(1000).percentile(100) == 1000);
    CHECK(one_to(1000).percentile(0) == 1);
    CHECK(one_to(1).percentile(50) == 1);
}

TEST_CASE("a few samples do not hide their worst behind a high percentile")
{
    CHECK(one_to(20).percentile(99.9) == 20);
}

TEST_CASE("no samples have percentiles of zero")
{
    CHECK(Distribution().percentile(50) == 0);
    CHECK(Distribution().percentile(100) == 0);
}
