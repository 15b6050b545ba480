// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"
#include "wine-host/protocol/layout.hpp"

#include <cstdint>

namespace decant::bridge
{

/// When a block is posted, in its cycle. CLOCK_MONOTONIC, ns.
struct PostTime {
    std::uint64_t now;
    std::uint64_t cycle_start;
    std::uint64_t period; ///< to the next cycle; 0: nobody knows when that is
};

/// When the next block of a node is likely to be posted, so that its host may be awake by then.
///
/// A node comes at about the same time in each cycle, after those that it waits for. How far it strays from
/// that is measured, and so is how early the host's timer has to be: a block that found the host asleep makes
/// it earlier at once, one that found it awake later, a little. The window ends with the block, so its cost
/// is the time that the host is awake before it. All functions: [rt].
class Anticipation
{
    std::uint64_t period_ = 0; ///< 0: nothing is known
    std::uint64_t offset_ = 0; ///< in the cycle, a running mean
    std::uint64_t spread_ = 0; ///< mean deviation from that
    std::uint64_t lead_ = 0;   ///< for the host's timer, and what it takes to wake up
    protocol::PollWindow window_{};
    bool within_ = false; ///< the block came in its window

public:
    /// A window is at most this part of the period, half of it before the time that is expected …
    static constexpr std::uint64_t largest_part = 4;
    /// … and at most so long (ns).
    static constexpr std::uint64_t longest_nsec = 400'000;

    /// A block is about to be posted: the window of the one after it.
    [[nodiscard]] protocol::PollWindow next(const PostTime& post) noexcept DECANT_REALTIME;

    /// What the block that was posted since has found.
    void learn(bool host_awake) noexcept DECANT_REALTIME;
};

} // namespace decant::bridge
