// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/control-signals.hpp"

#include "nodes/sampler/pitch.hpp"

#include <algorithm>
#include <cmath>

namespace decant::sampler
{
namespace
{

constexpr float near_enough = 1e-4f;

} // namespace

float CurvedSignal::of(float value) const noexcept DECANT_REALTIME
{
    float shaped = shape == nullptr ? value : curve_at(*shape, value);
    if (step > 0)
        shaped = std::floor(shaped / step + 1e-4f) * step;
    return shaped;
}

SignalValues::SignalValues(const std::vector<CurvedSignal>& signals)
    : signals_(&signals), values_(channels * signals.size()), wanted_(values_.size())
{
}

bool SignalValues::set(std::uint8_t channel, unsigned control, float value,
                       bool at_once) noexcept DECANT_REALTIME
{
    bool any = false;
    const std::size_t row = channel * signals_->size();
    for (std::size_t index = 0; index < signals_->size(); ++index) {
        const CurvedSignal& signal = (*signals_)[index];
        if (signal.control != control)
            continue;
        any = true;
        wanted_[row + index] = signal.of(value);
        if (at_once || signal.smooth <= 0)
            values_[row + index] = wanted_[row + index];
        else
            moving_[channel] = true;
    }
    return any;
}

void SignalValues::reset(std::uint8_t channel,
                         const std::array<float, controller::all>& controls) noexcept DECANT_REALTIME
{
    const std::size_t row = channel * signals_->size();
    for (std::size_t index = 0; index < signals_->size(); ++index) {
        const CurvedSignal& signal = (*signals_)[index];
        values_[row + index] = wanted_[row + index] = signal.of(controls[signal.control]);
    }
    moving_[channel] = false;
}

void SignalValues::advance(std::uint8_t channel, double seconds) noexcept DECANT_REALTIME
{
    if (!moving_[channel])
        return;
    moving_[channel] = false;
    const std::size_t row = channel * signals_->size();
    for (std::size_t index = 0; index < signals_->size(); ++index) {
        float& value = values_[row + index];
        const float wanted = wanted_[row + index];
        if (value == wanted)
            continue;
        constexpr double cents_of_e = 1731.2340490667562;
        const auto kept = static_cast<float>(
            ratio_of_cents(-cents_of_e * seconds / static_cast<double>((*signals_)[index].smooth)));
        value = wanted + (value - wanted) * kept;
        if (std::abs(value - wanted) < near_enough)
            value = wanted;
        else
            moving_[channel] = true;
    }
}

} // namespace decant::sampler
