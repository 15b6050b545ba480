// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/options.hpp"

#include <string>

namespace decant::bench
{

/// What happened to the plugins of a rack that plays into a sink.
struct GraphFindings {
    std::uint64_t driver_xruns = 0; ///< of the sink, which drives the graph; while the nodes were measured
    std::uint64_t node_xruns = 0;   ///< cycles that passed without a node, all nodes
    std::uint64_t late = 0;         ///< blocks, all nodes
    std::uint64_t dropped = 0;      ///< blocks, all nodes
    double load = 0;                ///< of all nodes together, as a part of the period, in the last second
    double p50 = 0;                 ///< round trip in the last second, median of the nodes, microseconds
    double p99 = 0;
};

/// The same plugins as nodes of decantd in a PipeWire session of its own, with the sink's timer as driver.
/// Throws std::runtime_error. [main]
GraphFindings run_graph(const Options& options);

/// For people.
std::string table(const Options& options, const GraphFindings& findings);

/// For programs.
std::string json(const Options& options, const GraphFindings& findings);

} // namespace decant::bench
