// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/doctor/probe/histogram.hpp"

#include <chrono>
#include <vector>

namespace decant::doctor
{

/// How late a thread wakes that sleeps until a point in time: one thread per CPU, at the same time, each a
/// thousand times a second, as cyclictest does it. `priority` as SCHED_FIFO, 0: none. Throws
/// std::system_error. [any]
[[nodiscard]] std::vector<Series> measure_wake_ups(const std::vector<unsigned>& cpus, int priority,
                                                   std::chrono::nanoseconds time);

} // namespace decant::doctor
