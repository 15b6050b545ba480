// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/report.hpp"

#include "tests/bench/goals.hpp"
#include "tests/bench/percentiles.hpp"
#include "tests/bench/plot.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <nlohmann/json.hpp>

namespace decant::bench
{

namespace
{

using Ask = Distribution (Series::*)() const;

void add_heading(std::string& out, std::string_view what)
{
    fmt::format_to(std::back_inserter(out), "\n{:<34}", what);
    for (const double percent : percentiles)
        fmt::format_to(std::back_inserter(out), "{:>10}", percentile_name(percent));
    out += '\n';
}

/// A line per series, and below each that is no floor its ratio to the floor.
void add_durations(std::string& out, const Findings& findings, std::string_view what, Ask ask)
{
    add_heading(out, what);
    const Distribution floor = (findings.reference().*ask)();
    for (const Series& series : findings.series) {
        const Distribution distribution = (series.*ask)();
        fmt::format_to(std::back_inserter(out), "  {:<32}", series.title);
        for (const double percent : percentiles)
            fmt::format_to(std::back_inserter(out), "{:>10.1f}", distribution.percentile(percent));
        out += '\n';
        if (series.floor)
            continue;
        fmt::format_to(std::back_inserter(out), "  {:<32}", "  times the floor");
        for (const double percent : percentiles)
            fmt::format_to(std::back_inserter(out), "{:>9.2f}x",
                           distribution.percentile(percent) / floor.percentile(percent));
        out += '\n';
    }
}

void add_costs(std::string& out, const Findings& findings)
{
    fmt::format_to(std::back_inserter(out), "\n{:<34}{:>10}{:>10}{:>10}{:>10}{:>10}{:>10}\n", "per block",
                   "switches", "syscalls", "CPU us", "service", "host", "wineserv.");
    for (const Series& series : findings.series) {
        const auto usec = [&](const Costs& costs) {
            return series.per_block(static_cast<double>(costs.cpu_nsec) / 1000);
        };
        const BlockCosts& costs = series.costs;
        fmt::format_to(std::back_inserter(out),
                       "  {:<32}{:>10.2f}{:>10}{:>10.1f}{:>10.1f}{:>10.1f}{:>10.1f}\n", series.title,
                       series.switches_per_block(),
                       series.system_calls ? fmt::format("{:.2f}", *series.system_calls) : "?",
                       usec(costs.service) + usec(costs.hosts) + usec(costs.wineserver), usec(costs.service),
                       usec(costs.hosts), usec(costs.wineserver));
    }
}

void add_outcome(std::string& out, const Findings& findings)
{
    fmt::format_to(std::back_inserter(out), "\n{:<34}{:>10}{:>10}{:>12}{:>10}{:>10}{:>10}{:>10}{:>10}\n",
                   "outcome", "periods", "overruns", "begun late", "late", "wrong", "wake p99", "wake max",
                   "stolen ms");
    for (const Series& series : findings.series) {
        const Distribution delays(series.recording.delays);
        fmt::format_to(std::back_inserter(out),
                       "  {:<32}{:>10}{:>10}{:>12}{:>10}{:>10}{:>10.1f}{:>10.1f}{:>10.0f}\n", series.title,
                       series.recording.due, series.recording.overruns, series.recording.begun_late,
                       series.late, series.wrong, delays.percentile(99), delays.percentile(100),
                       series.stolen_seconds * 1000);
    }
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/// Of all but the first, which may have had to wait for a wineserver.
double usual_time_to_open(const Findings& findings)
{
    std::vector<double> times = findings.times_to_open;
    if (times.size() > 1)
        times.erase(times.begin());
    return median(std::move(times));
}

void add_instances(std::string& out, const Findings& findings)
{
    const auto& times = findings.times_to_open;
    fmt::format_to(
        std::back_inserter(out),
        "\nan instance opens in {:.0f} ms in a host that waits for it (median; the longest {:.0f}), and in "
        "{:.0f} ms\nwithout one (the first {:.0f}, the longest {:.0f}); it has {:.1f} MB of memory (PSS)\n",
        median(findings.times_with_spare),
        *std::max_element(findings.times_with_spare.begin(), findings.times_with_spare.end()),
        usual_time_to_open(findings), times.front(), *std::max_element(times.begin(), times.end()),
        findings.memory_per_instance / 1e6);
}

void add_goals(std::string& out, const Findings& findings)
{
    const std::vector<Goal> all = goals(findings);
    if (all.empty())
        return;
    fmt::format_to(std::back_inserter(out), "\n{:<60}{:>10}{:>10}\n", "goal", "at most", "measured");
    for (const Goal& goal : all)
        fmt::format_to(std::back_inserter(out), "  {:<58}{:>10.1f}{:>10.2f}  {}\n", goal.what, goal.wanted,
                       goal.measured, goal.met() ? "met" : "not met");
}

nlohmann::ordered_json ratios(const Distribution& distribution, const Distribution& floor)
{
    nlohmann::ordered_json out;
    for (const double percent : percentiles)
        out[percentile_name(percent)] = distribution.percentile(percent) / floor.percentile(percent);
    return out;
}

nlohmann::ordered_json to_json(const Series& series, const Series& floor)
{
    const auto usec = [&](const Costs& costs) {
        return series.per_block(static_cast<double>(costs.cpu_nsec) / 1000);
    };
    nlohmann::ordered_json out{{"name", series.name},
                               {"floor", series.floor},
                               {"round_trip", durations(series.calls())},
                               {"round_trip_to_floor", ratios(series.calls(), floor.calls())},
                               {"period", durations(series.periods())},
                               {"period_to_floor", ratios(series.periods(), floor.periods())},
                               {"wake_delay", durations(Distribution(series.recording.delays))},
                               {"blocks", series.recording.calls.size()},
                               {"periods", series.recording.due},
                               {"overruns", series.recording.overruns},
                               {"overruns_begun_late", series.recording.begun_late},
                               {"stolen_seconds", series.stolen_seconds},
                               {"late", series.late},
                               {"wrong", series.wrong},
                               {"switches_per_block", series.switches_per_block()},
                               {"system_calls_per_block", nullptr},
                               {"cpu_per_block",
                                {{"service", usec(series.costs.service)},
                                 {"host", usec(series.costs.hosts)},
                                 {"wineserver", usec(series.costs.wineserver)}}}};
    if (series.system_calls)
        out["system_calls_per_block"] = *series.system_calls;
    return out;
}

std::string heading(const Options& options)
{
    return fmt::format("{} frames at {} Hz ({:.0f} us), {} instances, {}, {}", options.block, options.rate,
                       static_cast<double>(options.period_nsec()) / 1000, options.instances, way_of(options),
                       options.paced ? "paced" : "unpaced");
}

} // namespace

const Series& Findings::reference() const
{
    const Series* best = nullptr;
    for (const Series& candidate : series)
        if (candidate.floor &&
            (best == nullptr || candidate.calls().percentile(50) < best->calls().percentile(50)))
            best = &candidate;
    return *best;
}

std::string way_of(const Options& options)
{
    std::string way = mode_name(options.mode);
    if (options.group)
        way += ", in one host";
    return way;
}

std::string table(const Findings& findings)
{
    std::string out = heading(findings.options) + "; times in microseconds\n";
    add_durations(out, findings, "round trip of a block", &Series::calls);
    add_durations(out, findings, "a period, until all are done", &Series::periods);
    add_costs(out, findings);
    add_outcome(out, findings);
    add_instances(out, findings);
    add_goals(out, findings);
    return out;
}

std::string json(const Findings& findings)
{
    const Options& options = findings.options;
    const Series& floor = findings.reference();
    nlohmann::ordered_json out{{"block", options.block},
                               {"rate", options.rate},
                               {"period_usec", static_cast<double>(options.period_nsec()) / 1000},
                               {"instances", options.instances},
                               {"seconds", options.seconds},
                               {"paced", options.paced},
                               {"mode", mode_name(options.mode)},
                               {"group", options.group},
                               {"chain", options.chain},
                               {"guard", options.guard},
                               {"burn_usec", options.burn_usec},
                               {"host_priority", options.host_priority},
                               {"deadline_usec", options.deadline_usec},
                               {"time_to_open_ms", findings.times_to_open},
                               {"time_to_open_in_spare_ms", findings.times_with_spare},
                               {"pss_per_instance_bytes", findings.memory_per_instance},
                               {"floor", floor.name},
                               {"series", nlohmann::ordered_json::array()}};
    for (const Series& series : findings.series)
        out["series"].push_back(to_json(series, floor));
    out["goals"] = nlohmann::ordered_json::array();
    for (const Goal& goal : goals(findings))
        out["goals"].push_back(
            {{"what", goal.what}, {"wanted", goal.wanted}, {"measured", goal.measured}, {"met", goal.met()}});
    return out.dump(2) + '\n';
}

void write_svg(const Findings& findings, const std::filesystem::path& file)
{
    const double period = static_cast<double>(findings.options.period_nsec()) / 1000;
    Panel call{"Round trip of a block", {}, std::nullopt};
    Panel all{"A period, until all are done", {}, period};
    for (const Series& series : findings.series) {
        call.curves.push_back({series.title, series.calls()});
        all.curves.push_back({series.title, series.periods()});
    }
    write_plot(file, heading(findings.options), {call, all});
}

} // namespace decant::bench
