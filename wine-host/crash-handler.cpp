// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/crash-handler.hpp"

#include "wine-host/text.hpp"

#include <windows.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>

namespace decant::host
{
namespace
{

CrashListener* crash_listener = nullptr;

const char* name_of(DWORD code) noexcept
{
    constexpr DWORD microsoft_cpp = 0xe06d7363; // "msc": throw, of a plugin built with Microsoft's compiler
    constexpr DWORD gcc_cpp = 0x20474343;       // "GCC "
    constexpr DWORD wine_stub = 0x80000100;
    switch (code) {
    case EXCEPTION_ACCESS_VIOLATION:
        return "access violation";
    case EXCEPTION_ILLEGAL_INSTRUCTION:
        return "illegal instruction (does the plugin need a newer processor?)";
    case EXCEPTION_STACK_OVERFLOW:
        return "stack overflow";
    case EXCEPTION_INT_DIVIDE_BY_ZERO:
        return "division by zero";
    case microsoft_cpp:
    case gcc_cpp:
        return "uncaught C++ exception";
    case wine_stub:
        return "call of a Windows function that this Wine lacks";
    default:
        return "exception";
    }
}

LONG WINAPI end_process(EXCEPTION_POINTERS* exception)
{
    const auto* record = exception->ExceptionRecord;
    std::array<char, MAX_PATH> file{};
    HMODULE module = nullptr;
    if (GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                               GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                           static_cast<const char*>(record->ExceptionAddress), &module) != 0)
        GetModuleFileNameA(module, file.data(), static_cast<DWORD>(file.size()));
    const char* slash = std::strrchr(file.data(), '\\');
    const auto offset =
        reinterpret_cast<std::uintptr_t>(record->ExceptionAddress) - reinterpret_cast<std::uintptr_t>(module);

    std::array<char, 512> what{};
    std::snprintf(what.data(), what.size(), "%s 0x%08lx at %s+0x%llx", name_of(record->ExceptionCode),
                  static_cast<unsigned long>(record->ExceptionCode), slash != nullptr ? slash + 1 : "address",
                  static_cast<unsigned long long>(offset));
    crash_listener->crashed(what.data());
    print_error(what.data());
    TerminateProcess(GetCurrentProcess(), record->ExceptionCode);
    return EXCEPTION_EXECUTE_HANDLER;
}

/// abort() and assert() of the runtime libraries that plugins share open a dialog unless they are told not
/// to.
void silence_runtime(const wchar_t* library) noexcept
{
    constexpr int to_stderr = 1;
    using SetErrorMode = int(CDECL*)(int);
    const HMODULE module = LoadLibraryW(library);
    const FARPROC function = module != nullptr ? GetProcAddress(module, "_set_error_mode") : nullptr;
    if (function != nullptr)
        reinterpret_cast<SetErrorMode>(reinterpret_cast<void*>(function))(to_stderr);
}

} // namespace

void set_crash_listener(CrashListener& listener) noexcept
{
    crash_listener = &listener;
}

void install_crash_handler() noexcept
{
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX);
    SetUnhandledExceptionFilter(end_process);
    silence_runtime(L"msvcrt.dll");
    silence_runtime(L"ucrtbase.dll");
}

} // namespace decant::host
