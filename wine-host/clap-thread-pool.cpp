// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/clap-thread-pool.hpp"

#include "wine-host/denormals.hpp"

#include <windows.h>

#include <algorithm>

// Of ntdll.dll, and in none of mingw's headers for the Windows that plugins are made for.
extern "C" {
LONG NTAPI RtlWaitOnAddress(const void* address, const void* seen, SIZE_T size, const LARGE_INTEGER* timeout);
void NTAPI RtlWakeAddressAll(const void* address);
}

namespace decant::host
{
namespace
{

template <class T>
void wait_while(const std::atomic<T>& word, T seen) noexcept
{
    static_assert(std::atomic<T>::is_always_lock_free && sizeof word == sizeof seen);
    RtlWaitOnAddress(&word, &seen, sizeof seen, nullptr);
}

DWORD WINAPI start_thread(void* pool)
{
    static_cast<ClapThreadPool*>(pool)->serve();
    return 0;
}

} // namespace

ClapThreadPool::Work ClapThreadPool::Work::of(std::uint64_t word) noexcept
{
    return {static_cast<std::uint32_t>(word >> 48), static_cast<std::uint32_t>(word >> 24) & most_tasks,
            static_cast<std::uint32_t>(word) & most_tasks};
}

std::uint64_t ClapThreadPool::Work::word() const noexcept
{
    return std::uint64_t{run & 0xffff} << 48 | std::uint64_t{count} << 24 | next;
}

ClapThreadPool::ClapThreadPool(const clap_plugin_t* plugin, const clap::PluginThreadPool& tasks)
    : plugin_(plugin), tasks_(tasks)
{
    SYSTEM_INFO machine{};
    GetSystemInfo(&machine);
    const auto wanted =
        std::min<std::uint32_t>(std::max<DWORD>(machine.dwNumberOfProcessors, 1) - 1, most_threads);
    constexpr SIZE_T stack = 8 * 1024 * 1024; // as the audio thread has it
    for (std::uint32_t i = 0; i < wanted; ++i) {
        DWORD id = 0;
        if (void* const thread =
                CreateThread(nullptr, stack, start_thread, this, STACK_SIZE_PARAM_IS_A_RESERVATION, &id)) {
            threads_.push_back(thread);
            ids_.push_back(id);
        }
    }
}

ClapThreadPool::~ClapThreadPool()
{
    stopping_ = true;
    work_ = Work{Work::of(work_).run + 1, 0, 0}.word();
    RtlWakeAddressAll(&work_);
    for (void* const thread : threads_) {
        WaitForSingleObject(thread, INFINITE);
        CloseHandle(thread);
    }
}

bool ClapThreadPool::is_inside() const noexcept
{
    return std::find(ids_.begin(), ids_.end(), GetCurrentThreadId()) != ids_.end();
}

/// Does one task; false if there is none that nobody has taken.
bool ClapThreadPool::work_once() noexcept
{
    std::uint64_t seen = work_.load(std::memory_order_acquire);
    Work work{};
    do {
        work = Work::of(seen);
        if (work.next == work.count)
            return false;
    } while (!work_.compare_exchange_weak(seen, Work{work.run, work.count, work.next + 1}.word(),
                                          std::memory_order_acq_rel));
    tasks_.exec(plugin_, work.next);
    if (done_.fetch_add(1, std::memory_order_acq_rel) + 1 == work.count)
        RtlWakeAddressAll(&done_);
    return true;
}

void ClapThreadPool::serve() noexcept
{
    SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_TIME_CRITICAL); // which is carried out in Linux
    for (;;) {
        const std::uint64_t seen = work_.load(std::memory_order_acquire);
        if (stopping_)
            return;
        treat_denormals_as_zero(); // plugins change it
        while (work_once()) {
        }
        if (const Work work = Work::of(seen); work.next == work.count)
            wait_while(work_, seen);
    }
}

bool ClapThreadPool::run(std::uint32_t tasks) noexcept
{
    if (threads_.empty() || tasks > most_tasks)
        return false;
    if (tasks == 0)
        return true;
    done_.store(0, std::memory_order_relaxed);
    work_.store(Work{Work::of(work_.load(std::memory_order_relaxed)).run + 1, tasks, 0}.word(),
                std::memory_order_release);
    RtlWakeAddressAll(&work_);
    while (work_once()) {
    }
    for (std::uint32_t done; (done = done_.load(std::memory_order_acquire)) != tasks;)
        wait_while(done_, done);
    return true;
}

} // namespace decant::host
