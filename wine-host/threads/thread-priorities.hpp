// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/threads/priority-plan.hpp"

#include <cstdint>

namespace decant::host
{

class UnixBridge;
class WishTable;

/// Gives the threads of a plugin in Linux what they ask for in Windows. A thread changes only when it, or
/// another one for it, asks. One per process.
namespace thread_priorities
{

/// From now on wishes are carried out. The calling thread never becomes real-time, as it loads plugins and
/// has their windows. Threads that begin are known when decant-bridge.dll says so. `bridge` is that of the
/// main thread, and outlives the plugins. [main]
void begin(const PriorityPlan& plan, UnixBridge& bridge);

/// The calling thread is Decant's: whatever is asked for it is not carried out. [any]
void leave_me_alone() noexcept;

/// Where wishes are left. [any, also rt]
[[nodiscard]] WishTable& wishes() noexcept;

/// Wakes the main thread if what Linux refuses to threads has changed. After every wish. [any, also rt]
void announce() noexcept;

} // namespace thread_priorities

} // namespace decant::host
