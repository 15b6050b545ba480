// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace decant::service
{

/// The threads of a process and what each of them does, a line each, for a report about one that hangs: its
/// name, its state and where in the kernel it waits, its policy and priority, and the CPU time it has had.
/// Empty if the process is gone. `proc` is where the kernel shows processes. [any but rt]
[[nodiscard]] std::vector<std::string> thread_table(pid_t process,
                                                    const std::filesystem::path& proc = "/proc");

} // namespace decant::service
