// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/futex.hpp"
#include "nodes/bridge/host-thread.hpp"

#include <cerrno>
#include <cstdint>
#include <ctime>
#include <sched.h>

/// What threads that measure have in common: a place, a priority, and points in time.
namespace decant::doctor
{

/// Between two measurements; of the order of a cycle.
inline constexpr std::uint64_t interval_nsec = 1'000'000;

/// Puts the calling thread onto a CPU, SCHED_FIFO if `priority` is not 0. False if that was refused.
inline bool take_place(unsigned cpu, int priority) noexcept
{
    const bool there = bridge::bind_to(0, {cpu});
    return (priority == 0 || bridge::promote(0, {SCHED_FIFO, priority})) && there;
}

/// Until CLOCK_MONOTONIC is `nsec`.
inline void sleep_until(std::uint64_t nsec) noexcept
{
    constexpr std::uint64_t per_second = 1'000'000'000;
    const timespec until{static_cast<time_t>(nsec / per_second), static_cast<long>(nsec % per_second)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
    }
}

/// The next of the points that lie `interval_nsec` apart and are still to come.
[[nodiscard]] inline std::uint64_t next_point(std::uint64_t last, std::uint64_t now) noexcept
{
    const std::uint64_t next = last + interval_nsec;
    return next > now ? next : now + interval_nsec - (now - next) % interval_nsec;
}

} // namespace decant::doctor
