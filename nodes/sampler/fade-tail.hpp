// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"
#include "nodes/sampler/voice-pool.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace decant::sampler
{

/// What stolen voices still have to say: the few milliseconds of their fade-out are rendered at once when
/// they are stolen, and mixed into the next frames. So a steal needs no voice, and any number of them at a
/// time never clicks.
class FadeTail
{
    static constexpr std::size_t longest = 4096; // frames
    static constexpr double seconds = 0.005;

    struct Pair {
        std::vector<float> left; // rings
        std::vector<float> right;
        std::size_t filled = 0; // frames that are not zero
    };

    std::vector<Pair> pairs_;
    std::array<std::vector<float>, 2> scratch_;
    std::size_t read_ = 0;

public:
    explicit FadeTail(std::size_t pairs); // [main]

    /// Renders the end of a voice, which is of no use afterwards. [rt]
    void add(VoicePlace voice, RenderSettings& settings) noexcept DECANT_REALTIME;

    /// Adds the next frames to the outputs. [rt]
    void mix(const OutputPairs& outputs, std::uint32_t frames) noexcept DECANT_REALTIME;
};

} // namespace decant::sampler
