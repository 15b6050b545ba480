// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// DLLs that are no plugins, one way of failing for each value of DECANT_BROKEN.

#include <cstring>

#define entry_null 1        // the entry point returns nothing
#define entry_wrong_magic 2 // it returns something else than a plugin
#define entry_crash 3       // it writes to address zero
#define no_entry 4          // there is none
#define start_refused 5     // the DLL does not want to be loaded
#define absent_import 6     // it needs a function of a DLL that is not there
#define entry_slow 7        // it takes ten minutes

#if DECANT_BROKEN == no_entry
extern "C" __declspec(dllexport) int unrelated()
{
    return 0;
}
#else

#if DECANT_BROKEN == absent_import
extern "C" __declspec(dllimport) int absent_function();
#elif DECANT_BROKEN == entry_slow
extern "C" __declspec(dllimport) void __stdcall Sleep(unsigned long);
#endif

extern "C" __declspec(dllexport) void* VSTPluginMain(void*)
{
#if DECANT_BROKEN == entry_wrong_magic
    static char nothing[512];
    std::memset(nothing, 'x', sizeof nothing);
    return nothing;
#elif DECANT_BROKEN == entry_crash
    *static_cast<volatile int*>(nullptr) = 1;
    return nullptr;
#elif DECANT_BROKEN == absent_import
    return absent_function() != 0 ? nullptr : nullptr;
#elif DECANT_BROKEN == entry_slow
    Sleep(600'000);
    return nullptr;
#else
    return nullptr;
#endif
}
#endif

#if DECANT_BROKEN == start_refused
extern "C" int __stdcall DllMain(void*, unsigned long, void*)
{
    return 0;
}
#endif
