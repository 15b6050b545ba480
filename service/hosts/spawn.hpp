// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/hosts/host-command.hpp"

#include <sys/types.h>

namespace decant::service
{

/// Starts a program from a clean child, by the spawner if there is one: stdin is empty, stdout and stderr are
/// `output`, every other descriptor is closed; default signal handlers, empty mask; SCHED_OTHER at nice 0;
/// the first to go when memory runs out; its own session, `/` as working directory; killed when this process
/// ends, or when the calling thread does if there is no spawner. Returns its pid, which leads a process group
/// of the same number. The caller reaps it. Throws PluginError. [any]
[[nodiscard]] pid_t spawn(const HostCommand& command, int output);

} // namespace decant::service
