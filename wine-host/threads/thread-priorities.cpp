// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/threads/thread-priorities.hpp"

#include "wine-host/threads/wish-table.hpp"
#include "wine-host/unix-bridge.hpp"

#include <windows.h>

namespace decant::host::thread_priorities
{
namespace
{

using Call = std::int32_t (*)(std::uint32_t code, void* parameters);
using OnThreads = void (*)(void (*begun)(), void (*ended)());

// For the whole life of the process: threads outlive everything.
constinit WishTable table;
Call unix_call;
UnixBridge* main_bridge;

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
    announce();
}

void ended() noexcept
{
    table.end(GetCurrentThreadId());
    announce();
}

} // namespace

void begin(const PriorityPlan& plan, UnixBridge& bridge)
{
    const HMODULE library = GetModuleHandleW(L"decant-bridge.dll");
    const auto call =
        reinterpret_cast<Call>(reinterpret_cast<void*>(GetProcAddress(library, "decant_unix_call")));
    const auto on_threads =
        reinterpret_cast<OnThreads>(reinterpret_cast<void*>(GetProcAddress(library, "decant_on_threads")));
    if (unix_call != nullptr || call == nullptr || on_threads == nullptr)
        return;
    unix_call = call;
    main_bridge = &bridge;
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

void announce() noexcept
{
    if (table.has_news() && main_bridge != nullptr)
        protocol::ring(*main_bridge, main_bridge->region().host_bell);
}

} // namespace decant::host::thread_priorities
