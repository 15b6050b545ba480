// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "wine-host/unix-threads.hpp"

#include "wine-host/protocol/run-time-limit.hpp"
#include "wine-host/unix-calls.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

namespace decant::host
{
namespace
{

/// Gives a thread a real-time `priority`, or as high below it as the limit allows, and says which. Only this
/// thread: one that a plugin starts from its process call, to read a file say, must not inherit. Returns
/// errno, or 0.
int set_realtime(pid_t thread, int policy, std::int32_t& priority) noexcept
{
    const auto attempt = [&](int granted) {
        const sched_param wanted{granted};
        if (sched_setscheduler(thread, policy | SCHED_RESET_ON_FORK, &wanted) != 0)
            return errno;
        priority = granted;
        return 0;
    };
    const int error = attempt(std::clamp(priority, 1, 99));
    rlimit limit{};
    if (error != EPERM || getrlimit(RLIMIT_RTPRIO, &limit) != 0 || limit.rlim_cur == 0)
        return error;
    return attempt(static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 99)));
}

/// Of SIGXCPU: what RealtimeKit makes real-time, as the service may ask it to, has a time limit, beyond which
/// the kernel kills. The signal comes sooner, to the thread that ran for too long: it becomes an ordinary
/// one. The service sees that, and says so.
///
/// With the signal the kernel has moved the limit that it comes at on by a second, beyond the one that kills,
/// so that no other thread would be warned: it is moved back, by one less, which tells the service. This
/// comes first: an ordinary thread may have to wait until those that are real-time and run for too long have
/// been killed. For a thread that is warned once more before it has given way, SA_NODEFER: the kernel would
/// give that signal to another one.
///
/// Nothing here fails, or protects its stack: in a 32-bit plugin under a Wine that is 64-bit throughout, what
/// errno and the guard of the stack are found by is not ours at this moment.
__attribute__((no_stack_protector)) void give_way(int) noexcept
{
    rlimit time{};
    if (getrlimit(RLIMIT_RTTIME, &time) == 0 && time.rlim_max != RLIM_INFINITY) {
        time.rlim_cur = protocol::warning_usec(time.rlim_max) - 1;
        setrlimit(RLIMIT_RTTIME, &time);
    }
    const sched_param none{};
    // The flag cannot be taken away without a privilege, so whoever changes the policy has to pass it.
    sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &none);
}

void give_way_in_time() noexcept
{
    struct sigaction action{};
    action.sa_handler = give_way;
    // The stack may be a plugin's.
    action.sa_flags = SA_ONSTACK | SA_RESTART | SA_NODEFER;
    sigaction(SIGXCPU, &action, nullptr);
}

} // namespace

std::int32_t make_realtime(void* parameters) noexcept
{
    give_way_in_time();
    auto& call = *static_cast<MakeRealtimeCall*>(parameters);
    call.error = set_realtime(0, SCHED_FIFO, call.priority);
    return call.error == 0 ? unix_done : unix_failed;
}

std::int32_t thread_id(void* parameters) noexcept
{
    static_cast<ThreadIdCall*>(parameters)->thread = static_cast<std::int32_t>(syscall(SYS_gettid));
    return unix_done;
}

std::int32_t schedule_thread(void* parameters) noexcept
{
    auto& call = *static_cast<ScheduleThreadCall*>(parameters);
    call.error = 0;
    switch (call.policy) {
    case ThreadPolicy::fifo:
        call.error = set_realtime(call.thread, SCHED_FIFO, call.priority);
        break;
    case ThreadPolicy::round_robin:
        call.error = set_realtime(call.thread, SCHED_RR, call.priority);
        break;
    default: {
        const sched_param none{};
        if (sched_setscheduler(call.thread, SCHED_OTHER | SCHED_RESET_ON_FORK, &none) != 0 ||
            setpriority(PRIO_PROCESS, static_cast<id_t>(call.thread), std::clamp(call.nice, -20, 19)) != 0)
            call.error = errno;
    }
    }
    return call.error == 0 ? unix_done : unix_failed;
}

std::int32_t name_thread(void* parameters) noexcept
{
    auto& call = *static_cast<NameThreadCall*>(parameters);
    call.name.back() = '\0';
    return pthread_setname_np(pthread_self(), call.name.data()) == 0 ? unix_done : unix_failed;
}

} // namespace decant::host
