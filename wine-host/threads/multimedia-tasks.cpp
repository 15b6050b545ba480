// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What avrt.dll asks of the host that it lies beside.

#include "wine-host/threads/thread-priorities.hpp"
#include "wine-host/threads/wish-table.hpp"

#include <windows.h>

namespace decant::host
{
namespace
{

// Of winerror.h, which mingw-w64 10 does not have.
constexpr DWORD invalid_task_name = 1550;
constexpr DWORD thread_already_in_task = 1552;

/// Windows' error, or 0.
DWORD enter(DWORD thread, const wchar_t* name)
{
    if (name == nullptr)
        return invalid_task_name;
    const auto task = multimedia_task(name);
    if (!task)
        return invalid_task_name;
    if (!thread_priorities::wishes().enter_task(thread, *task))
        return thread_already_in_task;
    thread_priorities::announce();
    return 0;
}

/// Windows' error, or 0.
DWORD answer(bool in_a_task)
{
    thread_priorities::announce();
    return in_a_task ? 0 : ERROR_INVALID_HANDLE;
}

} // namespace
} // namespace decant::host

extern "C" {

__declspec(dllexport) DWORD CDECL decant_enter_task(DWORD thread, const wchar_t* name)
{
    return decant::host::enter(thread, name);
}

__declspec(dllexport) DWORD CDECL decant_leave_task(DWORD thread)
{
    return decant::host::answer(decant::host::thread_priorities::wishes().leave_task(thread));
}

/// `level` is an AVRT_PRIORITY, -2 to 2.
__declspec(dllexport) DWORD CDECL decant_set_task_level(DWORD thread, int level)
{
    return decant::host::answer(decant::host::thread_priorities::wishes().ask_task_level(thread, level));
}
}
