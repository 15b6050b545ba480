// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace decant::service
{

/// A list of CPUs as the kernel writes it, "0-3,8,10-11". What is no list ends it. [any]
[[nodiscard]] std::vector<unsigned> parse_cpu_list(std::string_view text);

/// Of the CPUs in `allowed` those that threads should be spread over: one of each physical core, as two busy
/// threads of one core run at half speed, and none that the system keeps for something else (isolcpus) unless
/// all are. `system` is /sys/devices/system/cpu. In order. [any]
[[nodiscard]] std::vector<unsigned> spread_cpus(const std::vector<unsigned>& allowed,
                                                const std::filesystem::path& system);

/// Where this process may run, as its user or service manager has said; isolated CPUs included. [any]
[[nodiscard]] std::vector<unsigned> allowed_cpus();

} // namespace decant::service
