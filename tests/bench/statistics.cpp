// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace decant::bench
{

Distribution::Distribution(std::vector<std::uint32_t> samples) : sorted_(std::move(samples))
{
    std::sort(sorted_.begin(), sorted_.end());
}

double Distribution::percentile(double percent) const noexcept
{
    if (sorted_.empty())
        return 0;
    // 99.9 % of 1000 comes out a trifle above 999: without the allowance that would be the next rank.
    const double count = static_cast<double>(sorted_.size());
    const double rank = std::ceil(percent / 100 * count - 1e-6);
    const auto index = static_cast<std::size_t>(std::clamp(rank, 1.0, count)) - 1;
    return sorted_[index] / 1000.0;
}

} // namespace decant::bench
