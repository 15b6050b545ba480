// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/series.hpp"

#include "tests/bench/syscall-counter.hpp"

#include <unistd.h>

namespace decant::bench
{

namespace
{

BlockCosts costs_until_now(const Processes& processes)
{
    return {own_costs(), costs_of(processes.hosts),
            processes.wineserver ? costs_of(*processes.wineserver) : Costs{}};
}

template <class Ask>
std::uint64_t sum_over_subjects(std::span<const Lane> lanes, Ask ask)
{
    std::uint64_t sum = 0;
    for (const Lane& lane : lanes)
        for (const Subject* subject : lane.subjects)
            sum += (subject->*ask)();
    return sum;
}

} // namespace

double Series::per_block(double value) const noexcept
{
    return recording.calls.empty() ? 0 : value / static_cast<double>(recording.calls.size());
}

double Series::switches_per_block() const noexcept
{
    return per_block(static_cast<double>(costs.service.switches + costs.hosts.switches) -
                     static_cast<double>(recording.sleeps));
}

void measure(Series& series, std::span<const Lane> lanes, const Pace& pace, const Processes& processes)
{
    const std::uint64_t late_before = sum_over_subjects(lanes, &Subject::late);
    const std::uint64_t wrong_before = sum_over_subjects(lanes, &Subject::wrong);
    const BlockCosts before = costs_until_now(processes);
    const double stolen_before = stolen_seconds();
    const Recording recording = run_lanes(lanes, pace);
    series.stolen_seconds += stolen_seconds() - stolen_before;
    const BlockCosts after = costs_until_now(processes);
    series.recording.append(recording);
    series.costs.service += after.service - before.service;
    series.costs.hosts += after.hosts - before.hosts;
    series.costs.wineserver += after.wineserver - before.wineserver;
    series.late += sum_over_subjects(lanes, &Subject::late) - late_before;
    series.wrong += sum_over_subjects(lanes, &Subject::wrong) - wrong_before;
}

void count_system_calls(Series& series, std::span<const Lane> lanes, const Pace& pace,
                        const Processes& processes, std::uint64_t tracepoint)
{
    std::vector<pid_t> threads = threads_of(getpid());
    for (const pid_t host : processes.hosts) {
        const std::vector<pid_t> more = threads_of(host);
        threads.insert(threads.end(), more.begin(), more.end());
    }
    const SyscallCounter counter(tracepoint, threads);
    const Recording recording = run_lanes(lanes, pace);
    const auto calls = static_cast<double>(counter.count());
    if (!recording.calls.empty())
        series.system_calls =
            (calls - static_cast<double>(recording.sleeps)) / static_cast<double>(recording.calls.size());
}

} // namespace decant::bench
