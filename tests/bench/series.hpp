// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/costs.hpp"
#include "tests/bench/pacing.hpp"
#include "tests/bench/statistics.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace decant::bench
{

/// Which processes a series' blocks pass through, besides this one.
struct Processes {
    std::vector<pid_t> hosts;
    std::optional<pid_t> wineserver;
};

/// What the blocks of a series used up, by process.
struct BlockCosts {
    Costs service;
    Costs hosts;
    Costs wineserver;
};

/// One way of handing blocks over, measured in several runs.
struct Series {
    std::string name;  ///< a word for JSON
    std::string title; ///< for people
    bool floor = false;
    Recording recording;
    BlockCosts costs;
    std::optional<double> system_calls; ///< per block; nothing if they could not be counted
    double stolen_seconds = 0;          ///< by the hypervisor, from all CPUs, while it ran
    std::uint64_t late = 0;             ///< blocks without the plugin's answer at their deadline
    std::uint64_t wrong = 0;            ///< blocks answered with anything but the right samples

    [[nodiscard]] Distribution calls() const { return Distribution(recording.calls); }
    [[nodiscard]] Distribution periods() const { return Distribution(recording.periods); }

    /// `value`, gathered over all runs, for one block. 0 before the first run.
    [[nodiscard]] double per_block(double value) const noexcept;

    /// Of service and hosts together; the lanes' sleeps until the next period are not the block's.
    [[nodiscard]] double switches_per_block() const noexcept;
};

/// Runs `lanes` and adds what comes out to `series`. Throws as run_lanes(). [main]
void measure(Series& series, std::span<const Lane> lanes, const Pace& pace, const Processes& processes);

/// Runs `lanes` once more, for nothing but the number of system calls that a block takes in all threads of
/// this process and of the hosts. Throws as run_lanes() and SyscallCounter. [main]
void count_system_calls(Series& series, std::span<const Lane> lanes, const Pace& pace,
                        const Processes& processes, std::uint64_t tracepoint);

} // namespace decant::bench
