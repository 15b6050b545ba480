// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"
#include "nodes/sampler/articulation.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace decant::sampler
{

/// A signal with its curve looked up.
struct CurvedSignal : ControlSignal {
    const Curve* shape = nullptr; ///< null: a straight line from 0 to 1

    /// What a controller's value, 0 … 1, becomes. [rt]
    [[nodiscard]] float of(float value) const noexcept DECANT_REALTIME;
};

/// The signals' values on each channel, while an instrument plays.
class SignalValues
{
    static constexpr std::size_t channels = 16;

    const std::vector<CurvedSignal>* signals_;
    std::vector<float> values_; // by channel, then signal
    std::vector<float> wanted_;
    std::array<bool, channels> moving_{};

public:
    explicit SignalValues(const std::vector<CurvedSignal>& signals); // [main]

    /// Those of one channel. [rt]
    [[nodiscard]] const float* of(std::uint8_t channel) const noexcept DECANT_REALTIME
    {
        return values_.data() + channel * signals_->size();
    }

    /// A controller has a new value, 0 … 1; `at_once` without smoothing. Whether a signal depends on it. [rt]
    bool set(std::uint8_t channel, unsigned control, float value, bool at_once) noexcept DECANT_REALTIME;

    /// All signals of a channel at once, from the values of its controllers. [rt]
    void reset(std::uint8_t channel,
               const std::array<float, controller::all>& controls) noexcept DECANT_REALTIME;

    /// Whether any signal is on its way. [rt]
    [[nodiscard]] bool moving() const noexcept DECANT_REALTIME
    {
        return std::find(moving_.begin(), moving_.end(), true) != moving_.end();
    }

    /// Whether signals of the channel are. [rt]
    [[nodiscard]] bool moving(std::uint8_t channel) const noexcept DECANT_REALTIME
    {
        return moving_[channel];
    }

    /// Moves on by some seconds. [rt]
    void advance(std::uint8_t channel, double seconds) noexcept DECANT_REALTIME;
};

} // namespace decant::sampler
