// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Where the frames that are read go. See simd.hpp for who includes this.

#include "nodes/sampler/kernels.hpp"
#include "nodes/sampler/simd.hpp"

namespace decant::sampler::DECANT_INSTRUCTION_SET
{

/// Adds vectors of frames to a bus, along a ramp. Samples come as integers or full-scale floats; `scale`
/// makes the former the latter.
class MixSink
{
    Floats left_gain_, right_gain_, left_step_, right_step_;
    float* left_;
    float* right_;

    [[gnu::always_inline]] static void add(float* to, Floats frames, std::uint32_t count) noexcept
    {
        if (count >= width) {
            store(to, load<Floats>(to) + frames);
        } else {
            for (std::uint32_t i = 0; i < count; ++i)
                to[i] += frames[i];
        }
    }

public:
    [[gnu::always_inline]] MixSink(const GainRamp& ramp, float scale, float* left, float* right) noexcept
        : left_gain_((all(ramp.left) + counting<float>() * ramp.left_step) * scale),
          right_gain_((all(ramp.right) + counting<float>() * ramp.right_step) * scale),
          left_step_(all(ramp.left_step * scale * width)), right_step_(all(ramp.right_step * scale * width)),
          left_(left), right_(right)
    {
    }

    [[gnu::always_inline]] void put(Floats left, Floats right, std::uint32_t frame,
                                    std::uint32_t count) noexcept
    {
        add(left_ + frame, left * left_gain_, count);
        add(right_ + frame, right * right_gain_, count);
        left_gain_ += left_step_;
        right_gain_ += right_step_;
    }
};

} // namespace decant::sampler::DECANT_INSTRUCTION_SET
