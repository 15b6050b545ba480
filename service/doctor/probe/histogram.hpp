// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace decant::doctor
{

/// How often which time was measured: 0.1 µs to some seconds, in steps of a twelfth.
class Histogram
{
public:
    static constexpr std::size_t steps = 304; ///< twelve to a doubling

    /// A step in which there is something; times in µs.
    struct Step {
        double from;
        double to;
        std::uint64_t count;
    };

    /// [rt]
    void add(std::uint64_t nsec) noexcept DECANT_REALTIME;

    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] double max_usec() const noexcept;

    /// The time (µs) that `percent` of all did not exceed, as the upper end of its step; 0 if there is none.
    [[nodiscard]] double percentile(double percent) const noexcept;

    [[nodiscard]] std::vector<Step> filled() const;

private:
    std::array<std::uint64_t, steps> counts_{};
    std::uint64_t count_ = 0;
    std::uint64_t max_nsec_ = 0;
};

/// What was measured, of what.
struct Series {
    std::string name;
    Histogram times;
};

} // namespace decant::doctor
