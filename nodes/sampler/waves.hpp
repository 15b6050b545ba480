// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"

namespace decant::sampler
{

/// sin(2π · turns), within 10^-6, from a table. [rt]
[[nodiscard]] float sine_of_turns(double turns) noexcept DECANT_REALTIME;

/// 10^(decibels/20), from a table; 0 from -120 dB on down. [rt]
[[nodiscard]] float linear_of_decibels(float decibels) noexcept DECANT_REALTIME;

struct StereoGain {
    float left = 0;
    float right = 0;
};

/// Equal power, for mono and stereo samples alike: cosine and sine of a quarter turn, -3 dB each in the
/// middle. `pan` is limited to -1 (left) … 1 (right); the other side is exactly silent at the ends. [rt]
[[nodiscard]] StereoGain pan_gains(float pan) noexcept DECANT_REALTIME;

/// The same by another law: both full in the middle, and on a straight line to nothing on the other side.
/// [rt]
[[nodiscard]] StereoGain balance_gains(float pan) noexcept DECANT_REALTIME;

} // namespace decant::sampler
