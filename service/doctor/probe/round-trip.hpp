// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/doctor/probe/histogram.hpp"

#include <chrono>
#include <string>

namespace decant::doctor
{

/// How long a block needs to another process and back, without a plugin: a native child that answers at once,
/// one futex wake each way, as the bridge does it. `here` and `there` are CPUs; `priority` as SCHED_FIFO for
/// both, 0: none. Forks. Throws std::system_error. [main]
[[nodiscard]] Series measure_round_trip(const std::string& name, unsigned here, unsigned there, int priority,
                                        std::chrono::nanoseconds time);

} // namespace decant::doctor
