// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/noise.hpp"

#include <algorithm>

namespace decant::tests
{
namespace
{

constexpr std::uint32_t noise_factor = 2654435761u & 0xffffff;
constexpr std::uint32_t noise_inverse = [] {
    std::uint32_t inverse = 1; // Newton's iteration modulo 2^24
    for (int i = 0; i < 5; ++i)
        inverse *= 2 - noise_factor * inverse;
    return inverse & 0xffffff;
}();
static_assert((noise_factor * noise_inverse & 0xffffff) == 1);

} // namespace

float noise(std::uint32_t place) noexcept
{
    return static_cast<float>(static_cast<std::int32_t>(place * noise_factor & 0xffffff) - 0x800000) /
           0x800000;
}

std::optional<std::uint32_t> place_of(float sample) noexcept
{
    const double value = static_cast<double>(sample) * 0x800000 + 0x800000;
    // The negated form refuses NaN as well.
    if (!(value >= 0 && value <= 0xffffff) || sample == 0.0F ||
        value != static_cast<double>(static_cast<std::uint32_t>(value)))
        return std::nullopt;
    return static_cast<std::uint32_t>(value) * noise_inverse & 0xffffff;
}

void NoiseSource::process(const nodes::Cycle& cycle) noexcept
{
    for (auto* output : cycle.outputs)
        for (std::uint32_t i = 0; i < cycle.frames; ++i)
            output[i] = noise(place_ + i);
    place_ += cycle.frames;
}

void NoiseListener::process(const nodes::Cycle& cycle) noexcept
{
    const float factor = gain;
    const auto first = place_of(cycle.inputs[0][0] / factor);
    const bool nothing = std::all_of(cycle.inputs.begin(), cycle.inputs.end(), [&](const float* input) {
        return std::all_of(input, input + cycle.frames, [](float sample) { return sample == 0; });
    });
    bool consecutive = true;
    for (const float* input : cycle.inputs)
        for (std::uint32_t i = 0; first && i < cycle.frames; ++i)
            consecutive = consecutive && input[i] == factor * noise(*first + i);
    if (cycle.frames == frames && cycle.rate == rate) {
        if (nothing)
            ++silent;
        else if (first)
            ++(!consecutive ? damaged : *first == expected_ ? exact : jumps);
        else
            ++damaged;
    }
    if (first && consecutive) {
        missed += (*first - heard_.value_or(*first)) & 0xffffff;
        heard_ = *first + cycle.frames;
    }
    expected_ = first.value_or(0) + cycle.frames;
}

void NoiseListener::listen(std::uint32_t new_frames, std::uint32_t new_rate) noexcept
{
    frames = 0;
    exact = jumps = damaged = silent = missed = 0;
    rate = new_rate;
    frames = new_frames;
}

} // namespace decant::tests
