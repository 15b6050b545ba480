// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/pitch.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace decant::sampler
{
namespace
{

constexpr double limit = 24'000;
constexpr int octaves = 20; // each way

// One octave in cents, and the next octave's first to interpolate towards.
const auto cent_ratios = [] {
    std::array<double, 1202> ratios{};
    for (std::size_t cent = 0; cent < ratios.size(); ++cent)
        ratios[cent] = std::exp2(static_cast<double>(cent) / 1200);
    return ratios;
}();

const auto octave_ratios = [] {
    std::array<double, 2 * octaves + 1> ratios{};
    for (std::size_t octave = 0; octave < ratios.size(); ++octave)
        ratios[octave] = std::exp2(static_cast<double>(octave) - octaves);
    return ratios;
}();

} // namespace

double ratio_of_cents(double cents) noexcept DECANT_REALTIME
{
    cents = std::clamp(cents, -limit, limit);
    const double octave = std::floor(cents / 1200);
    const double rest = std::clamp(cents - octave * 1200, 0.0, 1200.0);
    const auto cent = static_cast<std::size_t>(rest);
    const double fraction = rest - static_cast<double>(cent);
    const double within = cent_ratios[cent] + (cent_ratios[cent + 1] - cent_ratios[cent]) * fraction;
    return octave_ratios[static_cast<std::size_t>(octave + octaves)] * within;
}

} // namespace decant::sampler
