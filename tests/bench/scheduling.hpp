// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <sys/types.h>
#include <vector>

/// Who runs where, and before whom.
namespace decant::bench
{

/// SCHED_FIFO priority of the threads that call, near that of PipeWire's data loops.
inline constexpr int caller_priority = 80;

/// Of the guard, which runs before those.
inline constexpr int guard_priority = caller_priority + 1;

/// The CPUs that this process may use, in order. Throws std::system_error.
std::vector<unsigned> allowed_cpus();

/// Binds a thread (0: the calling one) to `cpus`. Throws std::system_error.
void bind_thread(pid_t thread, const std::vector<unsigned>& cpus);

/// Gives a thread (0: the calling one) SCHED_FIFO. Throws std::runtime_error with the remedy if the system
/// does not allow it.
void make_realtime(pid_t thread, int priority);

/// Sleeps until CLOCK_MONOTONIC is `nsec`. One system call.
void sleep_until(std::uint64_t nsec) noexcept;

} // namespace decant::bench
