// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/doctor/probe/probe.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>

namespace decant::doctor
{

namespace
{

/// How many there are in each third of an octave; coarser than they are kept, as a terminal has few lines.
std::map<int, std::uint64_t> rows_of(const Histogram& times)
{
    constexpr double rows_per_decade = 6;
    std::map<int, std::uint64_t> rows;
    for (const auto& step : times.filled())
        rows[static_cast<int>(std::floor(rows_per_decade * std::log10(std::max(step.to, 0.1))))] +=
            step.count;
    return rows;
}

double start_of_row(int row)
{
    return std::pow(10, row / 6.0);
}

/// Logarithmic, so that one among thousands is still seen.
std::string bar(std::uint64_t count, std::uint64_t most, std::size_t width)
{
    if (count == 0)
        return {};
    const double part =
        std::log10(1.0 + static_cast<double>(count)) / std::log10(1.0 + static_cast<double>(most));
    std::string result;
    for (auto left = std::max(1L, std::lround(part * static_cast<double>(width))); left > 0; --left)
        result += "█";
    return result;
}

std::string to_text(const Series& series, double limit, std::size_t width)
{
    const auto& times = series.times;
    std::string text = fmt::format(
        "{}: {} times, p50 {:.1f}, p99 {:.1f}, p99.9 {:.1f}, longest {:.1f} µs{}\n", series.name,
        times.count(), times.percentile(50), times.percentile(99), times.percentile(99.9), times.max_usec(),
        times.max_usec() > limit ? fmt::format("  (more than {:.0f})", limit) : "");
    const auto rows = rows_of(times);
    if (rows.empty())
        return text;
    std::uint64_t most = 0;
    for (const auto& [row, count] : rows)
        most = std::max(most, count);
    constexpr std::size_t label_width = 22;
    for (int row = rows.begin()->first; row <= rows.rbegin()->first; ++row) {
        const auto found = rows.find(row);
        const auto count = found == rows.end() ? 0 : found->second;
        text +=
            fmt::format("{:>9.1f} µs {:>8}  {}\n", start_of_row(row), count == 0 ? "" : std::to_string(count),
                        bar(count, most, std::max<std::size_t>(width, label_width + 20) - label_width));
    }
    return text;
}

} // namespace

std::string to_text(const Probe& probe, const Quantum& quantum, std::size_t width)
{
    const double period = quantum.period_usec();
    const double most_wake = most_of_period_to_wake * period;
    const double most_trip = most_of_period_for_trip * period;
    std::string text = fmt::format("Measured {:g} s with {}{}. Bars are logarithmic.\n\nHow late a thread "
                                   "wakes; up to {:.0f} µs, a quarter of the "
                                   "period, is fine:\n\n",
                                   probe.seconds,
                                   probe.priority > 0 ? fmt::format("SCHED_FIFO {}", probe.priority)
                                                      : "no real-time priority, which was refused",
                                   probe.loaded ? ", all CPUs busy" : "", most_wake);
    for (const auto& series : probe.wake_ups)
        text += to_text(series, most_wake, width) + '\n';
    text += fmt::format(
        "How long a block needs to another process and back; up to {:.0f} µs, a tenth of the period, is "
        "fine:\n\n",
        most_trip);
    for (const auto& series : probe.round_trips)
        text += to_text(series, most_trip, width) + '\n';
    if (probe.suspects.empty())
        return text + "Nobody is to be suspected.\n";
    text += "Look at these first:\n";
    int place = 0;
    for (const auto& suspect : probe.suspects)
        text += fmt::format("{:>3}. {} ({})\n", ++place, suspect.id, suspect.reason);
    return text;
}

} // namespace decant::doctor
