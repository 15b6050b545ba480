// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/pacing.hpp"
#include "tests/bench/series.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace decant::bench
{

/// A way of handing blocks over that is measured, in turn with others.
struct Contender {
    Series series;
    std::vector<Lane> lanes;
    Processes processes;
    std::function<void()> prepare; ///< before every run: puts the threads of the other side into their places
};

/// Measures all of them in rounds that take turns, so that a noisy minute of the machine strikes all alike,
/// then counts their system calls in a run apart, if there is a tracepoint to do so. Throws what a contender
/// and run_lanes() throw. [main]
void compete(std::span<Contender> contenders, const Pace& pace, std::optional<std::uint64_t> tracepoint);

} // namespace decant::bench
