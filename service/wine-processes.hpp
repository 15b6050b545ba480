// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include <sys/types.h>

/// What runs in a Wine prefix. All functions read /proc. [any but rt]
namespace decant::service
{

/// The prefix that a process was started for; empty if that cannot be read.
[[nodiscard]] std::filesystem::path prefix_of(pid_t process);

/// The wineserver that serves a prefix; nothing if none of this user does.
[[nodiscard]] std::optional<pid_t> wineserver_of(const std::filesystem::path& prefix);

/// The programs of a prefix that are no hosts of plugins, in ascending order: what Wine starts for itself, as
/// services.exe, and what the user runs there.
[[nodiscard]] std::vector<pid_t> programs_in(const std::filesystem::path& prefix);

} // namespace decant::service
