// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <sys/types.h>

namespace decant::service
{

/// Bytes that a process has in memory and shares with nobody; 0 if it is not there. [any]
[[nodiscard]] std::uint64_t private_memory_of(pid_t process);

} // namespace decant::service
