// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/fade-tail.hpp"

#include <algorithm>

namespace decant::sampler
{

FadeTail::FadeTail(std::size_t pairs)
    : pairs_(pairs, Pair{.left = std::vector<float>(longest), .right = std::vector<float>(longest)}),
      scratch_{std::vector<float>(longest), std::vector<float>(longest)}
{
}

void FadeTail::add(VoicePlace voice, RenderSettings& settings) noexcept DECANT_REALTIME
{
    if (!voice->sounded) // it can be left out without a trace
        return;
    const auto frames =
        static_cast<std::size_t>(std::clamp(seconds * settings.rate, 1.0, static_cast<double>(longest)));
    const std::array<float*, 2> channels{scratch_[0].data(), scratch_[1].data()};
    for (float* channel : channels)
        std::fill_n(channel, frames, 0.0f);
    voice.group->render({.channels = channels.data(), .pairs = 1}, static_cast<std::uint32_t>(frames),
                        LaneMask{1} << voice.lane, settings);
    const unsigned output = voice->zone->region.output;
    Pair& pair = pairs_[output < pairs_.size() ? output : 0];
    const float step = 1.0f / static_cast<float>(frames);
    for (std::size_t frame = 0; frame < frames; ++frame) {
        const float gain = 1.0f - step * static_cast<float>(frame);
        const std::size_t at = (read_ + frame) % longest;
        pair.left[at] += channels[0][frame] * gain;
        pair.right[at] += channels[1][frame] * gain;
    }
    pair.filled = std::max(pair.filled, frames);
}

void FadeTail::mix(const OutputPairs& outputs, std::uint32_t frames) noexcept DECANT_REALTIME
{
    for (unsigned index = 0; index < pairs_.size(); ++index) {
        Pair& pair = pairs_[index];
        const std::size_t count = std::min<std::size_t>(pair.filled, frames);
        if (count == 0)
            continue;
        float* const left = outputs.left(index);
        float* const right = outputs.right(index);
        for (std::size_t frame = 0; frame < count; ++frame) {
            const std::size_t at = (read_ + frame) % longest;
            left[frame] += pair.left[at];
            right[frame] += pair.right[at];
            pair.left[at] = pair.right[at] = 0;
        }
        pair.filled -= count;
    }
    read_ = (read_ + frames) % longest;
}

} // namespace decant::sampler
