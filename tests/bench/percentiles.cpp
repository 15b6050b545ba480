// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/percentiles.hpp"

#include <fmt/format.h>

namespace decant::bench
{

std::string percentile_name(double percent)
{
    return percent == 100 ? "max" : fmt::format("p{}", percent);
}

nlohmann::ordered_json durations(const Distribution& distribution)
{
    nlohmann::ordered_json out;
    for (const double percent : percentiles)
        out[percentile_name(percent)] = distribution.percentile(percent);
    return out;
}

} // namespace decant::bench
