// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"
#include "nodes/sampler/kernels.hpp"
#include "nodes/sampler/region.hpp"

#include <cstdint>
#include <limits>

namespace decant::sampler
{

/// The amplitude envelope of a voice: delay, attack, hold, decay, sustain, release.
///
/// Attack, decay and release go from their first level L0 to their last level L1 (1; sustain; silence) in
/// exactly their time T, in the shape s that the file gives each:
///
///     level(t) = L1 + (L0 - L1) · (e^(-k·t/T) - e^-k) / (1 - e^-k),    k = -s · 11.36 / 10.3616
///
/// and on a straight line if s is 0, as it is for the attack unless told otherwise. At the others' -10.3616,
/// k gives the initial slope of ARIA's shape, (1 - t/T)^11.36. Unlike a plain exponential it arrives: after
/// the release the level is zero and the voice is done.
///
/// Every stage is the recurrence level ← level · factor + summand, per frame; factor and summand are
/// calculated when a stage begins. Within a stage the recurrence may be run elsewhere, for many voices at
/// once.
class Envelope
{
    enum class Stage : std::uint8_t { delay, attack, hold, decay, sustain, release, done };

public:
    struct Step {
        double factor = 1;
        double summand = 0;
    };

private:
    static constexpr std::int64_t forever = std::numeric_limits<std::int64_t>::max();

    const EnvelopeTimes* times_ = nullptr;
    double rate_ = 0;
    double level_ = 0;
    double target_ = 0;
    double seconds_ = 0;   // of the whole stage
    double asymptote_ = 0; // that the stage would go to without end
    double bend_ = 0;      // k; 0: a straight line
    Step frame_;
    Step control_; // control_frames at once
    std::int64_t frames_left_ = 0;
    Stage stage_ = Stage::done;

public:
    /// Begins. `times` outlives the envelope, or is not used after release(). [rt]
    void start(const EnvelopeTimes& times, double rate) noexcept DECANT_REALTIME;

    /// Falls to silence in `seconds` from wherever it is. [rt]
    void release(double seconds, float shape = EnvelopeTimes{}.release_shape) noexcept DECANT_REALTIME;

    /// Goes on at another rate in Hz, at the same place in time. [rt]
    void set_rate(double rate) noexcept DECANT_REALTIME;

    /// Frames until a stage ends, at least 1 unless done; advance() stops there. [rt]
    [[nodiscard]] std::int64_t frames_left() const noexcept DECANT_REALTIME { return frames_left_; }

    /// Moves on by 1 … min(control_frames, frames_left()) frames. [rt]
    void advance(std::uint32_t frames) noexcept DECANT_REALTIME;

    /// Takes back what was calculated elsewhere: the level after `frames` frames of the stage, fewer than
    /// frames_left(). [rt]
    void resume(double level, std::int64_t frames) noexcept DECANT_REALTIME
    {
        level_ = level;
        if (frames_left_ != forever)
            frames_left_ -= frames;
    }

    [[nodiscard]] double exact_level() const noexcept DECANT_REALTIME { return level_; }
    [[nodiscard]] const Step& frame_step() const noexcept DECANT_REALTIME { return frame_; }
    [[nodiscard]] const Step& control_step() const noexcept DECANT_REALTIME { return control_; }

    /// Whether the stage has no end. [rt]
    [[nodiscard]] bool endless() const noexcept DECANT_REALTIME { return frames_left_ == forever; }

    /// Whether it bends so much within control_frames that a straight line would not do. [rt]
    [[nodiscard]] bool steep() const noexcept DECANT_REALTIME
    {
        return control_.factor < 0.85 || control_.factor > 1.15;
    }

    /// Whether it is on its way to full level. [rt]
    [[nodiscard]] bool rising() const noexcept DECANT_REALTIME { return stage_ < Stage::decay; }

    [[nodiscard]] float level() const noexcept DECANT_REALTIME { return static_cast<float>(level_); }
    [[nodiscard]] bool releasing() const noexcept DECANT_REALTIME { return stage_ >= Stage::release; }
    [[nodiscard]] bool done() const noexcept DECANT_REALTIME { return stage_ == Stage::done; }

private:
    void enter(Stage stage) noexcept DECANT_REALTIME;
    bool set_stage(Stage stage, double seconds, double target, float shape = 0) noexcept DECANT_REALTIME;
    void set_steps() noexcept DECANT_REALTIME;
};

} // namespace decant::sampler
