// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace decant::host
{

class UnixBridge;

/// Lets SetThreadPriority, SetPriorityClass and the system call below them really schedule the threads of
/// the plugin, which stock Wine (8 to 10) only notes. `ceiling` is the real-time priority of our own audio
/// thread, 0 if it has none; WINE_RT_PRIO and WINE_RT_POLICY in the environment mean what they mean to
/// Wine-NSPA, which is left to do it all itself. With DECANT_RT_WORKERS=inherit, threads that never ask come
/// just below that thread, too. `bridge` is that of the main thread. Before any plugin is loaded. [main]
void follow_thread_priorities(int ceiling, UnixBridge& bridge);

} // namespace decant::host
