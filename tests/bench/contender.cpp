// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/contender.hpp"

#include <algorithm>

namespace decant::bench
{

namespace
{

constexpr std::uint32_t rounds = 4;
constexpr std::uint32_t counted_periods = 500;

} // namespace

void compete(std::span<Contender> contenders, const Pace& pace, std::optional<std::uint64_t> tracepoint)
{
    Pace part = pace;
    part.periods = std::max(1u, pace.periods / rounds);
    for (std::uint32_t round = 0; round < rounds; ++round) {
        for (Contender& contender : contenders) {
            contender.prepare();
            measure(contender.series, contender.lanes, part, contender.processes);
        }
    }
    if (!tracepoint)
        return;
    part.periods = std::min(part.periods, counted_periods);
    for (Contender& contender : contenders) {
        contender.prepare();
        count_system_calls(contender.series, contender.lanes, part, contender.processes, *tracepoint);
    }
}

} // namespace decant::bench
