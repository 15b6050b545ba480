// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace decant::host
{

/// Buffers for plugins that take nothing but double precision.
class DoubleChannels
{
    std::size_t frames_;
    std::size_t channels_in_;
    std::size_t channels_out_;
    std::vector<double> samples_;
    std::vector<double*> inputs_;
    std::vector<double*> outputs_;

public:
    /// There are at least `pointers` pointers for each direction; those beyond the channels lead to a buffer
    /// that is nobody's.
    DoubleChannels(std::size_t inputs, std::size_t outputs, std::size_t max_frames, std::size_t pointers = 0)
        : frames_(max_frames), channels_in_(inputs), channels_out_(outputs),
          samples_((inputs + outputs + 1) * max_frames), inputs_(std::max(inputs, pointers)),
          outputs_(std::max(outputs, pointers))
    {
    }

    /// Copies the inputs, and gives the pointers to what was copied; they are made anew, as plugins may
    /// change them. [rt]
    double** take(std::span<float* const> inputs, std::size_t frames) noexcept
    {
        std::fill(inputs_.begin(), inputs_.end(), samples_.data() + (channels_in_ + channels_out_) * frames_);
        for (std::size_t i = 0; i < channels_in_; ++i) {
            inputs_[i] = samples_.data() + i * frames_;
            std::copy_n(inputs[i], frames, inputs_[i]);
        }
        return inputs_.data();
    }

    /// Where the plugin is to write. [rt]
    double** outputs() noexcept
    {
        std::fill(outputs_.begin(), outputs_.end(),
                  samples_.data() + (channels_in_ + channels_out_) * frames_);
        for (std::size_t i = 0; i < channels_out_; ++i)
            outputs_[i] = samples_.data() + (channels_in_ + i) * frames_;
        return outputs_.data();
    }

    /// Copies what the plugin has written. [rt]
    void give(std::span<float* const> outputs, std::size_t frames) const noexcept
    {
        for (std::size_t i = 0; i < channels_out_; ++i) {
            const double* from = samples_.data() + (channels_in_ + i) * frames_;
            std::transform(from, from + frames, outputs[i],
                           [](double sample) { return static_cast<float>(sample); });
        }
    }
};

} // namespace decant::host
