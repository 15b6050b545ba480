// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/goals.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace decant::bench
{

namespace
{

/// Of those that are no floor, of chains or of single plugins, the one whose periods are over first.
const Series* best_of(const Findings& findings, bool chains)
{
    const Series* best = nullptr;
    for (const Series& series : findings.series)
        if (!series.floor && series.name.starts_with("chain") == chains &&
            (best == nullptr || series.periods().percentile(50) < best->periods().percentile(50)))
            best = &series;
    return best;
}

double usec(const Costs& costs) noexcept
{
    return static_cast<double>(costs.cpu_nsec) / 1000;
}

double megabytes(double bytes) noexcept
{
    return bytes / 1e6;
}

void add_time_goals(std::vector<Goal>& goals, const Findings& findings, const Series& best)
{
    const Distribution calls = best.calls();
    const Distribution floor = findings.reference().calls();
    const double period = best.periods().percentile(50);
    const Options& options = findings.options;
    if (options.burn_usec != 0) {
        goals.push_back({"all done, as a part of the sum of what the plugins take", 0.6,
                         period / (options.instances * static_cast<double>(options.burn_usec))});
        return;
    }
    if (options.instances == 1) {
        goals.push_back(
            {"round trip p50, times the floor", 1.3, calls.percentile(50) / floor.percentile(50)});
        goals.push_back({"round trip p99, times the floor", 2, calls.percentile(99) / floor.percentile(99)});
    }
    if (options.instances == 8)
        goals.push_back({"all 8 done after, p50 us", 100, period});
    if (options.instances == 32)
        goals.push_back({"all 32 done after, p50 us", 300, period});
}

/// Instances in one process share what that takes, so a group has a size.
void add_memory_goals(std::vector<Goal>& goals, const Findings& findings)
{
    const double used = megabytes(findings.memory_per_instance);
    if (findings.options.group && findings.options.instances == 8)
        goals.push_back({"MB of an instance in a group of 8 (PSS)", 4, used});
    if (!findings.options.group && findings.options.instances == 1)
        goals.push_back({"MB of an instance alone (PSS)", 9, used});
}

} // namespace

std::vector<Goal> goals(const Findings& findings)
{
    std::vector<Goal> goals;
    const Options& options = findings.options;
    const Series* best = best_of(findings, false);
    constexpr std::uint32_t block = 64;
    constexpr std::uint32_t rate = 48000;
    if (best == nullptr || options.block != block || options.rate != rate || !options.paced)
        return goals;
    add_time_goals(goals, findings, *best);
    if (options.instances == 16 || options.instances == 32)
        goals.push_back({"periods overrun", 0, static_cast<double>(best->recording.overruns)});
    goals.push_back({"context switches per block", 2.2, best->switches_per_block()});
    if (best->system_calls)
        goals.push_back({"system calls per block", 4, *best->system_calls});
    if (options.instances == 16 && options.burn_usec == 0)
        goals.push_back({"CPU us per block", 20,
                         best->per_block(usec(best->costs.service) + usec(best->costs.hosts) +
                                         usec(best->costs.wineserver))});
    if (const Series* chain = best_of(findings, true))
        goals.push_back({fmt::format("a chain of {}, in round trips of one plugin", options.chain), 1.3,
                         chain->calls().percentile(50) / best->calls().percentile(50)});
    add_memory_goals(goals, findings);
    // Of a group most join a process that runs.
    std::vector<double> times = findings.times_with_spare;
    if (options.group && findings.times_to_open.size() > 1)
        times.assign(findings.times_to_open.begin() + 1, findings.times_to_open.end());
    if (!times.empty()) {
        std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2),
                         times.end());
        goals.push_back({"ms to open an instance", options.group ? 7.0 : 40.0, times[times.size() / 2]});
    }
    return goals;
}

} // namespace decant::bench
