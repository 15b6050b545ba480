// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/processor.hpp"

#include <atomic>

namespace decant::nodes
{

/// Another processor, louder or softer.
class Volume final : public Processor
{
    Processor& inner_;
    std::atomic<float> wanted_;
    float gain_; ///< at the end of the last block

public:
    /// `gain` is linear. [main]
    Volume(Processor& inner, float gain) : inner_(inner), wanted_(gain), gain_(gain) {}

    /// Goes there in the course of the next block. [any]
    void set_gain(float gain) noexcept { wanted_.store(gain, std::memory_order_relaxed); }

    void process(const Cycle& cycle) noexcept DECANT_REALTIME override
    {
        inner_.process(cycle);
        const float wanted = wanted_.load(std::memory_order_relaxed);
        if (wanted == 1.0F && gain_ == 1.0F)
            return;
        const float step = (wanted - gain_) / static_cast<float>(cycle.frames);
        for (float* output : cycle.outputs) {
            float gain = gain_;
            for (std::uint32_t i = 0; i < cycle.frames; ++i)
                output[i] *= gain += step;
        }
        gain_ = wanted;
    }
};

} // namespace decant::nodes
