// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"

#include <cstdint>

namespace decant::bridge
{

/// How long a host is waited for: until the deadline, while it is trusted. One that was late then is waited
/// for only twice as long as its blocks usually take, or a quarter longer than the longest of late, so that
/// it leaves the time of a cycle to its neighbours in the data loop, until it has been in time for a while.
/// The longest counts because a reverb that convolves in big pieces has its work in one of many blocks.
///
/// A plugin that has more to do since, as after a change of its patch, would never be in time again like
/// that. So it is trusted once more now and then, the oftener that was in vain the more rarely.
///
/// One that is trusted and begins late, as a neighbour was waited for to the deadline, has half of what is
/// left of the cycle: else all that share a data loop with a plugin that hangs would be missing once. [rt]
class Patience
{
    std::uint64_t usual_nsec_ = 0;   ///< round trip, a running mean
    std::uint64_t longest_nsec_ = 0; ///< round trip in time, slowly forgotten
    bool trusted_ = true;
    std::uint32_t in_time_ = 0;   ///< blocks in a row, so far as they matter
    std::uint32_t to_chance_ = 0; ///< if it is not trusted: blocks to be late until it is once more
    std::uint32_t next_chance_ = first_chance;

public:
    static constexpr std::uint32_t blocks_to_trust = 64;   ///< in time, in a row
    static constexpr std::uint32_t blocks_to_forget = 512; ///< until the longest counts a third
    static constexpr std::uint32_t first_chance = 8;
    static constexpr std::uint32_t last_chance = 1U << 16; ///< a minute and a half of 64 frames at 48 kHz

    /// Until when (CLOCK_MONOTONIC, ns) a block that is posted `now` is waited for, in a cycle that the
    /// `next` one follows.
    [[nodiscard]] std::uint64_t end(std::uint64_t now, std::uint64_t deadline,
                                    std::uint64_t next) const noexcept DECANT_REALTIME;

    void in_time(std::uint64_t round_trip) noexcept DECANT_REALTIME;

    /// It has not answered a block that could be waited for so long (ns). If that is no longer than it
    /// usually takes, as when the cycle or a neighbour was late, nothing is held against it.
    void late(std::uint64_t waited) noexcept DECANT_REALTIME;

    /// Round trip of late (ns); 0: there was none yet.
    [[nodiscard]] std::uint64_t usual_nsec() const noexcept DECANT_REALTIME { return usual_nsec_; }
};

} // namespace decant::bridge
