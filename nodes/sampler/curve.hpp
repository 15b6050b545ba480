// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace decant::sampler
{

/// What a controller's values from 0 to 127 become.
using Curve = std::array<float, 128>;

/// Reads a curve between its points, at a value from 0 to 1. [rt]
[[nodiscard]] inline float curve_at(const Curve& curve, float value) noexcept DECANT_REALTIME
{
    const float place = std::clamp(value, 0.0f, 1.0f) * 127;
    const auto point = std::min(static_cast<std::size_t>(place), curve.size() - 2);
    const float fraction = place - static_cast<float>(point);
    return curve[point] + (curve[point + 1] - curve[point]) * fraction;
}

/// A curve through some of its points, with straight lines between them. Its ends are 0 and 1 unless they are
/// given. Preconditions: ordered, from 0 to 127.
[[nodiscard]] Curve curve_through(const std::vector<std::pair<int, float>>& points);

/// The curves of an instrument by their curve_index: those that every instrument has, and its own.
///
///     0   0 … 1        1   -1 … 1      2   1 … 0      3   1 … -1
///     4   x²           5   √x          6   √(1 - x)
class CurveSet
{
    std::map<std::uint8_t, Curve> curves_;

public:
    CurveSet();

    void define(std::uint8_t index, const Curve& curve) { curves_[index] = curve; }

    /// The lowest index that nobody uses; none if all are taken.
    [[nodiscard]] std::optional<std::uint8_t> unused() const;

    /// Null if there is none.
    [[nodiscard]] const Curve* find(std::uint8_t index) const;
};

} // namespace decant::sampler
