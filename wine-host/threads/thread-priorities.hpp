// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/threads/priority-plan.hpp"

#include <cstdint>
#include <functional>

namespace decant::host
{

/// Gives the threads of a plugin in Linux what they ask for in Windows. A thread changes only when it, or
/// another one for it, asks. One per process; all functions: [any], but no real-time thread of ours.
namespace thread_priorities
{

/// From now on wishes are carried out. The calling thread never becomes real-time, as it loads plugins and
/// has their windows. Threads that begin are known when decant-bridge.dll says so. [main]
void begin(const PriorityPlan& plan);

/// The calling thread is Decant's: whatever is asked for it is not carried out.
void leave_me_alone() noexcept;

/// A change of what the Windows thread `thread` asks for. One that has not come to run yet has it when it
/// does.
void ask(std::uint32_t thread, const std::function<void(WindowsPriority&)>& change) noexcept;

/// A change of what the process asks for, for those of its threads that asked before.
void ask_for_process(std::uint32_t process_class) noexcept;

[[nodiscard]] MultimediaTask task_of(std::uint32_t thread) noexcept;

} // namespace thread_priorities

} // namespace decant::host
