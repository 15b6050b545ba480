// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/threads/thread-priorities.hpp"

#include "wine-host/text.hpp"

#include <windows.h>

#include <exception>
#include <string>
#include <unordered_map>
#include <utility>

namespace decant::host::thread_priorities
{
namespace
{

struct Thread {
    std::int32_t linux_thread = 0; ///< 0: it has not come to run yet
    bool ours = false;
    bool asked = false;
    WindowsPriority wish;
    LinuxPriority given;
};

using Call = std::int32_t (*)(std::uint32_t code, void* parameters);
using OnThreads = void (*)(void (*begun)(), void (*ended)());

struct State {
    Call call = nullptr;
    PriorityPlan plan;
    SRWLOCK lock = SRWLOCK_INIT;
    std::unordered_map<DWORD, Thread> threads;
    std::uint32_t process_class = NORMAL_PRIORITY_CLASS;
    bool complained = false;
};

/// Never deleted: threads outlive everything.
State* state;

class Lock
{
public:
    Lock() noexcept { AcquireSRWLockExclusive(&state->lock); }
    ~Lock() { ReleaseSRWLockExclusive(&state->lock); }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
};

std::int32_t own_linux_thread() noexcept
{
    ThreadIdCall self{};
    return state->call(static_cast<std::uint32_t>(UnixCall::thread_id), &self) == unix_done ? self.thread : 0;
}

void complain(std::int32_t error)
{
    if (std::exchange(state->complained, true))
        return;
    print_error(
        "a thread of the plugin asks for a priority that Linux does not give it (error " +
        std::to_string(error) +
        "), and has the best that it may have: the limits \"rtprio\" and \"nice\" say how much that is; "
        "'decant doctor' tells how to raise them");
}

void carry_out(Thread& thread)
{
    if (thread.linux_thread == 0 || thread.ours || !thread.asked)
        return;
    const LinuxPriority wanted = linux_priority(thread.wish, state->plan);
    if (wanted == thread.given)
        return;
    ScheduleThreadCall schedule{thread.linux_thread, wanted.policy, wanted.priority, wanted.nice, 0};
    if (state->call(static_cast<std::uint32_t>(UnixCall::schedule_thread), &schedule) != unix_done &&
        // A nice below zero takes a right that hardly anybody has, and is worth little.
        (wanted.policy != ThreadPolicy::other || thread.given.policy != ThreadPolicy::other))
        complain(schedule.error);
    thread.given = wanted;
}

void begun() noexcept
try {
    const std::int32_t linux_thread = own_linux_thread();
    const Lock lock;
    Thread& self = state->threads[GetCurrentThreadId()];
    self.linux_thread = linux_thread;
    carry_out(self);
} catch (const std::exception&) { // no memory: it stays as it is
}

void ended() noexcept
{
    const Lock lock;
    state->threads.erase(GetCurrentThreadId());
}

} // namespace

void begin(const PriorityPlan& plan)
{
    const HMODULE library = GetModuleHandleW(L"decant-bridge.dll");
    const auto call =
        reinterpret_cast<Call>(reinterpret_cast<void*>(GetProcAddress(library, "decant_unix_call")));
    const auto on_threads =
        reinterpret_cast<OnThreads>(reinterpret_cast<void*>(GetProcAddress(library, "decant_on_threads")));
    if (state != nullptr || call == nullptr || on_threads == nullptr)
        return;
    state = new State;
    state->call = call;
    state->plan = plan;
    leave_me_alone();
    on_threads(&begun, &ended);
}

void leave_me_alone() noexcept
try {
    if (state == nullptr)
        return;
    const Lock lock;
    state->threads[GetCurrentThreadId()].ours = true;
} catch (const std::exception&) { // no memory
}

void ask(std::uint32_t thread, const std::function<void(WindowsPriority&)>& change) noexcept
try {
    if (state == nullptr || thread == 0)
        return;
    const Lock lock;
    Thread& asking = state->threads[thread];
    asking.asked = true;
    asking.wish.process_class = state->process_class;
    change(asking.wish);
    carry_out(asking);
} catch (const std::exception&) { // no memory: it stays as it is
}

void ask_for_process(std::uint32_t process_class) noexcept
try {
    if (state == nullptr)
        return;
    const Lock lock;
    state->process_class = process_class;
    for (auto& [id, thread] : state->threads) {
        thread.wish.process_class = process_class;
        carry_out(thread);
    }
} catch (const std::exception&) { // no memory
}

MultimediaTask task_of(std::uint32_t thread) noexcept
{
    if (state == nullptr)
        return MultimediaTask::none;
    const Lock lock;
    const auto known = state->threads.find(thread);
    return known != state->threads.end() ? known->second.wish.task : MultimediaTask::none;
}

} // namespace decant::host::thread_priorities
