// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/threads/priority-plan.hpp"

#include <cstdint>

namespace decant::host
{

class WishTable;

/// Gives the threads of a plugin in Linux what they ask for in Windows. A thread changes only when it, or
/// another one for it, asks. One per process.
namespace thread_priorities
{

/// From now on wishes are carried out. The calling thread never becomes real-time, as it loads plugins and
/// has their windows. Threads that begin are known when decant-bridge.dll says so. [main]
void begin(const PriorityPlan& plan);

/// The calling thread is Decant's: whatever is asked for it is not carried out. [any]
void leave_me_alone() noexcept;

/// Where wishes are left. [any, also rt]
[[nodiscard]] WishTable& wishes() noexcept;

/// Says so, once, if Linux has refused what a thread was to have; on a thread of Decant's own it waits for
/// the main thread to do so. [any, also rt]
void complain() noexcept;

/// The same, for the main thread. [main]
void complain_for_others() noexcept;

} // namespace thread_priorities

} // namespace decant::host
