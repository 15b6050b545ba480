// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"
#include "nodes/sampler/envelope.hpp"
#include "nodes/sampler/instrument.hpp"
#include "nodes/sampler/kernels.hpp"
#include "nodes/sampler/queued-event.hpp"
#include "nodes/sampler/sinc-bank.hpp"
#include "nodes/sampler/streaming/stream-position.hpp"

#include <cstdint>

namespace decant::sampler
{

struct StereoGain {
    float left = 0;
    float right = 0;
};

/// How long off_mode=fast and the all-sound-off message take.
inline constexpr double fast_off_seconds = 0.006;

/// How long a voice fades whose sample is not read in time.
inline constexpr double starved_seconds = 0.005;

/// What all voices of a sampler have in common.
struct RenderSettings {
    const KernelSet* kernels = nullptr;
    const SincBank* bank = nullptr; ///< of the quality, if it is one of sinc
    Quality quality = Quality::four_point;
    StreamClock* streams = nullptr;
    double rate = 48'000;                   ///< Hz
    std::uint32_t to_grid = control_frames; ///< frames until gains and filters are calculated again

    // Frames on their way through the filters
    LaneFrames left{};
    LaneFrames right{};
};

/// What a voice is made of, and who it belongs to.
struct VoiceStart {
    const Zone* zone = nullptr;
    std::uint64_t note = 0; ///< counts the notes of the sampler; the zones of one note have the same
    std::uint32_t name = 0; ///< that the sender gave to the note; 0: none
    std::uint32_t program = 0;
    std::uint8_t channel = 0; ///< 0…15
    std::uint8_t key = 0;
    std::uint8_t velocity = 127;
    float velocity_gain = 1;
    bool held = false; ///< waits for its key or the pedal
};

/// What is seldom looked at of a voice.
struct Voice : VoiceStart {
    Envelope envelope;
    std::int32_t stage_loaded = 0; ///< frames of the stage when it went to the lanes
    std::int64_t origin = 0;       ///< frame of the sample, or behind its loop, at the cursor's position 0
    double cents = 0;              ///< of the pitch, without bend
    double bend = 0;               ///< cents, of the channel
    NoteExpression expression;
    bool looping = false;
    bool sounded = false; ///< a frame of it has been rendered
    StreamPosition stream;
};

/// Voices side by side, one in each lane: what is calculated at control rate is calculated for all of them
/// at once. All of it is [rt].
///
/// Modulators of pitch and filter write the lanes of `pitch` and `cutoff` before render() and set the lanes'
/// bits in `pitch_moved` and `filter_moved`; the amplitude has its envelope and gain in Gains.
class VoiceGroup
{
    std::array<Cursor, lanes> cursors_;
    Gains gains_;
    Filters filters_;
    std::array<Voice, lanes> voices_;

    LaneMask active_ = 0;
    LaneMask ended_ = 0;     // active, but nothing more will come
    LaneMask dying_ = 0;     // faded out by force
    LaneMask releasing_ = 0; // the envelope is
    LaneMask rising_ = 0;
    LaneMask filtered_ = 0;
    LaneMask stereo_ = 0;
    LaneMask unplanned_ = 0; // have no ramp to the next point of the grid yet
    LaneMask in_pieces_ = 0; // have several
    LaneMask tuned_ = 0;     // their filters move until the next point of the grid
    LaneMask starving_ = 0;  // what they read next is not there
    StreamClock* streams_ = nullptr;

public:
    Lanes<float> pitch{};       ///< cents that modulators add
    Lanes<float> cutoff_base{}; ///< cents above 1 Hz
    Lanes<float> cutoff{};      ///< cents that modulators add
    LaneMask pitch_moved = 0;
    LaneMask filter_moved = 0;

    [[nodiscard]] LaneMask active() const noexcept DECANT_REALTIME { return active_; }
    [[nodiscard]] LaneMask ended() const noexcept DECANT_REALTIME { return ended_; }
    [[nodiscard]] LaneMask dying() const noexcept DECANT_REALTIME { return dying_; }
    [[nodiscard]] const Voice& voice(unsigned lane) const noexcept DECANT_REALTIME { return voices_[lane]; }

    /// Begins to play in a lane that is not active. False if there is nothing to play.
    bool start(unsigned lane, const VoiceStart& start, double bend_cents, StereoGain gain,
               const RenderSettings& settings) noexcept DECANT_REALTIME;

    /// Frees the lane.
    void remove(unsigned lane) noexcept DECANT_REALTIME;

    /// Adds the next frames of the active lanes in `which` to `left` and `right`. Leaves the grid in
    /// `settings` where it is, for other groups.
    void render(float* left, float* right, std::uint32_t frames, LaneMask which,
                RenderSettings& settings) noexcept DECANT_REALTIME;

    /// Fetches what render() is about to read.
    void prefetch() const noexcept DECANT_REALTIME;

    /// The key is released: a one-shot plays on.
    void release(unsigned lane) noexcept DECANT_REALTIME;

    /// Ends in `seconds`, whatever it is.
    void fade_out(unsigned lane, double seconds) noexcept DECANT_REALTIME;

    /// Another note of its off_by group has started.
    void choke(unsigned lane) noexcept DECANT_REALTIME;

    /// The settings have another rate, or another quality.
    void adapt(unsigned lane, const RenderSettings& settings, double previous_rate) noexcept DECANT_REALTIME;

    /// Takes effect with the next set_bend() and set_gain().
    void express(unsigned lane, const NoteExpression& expression) noexcept DECANT_REALTIME
    {
        voices_[lane].expression = expression;
    }

    void set_bend(unsigned lane, double cents, const RenderSettings& settings) noexcept DECANT_REALTIME;

    /// Moves to another gain within a few milliseconds, from the next point of the grid on.
    void set_gain(unsigned lane, StereoGain gain, double rate) noexcept DECANT_REALTIME;

    /// Orders voices by how much they are missed when they end: of those being released the quietest is the
    /// lowest, then of all others the quietest; of equals the oldest. A note in its attack counts as loud as
    /// it will be.
    [[nodiscard]] std::uint64_t rank(unsigned lane) const noexcept DECANT_REALTIME;

private:
    void load_envelope(unsigned lane) noexcept DECANT_REALTIME;
    void take_envelope(unsigned lane) noexcept DECANT_REALTIME;
    void set_increment(unsigned lane, const RenderSettings& settings) noexcept DECANT_REALTIME;
    void set_filter(unsigned lane, const RenderSettings& settings) noexcept DECANT_REALTIME;
    void place(unsigned lane, std::uint64_t position) noexcept DECANT_REALTIME;
    [[nodiscard]] std::uint64_t position(unsigned lane) const noexcept DECANT_REALTIME;
    [[nodiscard]] bool next_stretch(unsigned lane) noexcept DECANT_REALTIME;
    [[nodiscard]] std::int64_t before_gap(unsigned lane, std::int64_t frame, std::int64_t end,
                                          std::int64_t limit) noexcept DECANT_REALTIME;
    void ask_ahead(unsigned lane, std::int64_t frame, std::int64_t from,
                   std::int64_t limit) noexcept DECANT_REALTIME;

    template <class Read>
    std::uint32_t advance_cursor(unsigned lane, std::uint32_t frames, Read&& read) noexcept DECANT_REALTIME;
    void modulate(LaneMask which, const RenderSettings& settings) noexcept DECANT_REALTIME;
    void plan(LaneMask which, std::uint32_t to_grid, const RenderSettings& settings) noexcept DECANT_REALTIME;
    void filter(LaneMask which, std::uint32_t frames, RenderSettings& settings) noexcept DECANT_REALTIME;
    void render_segment(float* left, float* right, std::uint32_t frames, std::uint32_t to_grid,
                        LaneMask which, RenderSettings& settings) noexcept DECANT_REALTIME;
    void mix(unsigned lane, std::uint32_t first, std::uint32_t frames, float* left, float* right,
             const RenderSettings& settings) noexcept DECANT_REALTIME;
    void mix_in_pieces(unsigned lane, std::uint32_t frames, std::uint32_t to_grid, float* left, float* right,
                       const RenderSettings& settings) noexcept DECANT_REALTIME;
    [[nodiscard]] double heard_level(unsigned lane) const noexcept DECANT_REALTIME;
    void glide(unsigned lane, std::uint32_t frames) noexcept DECANT_REALTIME;
};

} // namespace decant::sampler
