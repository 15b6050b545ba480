// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"
#include "nodes/sampler/voice.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
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

    std::vector<float> left_; // rings
    std::vector<float> right_;
    std::vector<float> scratch_left_;
    std::vector<float> scratch_right_;
    std::size_t read_ = 0;
    std::size_t filled_ = 0; // frames that are not zero

public:
    FadeTail(); // [main]

    /// Renders the end of `voice`, which is of no use afterwards. [rt]
    void add(Voice& voice, double rate) noexcept DECANT_REALTIME;

    /// Adds the next frames to `left` and `right`. [rt]
    void mix(float* left, float* right, std::uint32_t frames) noexcept DECANT_REALTIME;
};

/// A fixed number of voices. The sounding ones are the first of its array.
class VoicePool
{
    std::vector<Voice> voices_;
    std::size_t sounding_ = 0;

public:
    explicit VoicePool(std::size_t polyphony) : voices_(polyphony) {} // [main]

    [[nodiscard]] std::span<Voice> sounding() noexcept DECANT_REALTIME { return {voices_.data(), sounding_}; }
    [[nodiscard]] bool full() const noexcept DECANT_REALTIME { return sounding_ == voices_.size(); }

    /// Preconditions: not full(). [rt]
    void add(const Voice& voice) noexcept DECANT_REALTIME { voices_[sounding_++] = voice; }

    /// Removes a sounding voice; the last one takes its place. [rt]
    void remove(Voice& voice) noexcept DECANT_REALTIME { voice = voices_[--sounding_]; }

    /// The voice whose end is heard least: of those being released the quietest, else of all others the
    /// quietest; of equals the oldest. A note in its attack counts as loud as it will be. Preconditions:
    /// full(). [rt]
    [[nodiscard]] Voice& least() noexcept DECANT_REALTIME;
};

} // namespace decant::sampler
