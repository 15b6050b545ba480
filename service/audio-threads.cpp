// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/audio-threads.hpp"

#include "nodes/bridge/futex.hpp"
#include "service/data-loops.hpp"
#include "service/log.hpp"
#include "service/wake-probe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace decant::service
{

namespace
{

double usec(std::chrono::nanoseconds time) noexcept
{
    constexpr double nsec_per_usec = 1000;
    return static_cast<double>(time.count()) / nsec_per_usec;
}

void start_guard(AudioThreads& threads, int priority)
{
    if (bridge::can_wait_for_pair()) {
        threads.guard = std::make_shared<bridge::Guard>(priority + 1);
        if (threads.guard->priority() == 0)
            threads.guard.reset();
    }
    // Equals hand over quickest. Without a guard, who waits must be able to interrupt whom he waits for.
    threads.host_priority = threads.guard ? priority : std::max(priority - 1, 1);
    if (!threads.guard)
        log(Severity::warning,
            fmt::format("nothing can run before the data loops (priority {}) to guard their deadlines: a "
                        "plugin that is late delays the others more than it has to. Allow 'rtprio {}' in "
                        "/etc/security/limits.d and log in again; the kernel has to be Linux 5.16 or later",
                        priority, priority + 1));
}

} // namespace

AudioThreads arrange_audio_threads(const DataLoops& loops, std::vector<unsigned> cpus)
{
    AudioThreads threads;
    const int priority = loops.priority();
    if (priority != 0)
        start_guard(threads, priority);
    if (const auto times = probe_wake(cpus, {priority, threads.host_priority, threads.guard != nullptr})) {
        threads.on_one_cpu = times->one_cpu <= times->two_cpus;
        threads.anticipation_gain = std::min(times->one_cpu, times->two_cpus) - times->awake;
        log(Severity::info,
            fmt::format("{} data loops; a block goes to another thread and back in {:.1f} us on one CPU, in "
                        "{:.1f} us across two, in {:.1f} us if that thread is awake",
                        loops.size(), usec(times->one_cpu), usec(times->two_cpus), usec(times->awake)));
    }
    threads.spare = std::make_shared<SpareCpus>(loops, cpus);
    threads.cpus = std::move(cpus);
    return threads;
}

} // namespace decant::service
