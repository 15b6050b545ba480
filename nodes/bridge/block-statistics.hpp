// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace decant::bridge
{

/// Buckets for durations: of one microsecond up to a millisecond, where the figures are that tell bridges
/// apart; above, each is twice as wide as the one before.
inline constexpr std::size_t linear_buckets = 1024;
inline constexpr std::size_t duration_buckets = linear_buckets + 16;

/// What became of the blocks of one node since it was made.
struct BlockStatistics {
    std::uint64_t blocks = 0;     ///< all of them
    std::uint64_t completed = 0;  ///< with the plugin's output
    std::uint64_t late = 0;       ///< posted, and not answered by the deadline
    std::uint64_t dropped = 0;    ///< not posted, as the host was busy with an older one
    std::uint64_t detached = 0;   ///< not posted, as there was no host
    std::uint64_t not_active = 0; ///< answered so: not activated, or for another rate or size
    std::uint64_t failed = 0;     ///< answered so, or with no known answer
    std::uint64_t non_finite = 0; ///< samples that were no number and became silence
    std::uint64_t lost_events =
        0; ///< MIDI and parameter changes, either way, for which there was no room or sense
    std::uint64_t anticipated = 0; ///< posted to a host that had been told when to be awake
    std::uint64_t found_awake = 0; ///< of these, those that found it so

    // Of the completed ones.
    std::uint64_t round_trip_nsec = 0; ///< the last: from before the post to after the reply
    std::uint64_t longest_round_trip_nsec = 0;
    std::uint64_t plugin_nsec = 0; ///< the last: time in the plugin, as the host says
    std::uint64_t total_plugin_nsec = 0;
    std::array<std::uint64_t, duration_buckets>
        round_trips{}; ///< how many were as long; see duration_bucket()

    /// Nanoseconds that `fraction` (0..1) of the round trips did not exceed; zero if there were none. Upper
    /// end of its bucket.
    [[nodiscard]] std::uint64_t round_trip_quantile(double fraction) const noexcept;

    /// With what there was `before` taken away of completed and anticipated blocks and their round trips; the
    /// rest is as it is.
    [[nodiscard]] BlockStatistics since(const BlockStatistics& before) const noexcept;
};

/// The bucket for a duration. [any]
[[nodiscard]] std::size_t duration_bucket(std::uint64_t nsec) noexcept DECANT_REALTIME;

/// The smallest duration beyond a bucket, in nanoseconds. [any]
[[nodiscard]] std::uint64_t bucket_end_nsec(std::size_t bucket) noexcept;

/// A number that one thread, the audio thread, changes and any thread reads: no locked instruction is needed.
class Counter
{
    std::atomic<std::uint64_t> value_ = 0;

public:
    /// [rt]
    void add(std::uint64_t amount = 1) noexcept DECANT_REALTIME { set(get() + amount); }
    /// [rt]
    void set(std::uint64_t value) noexcept DECANT_REALTIME { value_.store(value, std::memory_order_relaxed); }
    /// [rt]
    void raise(std::uint64_t value) noexcept DECANT_REALTIME
    {
        if (value > get())
            set(value);
    }
    /// [any]
    [[nodiscard]] std::uint64_t get() const noexcept DECANT_REALTIME
    {
        return value_.load(std::memory_order_relaxed);
    }
};

/// BlockStatistics in the making.
struct BlockCounters {
    Counter blocks, completed, late, dropped, detached, not_active, failed, non_finite, lost_events;
    Counter anticipated, found_awake;
    Counter round_trip_nsec, longest_round_trip_nsec, plugin_nsec, total_plugin_nsec;
    std::array<Counter, duration_buckets> round_trips;

    /// [rt]
    void complete(std::uint64_t round_trip, std::uint64_t in_plugin) noexcept DECANT_REALTIME;

    /// Each number is right, though not all of the same moment. [any]
    [[nodiscard]] BlockStatistics snapshot() const noexcept;
};

} // namespace decant::bridge
