// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/voice-pool.hpp"

#include <algorithm>
#include <tuple>

namespace decant::sampler
{

FadeTail::FadeTail() : left_(longest), right_(longest), scratch_left_(longest), scratch_right_(longest) {}

void FadeTail::add(Voice& voice, double rate) noexcept DECANT_REALTIME
{
    if (!voice.sounded()) // it can be left out without a trace
        return;
    const auto frames =
        static_cast<std::size_t>(std::clamp(seconds * rate, 1.0, static_cast<double>(longest)));
    std::fill_n(scratch_left_.begin(), frames, 0.0f);
    std::fill_n(scratch_right_.begin(), frames, 0.0f);
    voice.render(scratch_left_.data(), scratch_right_.data(), static_cast<std::uint32_t>(frames));
    const float step = 1.0f / static_cast<float>(frames);
    for (std::size_t frame = 0; frame < frames; ++frame) {
        const float gain = 1.0f - step * static_cast<float>(frame);
        const std::size_t at = (read_ + frame) % longest;
        left_[at] += scratch_left_[frame] * gain;
        right_[at] += scratch_right_[frame] * gain;
    }
    filled_ = std::max(filled_, frames);
}

void FadeTail::mix(float* left, float* right, std::uint32_t frames) noexcept DECANT_REALTIME
{
    const std::size_t count = std::min<std::size_t>(filled_, frames);
    for (std::size_t frame = 0; frame < count; ++frame) {
        const std::size_t at = (read_ + frame) % longest;
        left[frame] += left_[at];
        right[frame] += right_[at];
        left_[at] = right_[at] = 0;
    }
    read_ = (read_ + count) % longest;
    filled_ -= count;
}

Voice& VoicePool::least() noexcept DECANT_REALTIME
{
    const auto rank = [](const Voice& voice) {
        return std::tuple(!voice.releasing(), voice.loudness(), voice.note);
    };
    return *std::min_element(voices_.begin(), voices_.end(),
                             [&](const Voice& a, const Voice& b) { return rank(a) < rank(b); });
}

} // namespace decant::sampler
