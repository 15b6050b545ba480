// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <vector>

namespace decant::service
{

/// What it takes to wake a thread and be woken by it, as a data loop and a host do in every block.
struct WakeTimes {
    std::chrono::nanoseconds one_cpu;  ///< both on the same CPU: a hand-over
    std::chrono::nanoseconds two_cpus; ///< each on one of its own: an interrupt
    std::chrono::nanoseconds awake;    ///< each on one of its own, where it does not sleep
};

/// Of a data loop and a host.
struct WakePair {
    int loop_priority; ///< SCHED_FIFO; 0: none
    int host_priority;
    bool guarded; ///< else the loop waits with a timer of its own
};

/// Measures them, on two of `cpus`, at the pair's priorities if they are allowed; takes some milliseconds.
/// Nothing if there are no two CPUs. Throws std::system_error if there can be no thread. [main]
[[nodiscard]] std::optional<WakeTimes> probe_wake(const std::vector<unsigned>& cpus, WakePair pair);

} // namespace decant::service
