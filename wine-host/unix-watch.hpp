// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

namespace decant::host
{

/// A descriptor that becomes readable when the process ends, or -1.
[[nodiscard]] int open_process(pid_t process) noexcept;

/// Ends this process when the service ends, or our parent, which is somebody else if a wrapper script stands
/// between: it is all that the service can kill. The plugin, whatever it is doing, is not asked: there is
/// nobody left to whom it could matter. Also when wineserver is gone: the plugin would play on, but no other
/// thread of it ever comes back from Windows, and its state can be saved no more.
///
/// `service` and `parent` are of open_process(); the latter may be -1. Throws std::system_error.
void watch(int service, int parent);

} // namespace decant::host
