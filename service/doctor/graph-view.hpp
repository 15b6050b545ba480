// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/doctor/facts.hpp"

#include <chrono>

namespace decant::doctor
{

/// What PipeWire's profiler says of the graph within `time`, and PipeWire's settings. Becomes a client for
/// that time. [main]
[[nodiscard]] Answer<Graph> look_at_graph(std::chrono::milliseconds time);

/// The period to judge for: of the driver with most nodes, or, if nothing plays, as PipeWire is set up.
[[nodiscard]] Quantum quantum_of(const Graph& graph);

} // namespace decant::doctor
