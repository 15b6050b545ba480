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

/// Measures them, on two of `cpus`, at SCHED_FIFO `priority` if that is allowed; takes some milliseconds.
/// Nothing if there are no two CPUs. Throws std::system_error if there can be no thread. [main]
[[nodiscard]] std::optional<WakeTimes> probe_wake(const std::vector<unsigned>& cpus, int priority);

} // namespace decant::service
