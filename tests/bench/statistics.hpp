// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace decant::bench
{

/// The percentiles that tables and JSON give.
inline constexpr double percentiles[] = {50, 90, 99, 99.9, 100};

/// Durations, to be asked for percentiles.
class Distribution
{
    std::vector<std::uint32_t> sorted_;

public:
    Distribution() = default;

    /// `samples` in nanoseconds, in any order.
    explicit Distribution(std::vector<std::uint32_t> samples);

    [[nodiscard]] std::size_t size() const noexcept { return sorted_.size(); }
    [[nodiscard]] bool empty() const noexcept { return sorted_.empty(); }

    /// The smallest sample that at least `percent` of the samples do not exceed (nearest rank), in
    /// microseconds; 100 is the largest. 0 if there are no samples. `percent` 0..100
    [[nodiscard]] double percentile(double percent) const noexcept;
};

} // namespace decant::bench
