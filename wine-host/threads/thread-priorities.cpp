// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/threads/thread-priorities.hpp"

#include "wine-host/text.hpp"
#include "wine-host/threads/wish-table.hpp"

#include <windows.h>

#include <atomic>
#include <exception>
#include <string>

namespace decant::host::thread_priorities
{
namespace
{

using Call = std::int32_t (*)(std::uint32_t code, void* parameters);
using OnThreads = void (*)(void (*begun)(), void (*ended)());

// For the whole life of the process: threads outlive everything.
constinit WishTable table;
Call unix_call;
std::atomic<bool> complained = false;

std::int32_t own_linux_thread() noexcept
{
    ThreadIdCall self{};
    return unix_call(static_cast<std::uint32_t>(UnixCall::thread_id), &self) == unix_done ? self.thread : 0;
}

std::int32_t schedule(std::int32_t thread, const LinuxPriority& wanted) noexcept
{
    ScheduleThreadCall call{thread, wanted.policy, wanted.priority, wanted.nice, 0};
    return unix_call(static_cast<std::uint32_t>(UnixCall::schedule_thread), &call) == unix_done ? 0
                                                                                                : call.error;
}

void begun() noexcept
{
    table.begin(GetCurrentThreadId(), own_linux_thread());
    complain();
}

void ended() noexcept
{
    table.end(GetCurrentThreadId());
}

} // namespace

void begin(const PriorityPlan& plan)
{
    const HMODULE library = GetModuleHandleW(L"decant-bridge.dll");
    const auto call =
        reinterpret_cast<Call>(reinterpret_cast<void*>(GetProcAddress(library, "decant_unix_call")));
    const auto on_threads =
        reinterpret_cast<OnThreads>(reinterpret_cast<void*>(GetProcAddress(library, "decant_on_threads")));
    if (unix_call != nullptr || call == nullptr || on_threads == nullptr)
        return;
    unix_call = call;
    table.start(plan, &schedule);
    leave_me_alone();
    on_threads(&begun, &ended);
}

void leave_me_alone() noexcept
{
    table.exempt(GetCurrentThreadId());
}

WishTable& wishes() noexcept
{
    return table;
}

void complain() noexcept
{
    if (!table.is_exempt(GetCurrentThreadId()))
        complain_for_others();
}

void complain_for_others() noexcept
try {
    const std::int32_t error = table.take_refusal();
    if (error == 0 || complained.exchange(true))
        return;
    print_error(
        "a thread of the plugin asks for a priority that Linux does not give it (error " +
        std::to_string(error) +
        "), and has the best that it may have: the limits \"rtprio\" and \"nice\" say how much that is; "
        "'decant doctor' tells how to raise them");
} catch (const std::exception&) { // no memory for the words
}

} // namespace decant::host::thread_priorities
