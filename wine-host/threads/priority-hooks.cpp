// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/threads/priority-hooks.hpp"

#include "wine-host/text.hpp"
#include "wine-host/threads/function-patch.hpp"
#include "wine-host/threads/thread-priorities.hpp"
#include "wine-host/threads/wish-table.hpp"

#include <windows.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cwchar>
#include <string>

namespace decant::host
{
namespace
{

using SetThreadPriorityFunction = BOOL(WINAPI*)(HANDLE, int);
using SetPriorityClassFunction = BOOL(WINAPI*)(HANDLE, DWORD);
using SetInformationThread = LONG(WINAPI*)(HANDLE, int, const void*, ULONG);

SetThreadPriorityFunction set_thread_priority;
SetPriorityClassFunction set_priority_class;
SetInformationThread set_information_thread;

/// The number of a thread that has ended may come again, and the new one has asked for nothing.
bool has_ended(HANDLE thread)
{
    DWORD code = STILL_ACTIVE;
    return GetExitCodeThread(thread, &code) && code != STILL_ACTIVE;
}

/// A plugin may ask in its process call: no lock here, and no memory, and no more of wineserver's time than
/// the caller takes himself.
void ask_level(HANDLE thread, int level)
{
    const DWORD id = thread == GetCurrentThread() ? GetCurrentThreadId() : GetThreadId(thread);
    auto& wishes = thread_priorities::wishes();
    if (!wishes.runs(id) && has_ended(thread))
        return;
    wishes.ask_level(id, level);
    thread_priorities::announce();
}

// What Windows answers comes first, so that GetThreadPriority stays true.

BOOL WINAPI on_set_thread_priority(HANDLE thread, int level)
{
    const BOOL done = set_thread_priority(thread, level);
    const DWORD error = GetLastError();
    if (done)
        ask_level(thread, level);
    SetLastError(error);
    return done;
}

BOOL WINAPI on_set_priority_class(HANDLE process, DWORD process_class)
{
    const BOOL done = set_priority_class(process, process_class);
    const DWORD error = GetLastError();
    if (done && GetProcessId(process) == GetCurrentProcessId()) {
        thread_priorities::wishes().ask_class(process_class);
        thread_priorities::announce();
    }
    SetLastError(error);
    return done;
}

/// Of who goes around kernelbase.
LONG WINAPI on_set_information_thread(HANDLE thread, int kind, const void* information, ULONG size)
{
    constexpr int thread_base_priority = 3;
    const LONG status = set_information_thread(thread, kind, information, size);
    if (status >= 0 && kind == thread_base_priority && size == sizeof(LONG))
        ask_level(thread, *static_cast<const LONG*>(information));
    return status;
}

void* function_of(const wchar_t* module, const char* name)
{
    return reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(module), name));
}

template <class Function>
void patch(Function& original, void* patched)
{
    original = reinterpret_cast<Function>(patched);
}

std::string variable(const wchar_t* name)
{
    std::array<wchar_t, 64> value{};
    const DWORD length = GetEnvironmentVariableW(name, value.data(), static_cast<DWORD>(value.size()));
    return length < value.size() ? to_utf8(value.data()) : std::string();
}

/// Wine-NSPA schedules the threads itself.
bool is_nspa()
{
    using BuildId = const char*(CDECL*)();
    const auto build = reinterpret_cast<BuildId>(function_of(L"ntdll.dll", "wine_get_build_id"));
    return build != nullptr && std::string(build()).find("nspa") != std::string::npos;
}

PriorityPlan plan_below(int ceiling)
{
    PriorityPlan plan{.ceiling = ceiling};
    const std::string policy = variable(L"WINE_RT_POLICY");
    if (policy == "FF")
        plan.bands = ThreadPolicy::fifo;
    else if (policy == "TS")
        plan.bands = ThreadPolicy::other;
    else if (!policy.empty() && policy != "RR")
        print_error("WINE_RT_POLICY is FF, RR or TS, not \"" + policy + "\"; taken for RR");
    plan.workers = variable(L"DECANT_RT_WORKERS") == "inherit";
    const std::string highest = variable(L"WINE_RT_PRIO");
    if (highest.empty() || ceiling == 0)
        return plan;
    if (const int wanted = std::atoi(highest.c_str()); wanted < 1 || wanted > 98)
        print_error("WINE_RT_PRIO is a number from 1 to 98, not \"" + highest + "\"; not heeded");
    else // never above the thread that the music waits for
        plan.ceiling = std::min(wanted, ceiling);
    return plan;
}

} // namespace

void follow_thread_priorities(int ceiling, UnixBridge& bridge)
{
    if (is_nspa())
        return;
    thread_priorities::begin(plan_below(ceiling), bridge);
    patch(set_thread_priority, patch_function(function_of(L"kernelbase.dll", "SetThreadPriority"),
                                              reinterpret_cast<void*>(&on_set_thread_priority)));
    patch(set_priority_class, patch_function(function_of(L"kernelbase.dll", "SetPriorityClass"),
                                             reinterpret_cast<void*>(&on_set_priority_class)));
    patch(set_information_thread, patch_system_call(function_of(L"ntdll.dll", "NtSetInformationThread"),
                                                    reinterpret_cast<void*>(&on_set_information_thread)));
    if (set_thread_priority == nullptr && set_information_thread == nullptr)
        print_error(
            "this Wine does not let the priorities of threads be followed: what the plugin asks for its "
            "own threads is without effect");
}

} // namespace decant::host
