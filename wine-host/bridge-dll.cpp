// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// decant-bridge.dll: the door from Windows code to decant-bridge.so, and nothing else. Wine gives a DLL its
// Linux half only if the file is marked as one of Wine's own (winebuild --builtin), which an .exe cannot be.

#include <windows.h>
#include <winternl.h>

#include <cstdint>

namespace
{

using Dispatcher = NTSTATUS(WINAPI*)(std::uint64_t functions, unsigned int code, void* parameters);
using QueryVirtualMemory = NTSTATUS(NTAPI*)(HANDLE, const void*, int, void*, SIZE_T, SIZE_T*);

Dispatcher dispatcher;
std::uint64_t functions; // the address of the table in decant-bridge.so
NTSTATUS connected;

using OnThread = void (*)();
OnThread thread_begun;
OnThread thread_ended;

template <class Function>
Function find(HMODULE module, const char* name)
{
    return reinterpret_cast<Function>(reinterpret_cast<void*>(GetProcAddress(module, name)));
}

/// Asks Wine for our Linux half. Returns an NTSTATUS.
NTSTATUS connect(HINSTANCE self)
{
    constexpr int memory_wine_unix_funcs = 1000;
    constexpr NTSTATUS not_wine = static_cast<NTSTATUS>(0xc0000002); // STATUS_NOT_IMPLEMENTED
    const HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    // A variable that holds the address; the function __wine_unix_call of older Wine is gone since 10.
    const auto* variable = find<Dispatcher*>(ntdll, "__wine_unix_call_dispatcher");
    const auto query = find<QueryVirtualMemory>(ntdll, "NtQueryVirtualMemory");
    if (variable == nullptr || query == nullptr)
        return not_wine;
    dispatcher = *variable;
    return query(GetCurrentProcess(), self, memory_wine_unix_funcs, &functions, sizeof functions, nullptr);
}

} // namespace

/// Runs the function with index `code` in decant-bridge.so; see unix-calls.hpp. Any thread.
extern "C" __declspec(dllexport) std::int32_t decant_unix_call(std::uint32_t code, void* parameters)
{
    return connected != 0 ? connected : dispatcher(functions, code, parameters);
}

/// From now on `begun` is called by each new thread of the process before it does anything, and `ended` at
/// its end. An .exe is not told of its threads by itself. Before there are other threads.
extern "C" __declspec(dllexport) void decant_on_threads(OnThread begun, OnThread ended)
{
    thread_begun = begun;
    thread_ended = ended;
}

BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, void*)
{
    if (reason == DLL_PROCESS_ATTACH)
        connected = connect(self);
    else if (reason == DLL_THREAD_ATTACH && thread_begun != nullptr)
        thread_begun();
    else if (reason == DLL_THREAD_DETACH && thread_ended != nullptr)
        thread_ended();
    return TRUE;
}
