// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/contender.hpp"
#include "tests/bench/floor.hpp"
#include "tests/bench/options.hpp"
#include "tests/bench/report.hpp"
#include "tests/bench/syscall-counter.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fmt/format.h>
#include <utility>
#include <vector>

namespace
{

using namespace decant::bench;

Pace pace_of(const Options& options)
{
    const double periods = options.seconds * 1e9 / static_cast<double>(options.period_nsec());
    return {options.period_nsec(), static_cast<std::uint32_t>(std::max(1.0, periods)), options.paced};
}

void run(const Options& options)
{
    const auto tracepoint = syscall_tracepoint();
    if (!tracepoint)
        fmt::print(stderr,
                   "bridge-bench: system calls are not counted; that needs root, for perf's tracepoints\n");
    Floor floor(options.instances);
    std::vector<Contender> contenders = floor.contenders();
    compete(contenders, pace_of(options), tracepoint);

    Findings findings{options, {}};
    for (Contender& contender : contenders)
        findings.series.push_back(std::move(contender.series));
    fmt::print("{}", options.json ? json(findings) : table(findings));
    if (!options.svg.empty())
        write_svg(findings, options.svg);
}

} // namespace

int main(int argc, char** argv)
{
    const Options options = parse_options(argc, argv);
    try {
        run(options);
    } catch (const std::exception& error) {
        fmt::print(stderr, "bridge-bench: {}\n", error.what());
        return 1;
    }
    return 0;
}
