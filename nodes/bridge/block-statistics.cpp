// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/block-statistics.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace decant::bridge
{

namespace
{

constexpr std::uint64_t nsec_per_usec = 1000;

} // namespace

std::size_t duration_bucket(std::uint64_t nsec) noexcept DECANT_REALTIME
{
    const std::uint64_t usec = nsec / nsec_per_usec;
    if (usec < linear_buckets)
        return static_cast<std::size_t>(usec);
    const auto octave = static_cast<std::size_t>(std::bit_width(usec / linear_buckets) - 1);
    return std::min(linear_buckets + octave, duration_buckets - 1);
}

std::uint64_t bucket_end_nsec(std::size_t bucket) noexcept
{
    if (bucket < linear_buckets)
        return (bucket + 1) * nsec_per_usec;
    return (linear_buckets * nsec_per_usec) << (bucket - linear_buckets + 1);
}

std::uint64_t BlockStatistics::round_trip_quantile(double fraction) const noexcept
{
    const auto total = std::accumulate(round_trips.begin(), round_trips.end(), std::uint64_t{0});
    if (total == 0)
        return 0;
    const auto wanted =
        static_cast<std::uint64_t>(std::ceil(std::clamp(fraction, 0.0, 1.0) * static_cast<double>(total)));
    std::uint64_t passed = 0;
    std::size_t bucket = 0;
    while (bucket + 1 < round_trips.size() &&
           (passed += round_trips[bucket]) < std::max<std::uint64_t>(wanted, 1))
        ++bucket;
    return std::min(bucket_end_nsec(bucket), longest_round_trip_nsec);
}

BlockStatistics BlockStatistics::since(const BlockStatistics& before) const noexcept
{
    BlockStatistics now = *this;
    now.completed -= before.completed;
    now.anticipated -= before.anticipated;
    now.found_awake -= before.found_awake;
    for (std::size_t i = 0; i < now.round_trips.size(); ++i)
        now.round_trips[i] -= before.round_trips[i];
    return now;
}

void BlockCounters::complete(std::uint64_t round_trip, std::uint64_t in_plugin) noexcept DECANT_REALTIME
{
    completed.add();
    round_trip_nsec.set(round_trip);
    longest_round_trip_nsec.raise(round_trip);
    round_trips[duration_bucket(round_trip)].add();
    // What the host says about itself cannot be longer than what we saw.
    plugin_nsec.set(std::min(in_plugin, round_trip));
    total_plugin_nsec.add(std::min(in_plugin, round_trip));
}

BlockStatistics BlockCounters::snapshot() const noexcept
{
    BlockStatistics now;
    now.blocks = blocks.get();
    now.completed = completed.get();
    now.late = late.get();
    now.dropped = dropped.get();
    now.detached = detached.get();
    now.not_active = not_active.get();
    now.failed = failed.get();
    now.non_finite = non_finite.get();
    now.lost_events = lost_events.get();
    now.anticipated = anticipated.get();
    now.found_awake = found_awake.get();
    now.round_trip_nsec = round_trip_nsec.get();
    now.longest_round_trip_nsec = longest_round_trip_nsec.get();
    now.plugin_nsec = plugin_nsec.get();
    now.total_plugin_nsec = total_plugin_nsec.get();
    std::transform(round_trips.begin(), round_trips.end(), now.round_trips.begin(),
                   [](const Counter& counter) { return counter.get(); });
    return now;
}

} // namespace decant::bridge
