// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

namespace decant::sampler::test
{

struct SineFit {
    double amplitude;
    double frequency; ///< cycles per sample
    double noise;     ///< rms of what is not the sine

    /// In dB.
    [[nodiscard]] double signal_to_noise() const;
};

/// Fits a sine of about `frequency` cycles per sample, and a constant, by least squares.
[[nodiscard]] SineFit fit_sine(std::span<const float> samples, double frequency);

/// In dB; full scale is 1.
[[nodiscard]] double rms_level(std::span<const float> samples);

} // namespace decant::sampler::test
