// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace decant::service
{

/// What is known of a Windows host that does not answer, a line each, for whoever is to find out why: what
/// its threads do, the wineserver that they ask, and the programs that Wine itself has started in the prefix,
/// for which the first one of them waits. [any but rt]
[[nodiscard]] std::vector<std::string> hang_report(pid_t host, const std::filesystem::path& prefix);

} // namespace decant::service
