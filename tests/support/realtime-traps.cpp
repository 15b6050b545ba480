// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/realtime-traps.hpp"

#include <array>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <dlfcn.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <system_error>
#include <thread>

namespace
{

thread_local bool playing = false;
std::atomic<int> allocations = 0;
std::atomic<int> locks = 0;
std::atomic<int> system_calls = 0;
std::atomic<int> last_system_call = -1;

void count(std::atomic<int>& what) noexcept
{
    if (playing)
        ++what;
}

} // namespace

extern "C" {

void* __libc_malloc(std::size_t size);
void __libc_free(void* memory);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size)
{
    count(allocations);
    return __libc_malloc(size);
}

void free(void* memory)
{
    count(allocations);
    __libc_free(memory);
}

void* calloc(std::size_t number, std::size_t size)
{
    count(allocations);
    return __libc_calloc(number, size);
}

void* realloc(void* memory, std::size_t size)
{
    count(allocations);
    return __libc_realloc(memory, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size)
{
    count(allocations);
    return __libc_memalign(alignment, size);
}

int pthread_mutex_lock(pthread_mutex_t* mutex)
{
    using Lock = int (*)(pthread_mutex_t*);
    static const auto real = reinterpret_cast<Lock>(dlsym(RTLD_NEXT, "pthread_mutex_lock"));
    count(locks);
    return real(mutex);
}
}

namespace decant::tests
{
namespace
{

void on_system_call(int, siginfo_t* info, void*)
{
    count(system_calls);
    if (playing)
        last_system_call = info->si_syscall;
}

/// From here on the calling thread's system calls raise SIGSYS, but for those that its end takes.
bool trap_system_calls(const std::vector<int>& allowed)
{
    struct sigaction action{};
    action.sa_sigaction = on_system_call;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGSYS, &action, nullptr);
    std::vector<int> passing{SYS_exit,   SYS_exit_group, SYS_rt_sigreturn, SYS_rt_sigprocmask,
                             SYS_munmap, SYS_madvise,    SYS_futex,        SYS_getrusage};
    passing.insert(passing.end(), allowed.begin(), allowed.end());
    const auto allow = [](std::uint32_t number) {
        return std::array<sock_filter, 2>{sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
                                          sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    };
    std::vector<sock_filter> program{
        sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
    for (const int number : passing)
        for (const sock_filter& instruction : allow(static_cast<std::uint32_t>(number)))
            program.push_back(instruction);
    program.push_back(sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP));
    const sock_fprog filter{.len = static_cast<unsigned short>(program.size()), .filter = program.data()};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

long page_faults()
{
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_minflt + usage.ru_majflt;
}

} // namespace

void skip_where_nothing_can_be_trapped()
{
    if (prctl(PR_GET_SECCOMP) < 0)
        SKIP("the system has no filters for system calls, as QEMU has none for the programs of another "
             "processor");
}

Trapped trapped(const std::function<void()>& work, const std::vector<int>& allowed)
{
    allocations = locks = system_calls = 0;
    last_system_call = -1;
    long faults = 0;
    int error = 0;
    std::thread([&] {
        work();
        if (!trap_system_calls(allowed)) {
            error = errno;
            return;
        }
        const long before = page_faults();
        playing = true;
        work();
        playing = false;
        faults = page_faults() - before;
    }).join();
    if (error != 0)
        throw std::system_error(error, std::generic_category(), "a filter for system calls");
    return {allocations, locks, system_calls, last_system_call, faults};
}

} // namespace decant::tests
