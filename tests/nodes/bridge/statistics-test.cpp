// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/block-statistics.hpp"

#include <catch2/catch_test_macros.hpp>
#include <limits>
#include <memory>

using namespace decant::bridge;

TEST_CASE("every duration has a bucket that ends behind it")
{
    for (std::uint64_t nsec = 1; nsec < 60'000'000'000; nsec = nsec * 3 / 2 + 1) {
        const auto bucket = duration_bucket(nsec);
        CHECK(nsec < bucket_end_nsec(bucket));
        if (bucket != 0)
            CHECK(nsec >= bucket_end_nsec(bucket - 1));
    }
    CHECK(duration_bucket(std::numeric_limits<std::uint64_t>::max()) == duration_buckets - 1);
}

TEST_CASE("quantiles are those of the round trips")
{
    auto counters = std::make_unique<BlockCounters>();
    for (std::uint64_t usec = 1; usec <= 100; ++usec)
        counters->complete(usec * 1000 - 500, 0);

    const auto stats = counters->snapshot();
    CHECK(stats.completed == 100);
    CHECK(stats.round_trip_quantile(0.5) == 50'000);
    CHECK(stats.round_trip_quantile(0.99) == 99'000);
    CHECK(stats.round_trip_quantile(1) == 99'500);
    CHECK(stats.round_trip_quantile(0) == 1'000);
}

TEST_CASE("there are no quantiles of nothing")
{
    CHECK(BlockStatistics().round_trip_quantile(0.5) == 0);
}

TEST_CASE("a plugin cannot claim more time than the round trip took")
{
    auto counters = std::make_unique<BlockCounters>();
    counters->complete(1000, std::numeric_limits<std::uint64_t>::max());

    CHECK(counters->snapshot().plugin_nsec == 1000);
    CHECK(counters->snapshot().total_plugin_nsec == 1000);
}
