// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/doctor/facts.hpp"
#include "service/doctor/probe/histogram.hpp"

#include <chrono>
#include <filesystem>
#include <string>

namespace decant::doctor
{

/// How long a block of `quantum` needs through the bridge to a plugin in a host of its own, under real Wine,
/// and back: what the plugin computes is in it. Both sides on `cpu`; `priority` as SCHED_FIFO, 0: none.
/// `plugin` is FILE or FILE#NAME. Throws PluginError. [main]
[[nodiscard]] Series measure_host_trip(const std::string& plugin, const Quantum& quantum, unsigned cpu,
                                       int priority, std::chrono::nanoseconds time);

} // namespace decant::doctor
