// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"
#include "nodes/sampler/sample.hpp"

#include <cstddef>
#include <cstdint>

namespace decant::sampler
{

/// Positions in a sample are 32.32 fixed point.
inline constexpr int position_bits = 32;

/// The gains of a stretch of frames: those of its first frame and what is added per frame.
struct GainRamp {
    float left;
    float right;
    float left_step;
    float right_step;
};

/// Reads `count` frames at `position`, `position + increment`, … of the frames at `frames`, and adds them to
/// `left` and `right` with the gains of `ramp`. Reads up to guard_frames on both sides of the positions. [rt]
using Interpolator = void (*)(const std::byte* frames, std::uint64_t position, std::uint64_t increment,
                              std::uint32_t count, GainRamp ramp, float* left,
                              float* right) noexcept DECANT_REALTIME;

/// Returns the interpolator for the sample's format and channels: four points, third order (Catmull and Rom's
/// Hermite curve). A voice asks once, when its note starts. [rt]
[[nodiscard]] Interpolator interpolator_for(const Sample& sample) noexcept DECANT_REALTIME;

} // namespace decant::sampler
