// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/waves.hpp"

#include "nodes/sampler/pitch.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace decant::sampler
{
namespace
{

constexpr std::size_t steps = 4096; // of a turn

// One turn, and the next one's first to interpolate towards.
const auto sines = [] {
    std::array<float, steps + 2> table{};
    for (std::size_t step = 0; step < table.size(); ++step)
        table[step] = static_cast<float>(
            std::sin(2 * std::numbers::pi * static_cast<double>(step % steps) / static_cast<double>(steps)));
    // The sine of half a turn is not quite zero.
    table[steps / 2] = 0;
    return table;
}();

// Preconditions: 0 <= turns <= 1.
float sine_within(double turns) noexcept DECANT_REALTIME
{
    const double place = turns * static_cast<double>(steps);
    const auto step = std::min(static_cast<std::size_t>(place), steps);
    const auto fraction = static_cast<float>(place - static_cast<double>(step));
    return sines[step] + (sines[step + 1] - sines[step]) * fraction;
}

} // namespace

float sine_of_turns(double turns) noexcept DECANT_REALTIME
{
    return sine_within(turns - std::floor(turns));
}

float linear_of_decibels(float decibels) noexcept DECANT_REALTIME
{
    constexpr double cents_per_decibel = 1200 / 6.020599913279624;
    if (decibels <= -120)
        return 0;
    return static_cast<float>(ratio_of_cents(static_cast<double>(decibels) * cents_per_decibel));
}

StereoGain pan_gains(float pan) noexcept DECANT_REALTIME
{
    const double turns = (std::clamp(static_cast<double>(pan), -1.0, 1.0) + 1) / 8;
    return {.left = sine_within(0.25 + turns), .right = sine_within(turns)};
}

StereoGain balance_gains(float pan) noexcept DECANT_REALTIME
{
    return {.left = std::clamp(1 - pan, 0.0f, 1.0f), .right = std::clamp(1 + pan, 0.0f, 1.0f)};
}

} // namespace decant::sampler
