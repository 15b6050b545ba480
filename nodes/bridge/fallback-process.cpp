// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/fallback-process.hpp"

#include "wine-host/protocol/version.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace decant::bridge
{

namespace
{

constexpr std::size_t line_frames = protocol::max_latency + protocol::max_frames;
static_assert((line_frames & (line_frames - 1)) == 0, "the free-running count must wrap without a seam");

} // namespace

Fallback::Fallback(std::size_t inputs, std::size_t outputs, bool pass_input)
    : source_(outputs), last_(outputs), residue_(outputs)
{
    if (!pass_input)
        return;
    lines_.assign(std::min(inputs, outputs), std::vector<float>(line_frames));
    for (std::size_t output = 0; output < lines_.size(); ++output)
        source_[output] = output;
    if (inputs == 1 && outputs >= 2) // from mono to stereo
        source_[1] = 0;
}

void Fallback::record(std::span<const float* const> inputs, std::uint32_t frames,
                      std::uint32_t latency) noexcept DECANT_REALTIME
{
    const std::size_t start = written_ % line_frames;
    const std::size_t first = std::min<std::size_t>(frames, line_frames - start);
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        float* const line = lines_[i].data();
        if (i < inputs.size()) {
            std::memcpy(line + start, inputs[i], first * sizeof(float));
            std::memcpy(line, inputs[i] + first, (frames - first) * sizeof(float));
        } else {
            std::fill_n(line + start, first, 0.0F);
            std::fill_n(line, frames - first, 0.0F);
        }
    }
    written_ += frames;
    latency_ = latency;
}

/// The input of a frame of this block, `latency_` frames ago.
float Fallback::dry(std::size_t output, std::size_t frames, std::size_t frame) const noexcept DECANT_REALTIME
{
    const auto source = source_[output];
    return source ? lines_[*source][(written_ - frames + frame - latency_) % line_frames] : 0.0F;
}

float Fallback::substitute(std::size_t output, std::size_t frames,
                           std::size_t frame) const noexcept DECANT_REALTIME
{
    const float signal = dry(output, frames, frame);
    if (frame >= residue_left_)
        return signal;
    return signal + residue_[output] * (static_cast<float>(residue_left_ - frame) / fade_frames);
}

void Fallback::let_residue_decay(std::size_t frames) noexcept DECANT_REALTIME
{
    residue_left_ -= static_cast<std::uint32_t>(std::min<std::size_t>(residue_left_, frames));
}

void Fallback::keep_last(std::span<float* const> outputs, std::size_t frames) noexcept DECANT_REALTIME
{
    for (std::size_t output = 0; output < std::min(outputs.size(), last_.size()); ++output)
        last_[output] = outputs[output][frames - 1];
    let_residue_decay(frames);
    started_ = true;
}

void Fallback::replace(std::span<float* const> outputs, std::uint32_t frames) noexcept DECANT_REALTIME
{
    const std::size_t known = std::min(outputs.size(), last_.size());
    if (started_ && blend_ != 0) {
        for (std::size_t output = 0; output < known; ++output) {
            const float jump = last_[output] - dry(output, frames, 0);
            residue_[output] = std::isfinite(jump) ? jump : 0.0F;
        }
        residue_left_ = fade_frames;
    }
    blend_ = 0;
    for (std::size_t output = 0; output < outputs.size(); ++output)
        for (std::size_t frame = 0; frame < frames; ++frame)
            outputs[output][frame] = output < known ? substitute(output, frames, frame) : 0.0F;
    keep_last(outputs, frames);
}

void Fallback::accept(std::span<float* const> outputs, std::uint32_t frames) noexcept DECANT_REALTIME
{
    if (!started_) // nothing was heard before that could be faded out
        blend_ = fade_frames;
    const std::uint32_t fading = std::min(frames, fade_frames - blend_);
    for (std::size_t output = 0; output < std::min(outputs.size(), last_.size()); ++output)
        for (std::size_t frame = 0; frame < fading; ++frame) {
            const float share = static_cast<float>(blend_ + frame + 1) / (fade_frames + 1);
            float& sample = outputs[output][frame];
            sample = share * sample + (1.0F - share) * substitute(output, frames, frame);
        }
    blend_ += fading;
    keep_last(outputs, frames);
}

} // namespace decant::bridge
