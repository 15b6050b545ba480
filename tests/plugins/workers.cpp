// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A VST2 plugin that starts threads which ask Windows for every kind of priority. Each has a name, that of
// what it asks for, and sleeps for ever; one to which Windows does not tell its own priority again is called
// "liar". In its process call it asks for less for the thread that calls it, and for more for the thread
// "asked-in-block". With DECANT_REALTIME_CLASS the process asks for REALTIME_PRIORITY_CLASS, after its
// threads.

#include <fst/aeffectx.h>

#include <windows.h>

#include <string>

namespace
{

using SetDescription = HRESULT(WINAPI*)(HANDLE, const wchar_t*);
using EnterTask = HANDLE(WINAPI*)(const wchar_t*, DWORD*);
using LeaveTask = BOOL(WINAPI*)(HANDLE);
using SetTaskLevel = BOOL(WINAPI*)(HANDLE, int);
using SetInformationThread = LONG(NTAPI*)(HANDLE, int, const void*, ULONG);

template <class Function>
Function find(const wchar_t* module, const char* name)
{
    return reinterpret_cast<Function>(reinterpret_cast<void*>(GetProcAddress(LoadLibraryW(module), name)));
}

void name_this_thread(const wchar_t* name)
{
    find<SetDescription>(L"kernelbase.dll", "SetThreadDescription")(GetCurrentThread(), name);
}

/// What a thread does before it sleeps; false if Windows does not answer as it should.
struct Worker {
    const wchar_t* name;
    bool (*ask)();
};

bool set_level(int level)
{
    return SetThreadPriority(GetCurrentThread(), level) && GetThreadPriority(GetCurrentThread()) == level;
}

HANDLE enter(const wchar_t* task)
{
    DWORD index = 0;
    const HANDLE handle = find<EnterTask>(L"avrt.dll", "AvSetMmThreadCharacteristicsW")(task, &index);
    return index != 0 ? handle : nullptr;
}

bool set_task_level(HANDLE task, int level)
{
    return find<SetTaskLevel>(L"avrt.dll", "AvSetMmThreadPriority")(task, level);
}

bool leave(HANDLE task)
{
    return find<LeaveTask>(L"avrt.dll", "AvRevertMmThreadCharacteristics")(task);
}

const Worker workers[] = {
    {L"silent",
     [] {
         return true;
     }},
    {L"critical",
     [] {
         return set_level(THREAD_PRIORITY_TIME_CRITICAL);
     }},
    {L"highest",
     [] {
         return set_level(THREAD_PRIORITY_HIGHEST);
     }},
    {L"above",
     [] {
         return set_level(THREAD_PRIORITY_ABOVE_NORMAL);
     }},
    {L"normal",
     [] {
         return set_level(THREAD_PRIORITY_NORMAL);
     }},
    {L"below",
     [] {
         return set_level(THREAD_PRIORITY_BELOW_NORMAL);
     }},
    {L"lowest",
     [] {
         return set_level(THREAD_PRIORITY_LOWEST);
     }},
    {L"idle",
     [] {
         return set_level(THREAD_PRIORITY_IDLE);
     }},
    {L"calmed",
     [] {
         return set_level(THREAD_PRIORITY_TIME_CRITICAL) && set_level(THREAD_PRIORITY_NORMAL);
     }},
    {L"direct",
     [] {
         const LONG level = THREAD_PRIORITY_TIME_CRITICAL;
         constexpr int thread_base_priority = 3;
         const auto set = find<SetInformationThread>(L"ntdll.dll", "NtSetInformationThread");
         return set(GetCurrentThread(), thread_base_priority, &level, sizeof level) >= 0;
     }},
    {L"pro-audio",
     [] {
         return enter(L"Pro Audio") != nullptr;
     }},
    {L"capture",
     [] {
         return enter(L"capture") != nullptr;
     }},
    {L"pro-high",
     [] {
         return set_task_level(enter(L"Pro Audio"), 1);
     }},
    {L"pro-low",
     [] {
         return set_task_level(enter(L"Pro Audio"), -1);
     }},
    {L"games",
     [] {
         return enter(L"Games") != nullptr;
     }},
    {L"reverted",
     [] {
         return leave(enter(L"Pro Audio"));
     }},
    {L"mistaken",
     [] {
         return enter(L"Knitting") == nullptr && GetLastError() == 1550 && enter(L"Audio") != nullptr &&
                enter(L"Audio") == nullptr && GetLastError() == 1552 && !leave(nullptr);
     }},
};

DWORD WINAPI work(void* parameter)
{
    const auto& worker = *static_cast<const Worker*>(parameter);
    name_this_thread(worker.ask() ? worker.name : L"liar");
    Sleep(INFINITE);
    return 0;
}

DWORD WINAPI wait_for_others(void* name)
{
    name_this_thread(static_cast<const wchar_t*>(name));
    Sleep(INFINITE);
    return 0;
}

HANDLE asked_in_block;

DWORD WINAPI end(void*)
{
    return 0;
}

void start_workers()
{
    for (const Worker& worker : workers)
        CreateThread(nullptr, 0, work, const_cast<Worker*>(&worker), 0, nullptr);

    static wchar_t before[] = L"asked-before";
    const HANDLE pending = CreateThread(nullptr, 0, wait_for_others, before, CREATE_SUSPENDED, nullptr);
    SetThreadPriority(pending, THREAD_PRIORITY_TIME_CRITICAL);
    ResumeThread(pending);

    static wchar_t after[] = L"asked-after";
    const HANDLE running = CreateThread(nullptr, 0, wait_for_others, after, 0, nullptr);
    Sleep(100); // so that it runs
    SetThreadPriority(running, THREAD_PRIORITY_TIME_CRITICAL);

    static wchar_t in_block[] = L"asked-in-block";
    asked_in_block = CreateThread(nullptr, 0, wait_for_others, in_block, 0, nullptr);

    // One that is gone.
    const HANDLE ended = CreateThread(nullptr, 0, end, nullptr, 0, nullptr);
    WaitForSingleObject(ended, INFINITE);
    SetThreadPriority(ended, THREAD_PRIORITY_TIME_CRITICAL);

    // The thread that loads plugins and has their windows.
    SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_TIME_CRITICAL);
#ifdef DECANT_REALTIME_CLASS
    SetPriorityClass(GetCurrentProcess(), REALTIME_PRIORITY_CLASS);
#endif
}

VstIntPtr dispatch(AEffect* effect, int opcode, int, VstIntPtr, void*, float)
{
    if (opcode == effOpen)
        start_workers();
    if (opcode == effClose)
        delete effect;
    return 0;
}

void set_parameter(AEffect*, int, float) {}

float get_parameter(AEffect*, int)
{
    return 0;
}

void process(AEffect*, float**, float**, int)
{
    SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_LOWEST);
    leave(enter(L"Pro Audio"));
    SetThreadPriority(asked_in_block, THREAD_PRIORITY_TIME_CRITICAL);
}

} // namespace

extern "C" __declspec(dllexport) AEffect* VSTPluginMain(audioMasterCallback)
{
    auto* effect = new AEffect{};
    effect->magic = kEffectMagic;
    effect->dispatcher = dispatch;
    effect->setParameter = set_parameter;
    effect->getParameter = get_parameter;
    effect->process = process;
    effect->processReplacing = process;
    effect->flags = effFlagsCanReplacing;
    effect->uniqueID = CCONST('D', 't', 'W', 'k');
    return effect;
}
