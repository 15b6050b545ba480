// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"
#include "nodes/sampler/region.hpp"

#include <cstdint>
#include <limits>

namespace decant::sampler
{

/// Frames between two gains of a voice; its gain runs in a straight line from one to the next.
inline constexpr std::uint32_t control_frames = 16;

/// The amplitude envelope of a voice: delay, attack, hold, decay, sustain, release.
///
/// The attack is a straight line from `start` to 1. Decay and release fall from their first level L0 to their
/// last level L1 (sustain; silence) in exactly their time T:
///
///     level(t) = L1 + (L0 - L1) · (e^(-k·t/T) - e^-k) / (1 - e^-k),    k = 11.36
///
/// k gives the initial slope of ARIA's default shape, (1 - t/T)^11.36. Unlike a plain exponential it arrives:
/// after the release the level is zero and the voice is done.
///
/// Every stage is the recurrence level ← level · factor + summand, per frame; factor and summand are
/// calculated when a stage begins.
class Envelope
{
    enum class Stage : std::uint8_t { delay, attack, hold, decay, sustain, release, done };

    struct Step {
        double factor = 1;
        double summand = 0;
    };

    static constexpr std::int64_t forever = std::numeric_limits<std::int64_t>::max();

    const EnvelopeTimes* times_ = nullptr;
    double rate_ = 0;
    double level_ = 0;
    double target_ = 0;
    double seconds_ = 0;   // of the whole stage
    double asymptote_ = 0; // that the decay or release falls towards
    Step frame_;
    Step control_; // control_frames at once
    std::int64_t frames_left_ = 0;
    Stage stage_ = Stage::done;

public:
    /// Begins. `times` outlives the envelope, or is not used after release(). [rt]
    void start(const EnvelopeTimes& times, double rate) noexcept DECANT_REALTIME;

    /// Falls to silence in `seconds` from wherever it is. [rt]
    void release(double seconds) noexcept DECANT_REALTIME;

    /// Goes on at another rate in Hz, at the same place in time. [rt]
    void set_rate(double rate) noexcept DECANT_REALTIME;

    /// Frames until a stage ends, at least 1 unless done; advance() stops there. [rt]
    [[nodiscard]] std::int64_t frames_left() const noexcept DECANT_REALTIME { return frames_left_; }

    /// Moves on by 1 … min(control_frames, frames_left()) frames. [rt]
    void advance(std::uint32_t frames) noexcept DECANT_REALTIME;

    [[nodiscard]] float level() const noexcept DECANT_REALTIME { return static_cast<float>(level_); }
    [[nodiscard]] bool releasing() const noexcept DECANT_REALTIME { return stage_ >= Stage::release; }
    [[nodiscard]] bool done() const noexcept DECANT_REALTIME { return stage_ == Stage::done; }

    /// The level it has or, before the decay, is about to reach. [rt]
    [[nodiscard]] float prospect() const noexcept DECANT_REALTIME
    {
        return stage_ < Stage::decay ? 1.0f : level();
    }

private:
    void enter(Stage stage) noexcept DECANT_REALTIME;
    bool set_stage(Stage stage, double seconds, double target) noexcept DECANT_REALTIME;
    void set_steps() noexcept DECANT_REALTIME;
};

} // namespace decant::sampler
