// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// avrt.dll, the Multimedia Class Scheduler: Wine's (8 to 10) does nothing. This one hands to the host that it
// lies beside what plugins ask for.

#include <windows.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace
{

using Enter = DWORD(CDECL*)(DWORD thread, const wchar_t* name);
using Leave = DWORD(CDECL*)(DWORD thread);
using SetLevel = DWORD(CDECL*)(DWORD thread, int level);

/// Of winerror.h, which mingw-w64 10 does not have.
constexpr DWORD invalid_task_name = 1550;

// The host's; looked for once, as that takes the loader's lock, and plugins come here in their process calls.
Enter enter_task;
Leave leave_task;
SetLevel set_task_level;

template <class Function>
void find(Function& function, const char* name)
{
    function =
        reinterpret_cast<Function>(reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(nullptr), name)));
}

BOOL answer(DWORD error)
{
    if (error != 0)
        SetLastError(error);
    return error == 0 ? TRUE : FALSE;
}

// A handle is the number of the thread, which is a multiple of four, and never zero.

HANDLE handle_of(DWORD thread)
{
    return reinterpret_cast<HANDLE>(static_cast<std::uintptr_t>(thread) + 1);
}

DWORD thread_of(HANDLE handle)
{
    return static_cast<DWORD>(reinterpret_cast<std::uintptr_t>(handle) - 1);
}

HANDLE enter(const wchar_t* name, DWORD* index)
{
    if (index == nullptr)
        return answer(ERROR_INVALID_PARAMETER), nullptr;
    const DWORD thread = GetCurrentThreadId();
    if (!answer(enter_task != nullptr ? enter_task(thread, name) : ERROR_CALL_NOT_IMPLEMENTED))
        return nullptr;
    if (*index == 0)
        *index = thread;
    return handle_of(thread);
}

HANDLE enter(const char* name, DWORD* index)
{
    std::array<wchar_t, 64> wide{};
    if (name == nullptr ||
        MultiByteToWideChar(CP_ACP, 0, name, -1, wide.data(), static_cast<int>(wide.size())) == 0)
        return answer(invalid_task_name), nullptr;
    return enter(wide.data(), index);
}

} // namespace

extern "C" {

__declspec(dllexport) HANDLE WINAPI AvSetMmThreadCharacteristicsW(const wchar_t* name, DWORD* index)
{
    return enter(name, index);
}

__declspec(dllexport) HANDLE WINAPI AvSetMmThreadCharacteristicsA(const char* name, DWORD* index)
{
    return enter(name, index);
}

// The second task is for the part of the time that the first one leaves, which nobody takes away here.

__declspec(dllexport) HANDLE WINAPI AvSetMmMaxThreadCharacteristicsW(const wchar_t* first, const wchar_t*,
                                                                     DWORD* index)
{
    return enter(first, index);
}

__declspec(dllexport) HANDLE WINAPI AvSetMmMaxThreadCharacteristicsA(const char* first, const char*,
                                                                     DWORD* index)
{
    return enter(first, index);
}

__declspec(dllexport) BOOL WINAPI AvRevertMmThreadCharacteristics(HANDLE handle)
{
    return answer(leave_task != nullptr ? leave_task(thread_of(handle)) : ERROR_INVALID_HANDLE);
}

__declspec(dllexport) BOOL WINAPI AvSetMmThreadPriority(HANDLE handle, int level)
{
    if (level < -2 || level > 2)
        return answer(ERROR_INVALID_PARAMETER);
    return answer(set_task_level != nullptr ? set_task_level(thread_of(handle), level)
                                            : ERROR_INVALID_HANDLE);
}

/// Percent of the CPU that is left to all others: Windows' own default.
__declspec(dllexport) BOOL WINAPI AvQuerySystemResponsiveness(HANDLE, ULONG* percent)
{
    if (percent == nullptr)
        return answer(ERROR_INVALID_PARAMETER);
    *percent = 20;
    return TRUE;
}

// Thread ordering groups: Linux has nothing like it, and plugins do without.

__declspec(dllexport) BOOL WINAPI AvRtCreateThreadOrderingGroup(HANDLE*, LARGE_INTEGER*, GUID*,
                                                                LARGE_INTEGER*)
{
    return answer(ERROR_CALL_NOT_IMPLEMENTED);
}
__declspec(dllexport) BOOL WINAPI AvRtCreateThreadOrderingGroupExA(HANDLE*, LARGE_INTEGER*, GUID*,
                                                                   LARGE_INTEGER*, const char*)
{
    return answer(ERROR_CALL_NOT_IMPLEMENTED);
}
__declspec(dllexport) BOOL WINAPI AvRtCreateThreadOrderingGroupExW(HANDLE*, LARGE_INTEGER*, GUID*,
                                                                   LARGE_INTEGER*, const wchar_t*)
{
    return answer(ERROR_CALL_NOT_IMPLEMENTED);
}
__declspec(dllexport) BOOL WINAPI AvRtJoinThreadOrderingGroup(HANDLE*, GUID*, BOOL)
{
    return answer(ERROR_CALL_NOT_IMPLEMENTED);
}
__declspec(dllexport) BOOL WINAPI AvRtWaitOnThreadOrderingGroup(HANDLE)
{
    return answer(ERROR_CALL_NOT_IMPLEMENTED);
}
__declspec(dllexport) BOOL WINAPI AvRtLeaveThreadOrderingGroup(HANDLE)
{
    return answer(ERROR_CALL_NOT_IMPLEMENTED);
}
__declspec(dllexport) BOOL WINAPI AvRtDeleteThreadOrderingGroup(HANDLE)
{
    return answer(ERROR_CALL_NOT_IMPLEMENTED);
}

BOOL WINAPI DllMain(HINSTANCE, DWORD reason, void*)
{
    if (reason == DLL_PROCESS_ATTACH) {
        find(enter_task, "decant_enter_task");
        find(leave_task, "decant_leave_task");
        find(set_task_level, "decant_set_task_level");
    }
    return TRUE;
}
}
