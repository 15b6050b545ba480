// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/curve.hpp"

#include <cmath>

namespace decant::sampler
{

Curve curve_through(const std::vector<std::pair<int, float>>& points)
{
    Curve curve{};
    std::pair<int, float> before(0, 0.0f);
    const auto draw_to = [&](std::pair<int, float> point) {
        const int steps = point.first - before.first;
        for (int step = 0; step <= steps; ++step)
            curve[static_cast<std::size_t>(before.first) + static_cast<std::size_t>(step)] =
                steps == 0 ? point.second
                           : before.second + (point.second - before.second) * static_cast<float>(step) /
                                                 static_cast<float>(steps);
        before = point;
    };
    for (const auto& point : points)
        draw_to(point);
    if (before.first < 127)
        draw_to({127, 1.0f});
    return curve;
}

CurveSet::CurveSet()
{
    constexpr std::uint8_t given = 7;
    for (std::uint8_t index = 0; index < given; ++index) {
        Curve& curve = curves_[index];
        for (std::size_t value = 0; value < curve.size(); ++value) {
            const float x = static_cast<float>(value) / 127;
            const std::array<float, given> values{x,     2 * x - 1,    1 - x,           1 - 2 * x,
                                                  x * x, std::sqrt(x), std::sqrt(1 - x)};
            curve[value] = values[index];
        }
    }
}

std::optional<std::uint8_t> CurveSet::unused() const
{
    for (unsigned index = 0; index < 256; ++index)
        if (!curves_.contains(static_cast<std::uint8_t>(index)))
            return static_cast<std::uint8_t>(index);
    return std::nullopt;
}

const Curve* CurveSet::find(std::uint8_t index) const
{
    const auto found = curves_.find(index);
    return found == curves_.end() ? nullptr : &found->second;
}

} // namespace decant::sampler
