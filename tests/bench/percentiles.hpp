// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/statistics.hpp"

#include <nlohmann/json.hpp>
#include <string>

namespace decant::bench
{

/// What tables and JSON call it: p50, and max for the hundredth.
[[nodiscard]] std::string percentile_name(double percent);

/// Microseconds by the percentiles' names.
[[nodiscard]] nlohmann::ordered_json durations(const Distribution& distribution);

} // namespace decant::bench
