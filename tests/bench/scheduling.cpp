// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/scheduling.hpp"

#include <cerrno>
#include <ctime>
#include <fmt/format.h>
#include <sched.h>
#include <stdexcept>
#include <system_error>

namespace decant::bench
{

std::vector<unsigned> allowed_cpus()
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        throw std::system_error(errno, std::generic_category(), "sched_getaffinity");
    std::vector<unsigned> cpus;
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &set))
            cpus.push_back(cpu);
    return cpus;
}

void bind_thread(pid_t thread, const std::vector<unsigned>& cpus)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const unsigned cpu : cpus)
        CPU_SET(cpu, &set);
    if (sched_setaffinity(thread, sizeof set, &set) != 0)
        throw std::system_error(errno, std::generic_category(), "sched_setaffinity");
}

void make_realtime(pid_t thread, int priority)
{
    const sched_param parameter{.sched_priority = priority};
    if (sched_setscheduler(thread, SCHED_FIFO, &parameter) == 0)
        return;
    if (errno == ESRCH)
        throw std::runtime_error("an audio thread has ended; its host has crashed");
    throw std::runtime_error(fmt::format("no SCHED_FIFO {} for the audio threads ({}): run as root, or "
                                         "raise `rtprio` in /etc/security/limits.d and log in again",
                                         priority, std::generic_category().message(errno)));
}

void sleep_until(std::uint64_t nsec) noexcept
{
    const timespec until{static_cast<time_t>(nsec / 1'000'000'000), static_cast<long>(nsec % 1'000'000'000)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
    }
}

} // namespace decant::bench
