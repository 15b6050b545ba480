// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "midi-sampler/audio-thread.hpp"

#include "midi-sampler/guarded.hpp"

#include <fmt/format.h>

#include <cstring>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <thread>

namespace decant::midi_sampler
{
namespace
{

// Children of the thread, if it forks, are to be ordinary processes.
int set_priority(int priority) noexcept
{
    const sched_param parameters{.sched_priority = priority};
    return pthread_setschedparam(pthread_self(), SCHED_FIFO | SCHED_RESET_ON_FORK, &parameters);
}

std::string remedy(int priority)
{
    rlimit limit{};
    if (getrlimit(RLIMIT_RTPRIO, &limit) == 0 && limit.rlim_cur < static_cast<rlim_t>(priority))
        return fmt::format(
            "the limit RLIMIT_RTPRIO is {0}; raise it to {1} or more: write '@audio - rtprio {1}' into "
            "/etc/security/limits.d/audio.conf, join that group with 'sudo usermod -a -G audio $USER', and "
            "log in again ('ulimit -r' shows the limit){2}",
            limit.rlim_cur, priority,
            limit.rlim_cur > 0 ? fmt::format("; or ask for a priority of at most {}", limit.rlim_cur) : "");
    return "the system keeps real-time priorities from this process; look for RestrictRealtime= in its "
           "systemd unit and for a CPU cgroup without real-time time (cpu.rt_runtime_us)";
}

} // namespace

void AudioThread::enable(int priority)
{
    const int least = sched_get_priority_min(SCHED_FIFO);
    const int most = sched_get_priority_max(SCHED_FIFO);
    if (priority < least || priority > most)
        throw Failure(MS_ERROR_ARGUMENT,
                      fmt::format("priority {} of ms_sampler_enable_rt() is out of range; give {} to {}",
                                  priority, least, most));
    // Only by trying it is known; in a thread of its own, for this one stays what it is.
    int error = 0;
    std::thread([&] { error = set_priority(priority); }).join();
    if (error != 0)
        throw Failure(MS_ERROR_PERMISSION, fmt::format("real-time priority {} is refused ({}): {}", priority,
                                                       std::strerror(error), remedy(priority)));
    // With a finite limit, memory that is asked for later would be refused rather than left unlocked. What
    // the engine plays from locks itself as far as there is room.
    rlimit limit{};
    if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY)
        mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
    priority_.store(priority, std::memory_order_relaxed);
}

void AudioThread::promote(int priority) noexcept
{
    thread_ = pthread_self();
    taken_ = priority;
    const int policy = sched_getscheduler(0) & ~SCHED_RESET_ON_FORK;
    if (priority != 0 && policy != SCHED_FIFO && policy != SCHED_RR)
        set_priority(priority);
}

} // namespace decant::midi_sampler
