// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"
#include "nodes/sampler/envelope.hpp"
#include "nodes/sampler/instrument.hpp"
#include "nodes/sampler/interpolation.hpp"

#include <cstdint>
#include <type_traits>

namespace decant::sampler
{

struct Gains {
    float left = 0;
    float right = 0;
};

/// How long off_mode=fast and the all-sound-off message take.
inline constexpr double fast_off_seconds = 0.006;

/// One sounding zone. Trivially copyable, so that a pool keeps its voices close together. All of it is [rt].
class alignas(64) Voice
{
    // What the next frames need
    const Zone* zone_ = nullptr;
    Interpolator interpolator_ = nullptr;
    std::uint64_t position_ = 0; // frames, 32.32 fixed point
    std::uint64_t increment_ = 0;
    GainRamp ramp_{};
    std::uint32_t ramp_left_ = 0; // frames until the ramp's end
    bool looping_ = false;
    bool ended_ = false; // nothing left of the sample
    bool sounded_ = false;

    Envelope envelope_;
    double rate_ = 0;
    double cents_ = 0; // of the pitch, without bend
    double bend_ = 0;  // cents
    Gains gains_;      // without the envelope
    Gains gains_target_;
    std::int64_t glide_left_ = 0; // frames until gains_ arrives at its target

public:
    // Who it belongs to; for its pool and player.
    std::uint64_t note = 0; ///< counts the notes of the sampler; the zones of one note have the same
    std::uint32_t program = 0;
    std::uint8_t channel = 0; ///< 0…15
    std::uint8_t key = 0;
    float velocity_gain = 0;
    bool held = false; ///< waits for its key or the pedal

    /// Begins to play `zone` at `key`.
    Voice(const Zone& zone, std::uint8_t midi_channel, std::uint8_t midi_key, double bend_cents, Gains gains,
          double rate) noexcept DECANT_REALTIME;
    Voice() noexcept = default;

    /// Adds the next frames to `left` and `right`.
    void render(float* left, float* right, std::uint32_t frames) noexcept DECANT_REALTIME;

    /// The key is released: a one-shot plays on.
    void release() noexcept DECANT_REALTIME;

    /// Ends in `seconds`, whatever it is.
    void fade_out(double seconds) noexcept DECANT_REALTIME;

    /// Another note of its off_by group has started.
    void choke() noexcept DECANT_REALTIME;

    void set_rate(double rate) noexcept DECANT_REALTIME;
    void set_bend(double cents) noexcept DECANT_REALTIME;

    /// Moves to other gains within a few milliseconds.
    void set_gains(Gains gains) noexcept DECANT_REALTIME;

    [[nodiscard]] const Zone& zone() const noexcept DECANT_REALTIME { return *zone_; }
    [[nodiscard]] bool finished() const noexcept DECANT_REALTIME { return ended_; }
    [[nodiscard]] bool releasing() const noexcept DECANT_REALTIME { return envelope_.releasing(); }

    /// Whether a frame of it has been rendered.
    [[nodiscard]] bool sounded() const noexcept DECANT_REALTIME { return sounded_; }

    /// How much it is heard, as a gain; what a note in its attack will reach.
    [[nodiscard]] float loudness() const noexcept DECANT_REALTIME;

private:
    void set_increment() noexcept DECANT_REALTIME;
    void next_ramp() noexcept DECANT_REALTIME;
    void glide(std::uint32_t frames) noexcept DECANT_REALTIME;
    void read(float* left, float* right, std::uint32_t frames) noexcept DECANT_REALTIME;
};

static_assert(std::is_trivially_copyable_v<Voice>);

} // namespace decant::sampler
