// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/contender.hpp"
#include "tests/bench/floor.hpp"
#include "tests/bench/graph-run.hpp"
#include "tests/bench/host-set.hpp"
#include "tests/bench/options.hpp"
#include "tests/bench/report.hpp"
#include "tests/bench/syscall-counter.hpp"
#include "tests/bench/wine-session.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fmt/format.h>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace
{

using namespace decant::bench;

Pace pace_of(const Options& options)
{
    const double periods = options.seconds * 1e9 / static_cast<double>(options.period_nsec());
    return {options.period_nsec(), static_cast<std::uint32_t>(std::max(1.0, periods)),
            options.deadline_usec == 0 ? options.period_nsec() : options.deadline_usec * std::uint64_t{1000},
            options.paced};
}

/// Returns whether every block came back as it has to.
bool run(const Options& options)
{
    if (options.graph) {
        const GraphFindings findings = run_graph(options);
        fmt::print("{}", options.json ? json(options, findings) : table(options, findings));
        return true;
    }
    const auto tracepoint = syscall_tracepoint();
    if (!tracepoint)
        fmt::print(stderr,
                   "bridge-bench: system calls are not counted; that needs root, for perf's tracepoints\n");
    Floor floor(options.instances);
    const WineSession wine(options.prefix);
    HostSet hosts(options, wine);
    std::vector<Contender> contenders = floor.contenders();
    std::ranges::move(hosts.contenders(), std::back_inserter(contenders));
    std::optional<HostSet> chains;
    if (options.chain > 1)
        std::ranges::move(chains.emplace(options, wine, options.chain).contenders(),
                          std::back_inserter(contenders));
    compete(contenders, pace_of(options), tracepoint);

    Findings findings{options, {}, hosts.times_to_open(), {}, hosts.memory_per_instance()};
    for (Contender& contender : contenders)
        findings.series.push_back(std::move(contender.series));
    findings.times_with_spare = hosts.times_with_spare();
    fmt::print("{}", options.json ? json(findings) : table(findings));
    if (!options.svg.empty())
        write_svg(findings, options.svg);
    return std::ranges::all_of(findings.series, [](const Series& series) { return series.wrong == 0; });
}

} // namespace

int main(int argc, char** argv)
{
    const Options options = parse_options(argc, argv);
    setenv("DECANT_WINE_ROOT", BENCH_WINE_ROOT, 0);
    try {
        if (!run(options)) {
            fmt::print(stderr, "bridge-bench: some blocks came back with other samples than the plugin's\n");
            return 1;
        }
    } catch (const std::exception& error) {
        fmt::print(stderr, "bridge-bench: {}\n", error.what());
        return 1;
    }
    return 0;
}
