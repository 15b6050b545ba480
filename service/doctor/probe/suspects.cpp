// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/doctor/probe/probe.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string_view>

namespace decant::doctor
{

namespace
{

/// The likeliest first. Findings that are not bad are passed over.
using Ranking = std::span<const std::string_view>;

/// Every wake-up takes long: the CPU sleeps or crawls, or the clock is slow to be read.
constexpr std::array<std::string_view, 7> of_slow_medians{
    "scheduling.grant", "power.idle-states", "power.governor",        "power.profile",
    "kernel.timers",    "kernel.clock",      "kernel.virtual-machine"};

/// Most are quick and a few late: somebody else has the CPU meanwhile.
constexpr std::array<std::string_view, 12> of_late_ones{
    "scheduling.grant",     "scheduling.throttling", "scheduling.rivals",  "kernel.preemption",
    "interrupts.isolation", "interrupts.affinity",   "interrupts.sharing", "power.idle-states",
    "power.governor",       "memory.swap",           "memory.huge-pages",  "kernel.virtual-machine"};

/// One CPU alone is late.
constexpr std::array<std::string_view, 6> of_one_cpu{"interrupts.affinity", "interrupts.irqbalance",
                                                     "interrupts.sharing",  "interrupts.isolation",
                                                     "scheduling.rivals",   "kernel.threadirqs"};

/// Threads wake in time, and a block takes long all the same.
constexpr std::array<std::string_view, 7> of_slow_trips{
    "scheduling.grant", "scheduling.hosts", "power.governor", "power.idle-states",
    "interrupts.smt",   "wine.sync",        "wine.debug"};

/// These explain something although there is nothing to be put right.
bool speaks(const Finding& finding)
{
    return finding.state == State::bad || (finding.state == State::info && finding.fix);
}

class Line
{
    std::vector<Suspect> suspects_;

public:
    void add(std::span<const Result> results, Ranking ranking, const std::string& because)
    {
        for (const auto id : ranking) {
            const auto result = std::find_if(results.begin(), results.end(),
                                             [id](const Result& one) { return one.check->id == id; });
            const bool always = id == "kernel.virtual-machine";
            if (result == results.end() ||
                !(speaks(result->finding) || (always && result->finding.state == State::info)) ||
                std::any_of(suspects_.begin(), suspects_.end(),
                            [id](const Suspect& suspect) { return suspect.id == id; }))
                continue;
            suspects_.push_back({std::string(id), fmt::format("{}: {}", because, result->finding.value)});
        }
    }

    [[nodiscard]] std::vector<Suspect> take() { return std::move(suspects_); }
};

} // namespace

std::vector<Suspect> suspects_of(const Probe& probe, std::span<const Result> results, const Quantum& quantum)
{
    const double period = quantum.period_usec();
    const double most_wake = most_of_period_to_wake * period;
    const double most_trip = most_of_period_for_trip * period;
    constexpr double slow_median_usec = 50; // a CPU that is awake needs less than ten
    std::size_t late = 0;
    bool slow = false;
    for (const auto& cpu : probe.wake_ups) {
        late += cpu.times.max_usec() > most_wake ? 1U : 0U;
        slow |= cpu.times.percentile(50) > std::min(slow_median_usec, most_wake);
    }
    const bool slow_trips =
        std::any_of(probe.round_trips.begin(), probe.round_trips.end(),
                    [most_trip](const auto& trip) { return trip.times.percentile(99.9) > most_trip; });
    Line line;
    if (slow)
        line.add(results, of_slow_medians, "every wake-up takes long");
    if (late == 1 && probe.wake_ups.size() > 1)
        line.add(results, of_one_cpu, "one CPU alone wakes late");
    if (late > 0)
        line.add(results, of_late_ones, "some wake-ups are late");
    if (slow_trips && late == 0 && !slow) // else that explains them
        line.add(results, of_slow_trips, "a block takes long to another process and back");
    return line.take();
}

} // namespace decant::doctor
