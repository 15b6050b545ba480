// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <sys/types.h>
#include <vector>

/// What running costs, as the kernel accounts it.
namespace decant::bench
{

/// Used up by a process since its start.
struct Costs {
    std::uint64_t switches = 0; ///< context switches of all threads, voluntary or not
    std::uint64_t cpu_nsec = 0; ///< of all threads, ended ones included

    Costs& operator+=(const Costs& other) noexcept;
    Costs operator-(const Costs& other) const noexcept;
};

/// Of this process. Throws std::system_error.
Costs own_costs();

/// Of another process; switches of threads that have ended are missing. Zero if it is gone.
Costs costs_of(pid_t process);

/// Of several at once.
Costs costs_of(const std::vector<pid_t>& processes);

/// The threads of a process; empty if it is gone.
std::vector<pid_t> threads_of(pid_t process);

/// What the hypervisor has taken from all CPUs of this machine since it started, in seconds; 0 if there is
/// none.
double stolen_seconds();

/// A process' share of the memory in use (PSS, `smaps_rollup`) in bytes; 0 if it cannot be read.
std::size_t share_of_memory(pid_t process);

} // namespace decant::bench
