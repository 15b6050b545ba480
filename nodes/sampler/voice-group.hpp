// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"
#include "nodes/sampler/envelope.hpp"
#include "nodes/sampler/filter-bank.hpp"
#include "nodes/sampler/instrument.hpp"
#include "nodes/sampler/kernels.hpp"
#include "nodes/sampler/queued-event.hpp"
#include "nodes/sampler/sinc-bank.hpp"
#include "nodes/sampler/streaming/stream-position.hpp"
#include "nodes/sampler/voice-modulation.hpp"
#include "nodes/sampler/waves.hpp"

#include <cstdint>

namespace decant::sampler
{

/// How many frames a gain takes to another value. [rt]
[[nodiscard]] std::int32_t glide_frames(double rate) noexcept DECANT_REALTIME;

/// Where voices are added to: pairs of channels, from a frame on.
struct OutputPairs {
    float* const* channels = nullptr; ///< left and right of each pair in turn
    unsigned pairs = 0;
    std::uint32_t start = 0; ///< frames into the channels

    /// The first pair takes what belongs to one that is not there. [rt]
    [[nodiscard]] float* left(unsigned pair) const noexcept DECANT_REALTIME
    {
        return channels[pair < pairs ? 2 * pair : 0] + start;
    }
    [[nodiscard]] float* right(unsigned pair) const noexcept DECANT_REALTIME
    {
        return channels[pair < pairs ? 2 * pair + 1 : 1] + start;
    }
    [[nodiscard]] OutputPairs from(std::uint32_t frames) const noexcept DECANT_REALTIME
    {
        return {.channels = channels, .pairs = pairs, .start = start + frames};
    }
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
    double tempo = 120;                     ///< beats per minute
    float tuning = 0;                       ///< cents, of everything
    std::uint32_t to_grid = control_frames; ///< frames until gains and filters are calculated again

    // Frames on their way through the filters
    LaneFrames left{};
    LaneFrames right{};
};

/// How loud a voice is and where, apart from what its articulation adds.
struct VoiceLevel {
    float gain = 1; ///< linear
    float pan = 0;  ///< -1 (left) … 1 (right)
};

/// What a voice is made of, and who it belongs to.
struct VoiceStart {
    const Zone* zone = nullptr;
    std::uint64_t note = 0; ///< counts the notes of the sampler; the zones of one note have the same
    std::uint32_t name = 0; ///< that the sender gave to the note; 0: none
    std::uint32_t program = 0;
    std::uint8_t channel = 0; ///< 0…15
    std::uint8_t key = 0;
    double key_cents = 0;                ///< its pitch, above key 0
    float velocity = 127;                ///< 0 … 127
    bool held = false;                   ///< waits for its key or the pedal
    float note_gain = 1;                 ///< of velocity, key and chance; linear
    float note_pan = 0;                  ///< -1 … 1
    float cents = 0;                     ///< of velocity and chance
    std::array<float, 2> cutoff_cents{}; ///< of chance
    FilterBank::Combs combs{};           ///< of its program; who removes the voice gives them back
    std::int64_t offset = 0;             ///< frames
    NoteExpression expression{};
    std::uint32_t seed = 1;
    ModulationSources sources{};
};

/// What is seldom looked at of a voice.
struct Voice : VoiceStart {
    Envelope envelope;
    EnvelopeTimes times;
    VoiceLevel level;              ///< with all that its channel does
    VoiceLevel wanted;             ///< that a moving voice is on its way to
    std::uint32_t to_tick = 0;     ///< frames until the next point of the grid, when it began
    std::int32_t stage_loaded = 0; ///< frames of the stage when it went to the lanes
    std::int64_t origin = 0;       ///< frame of the sample, or behind its loop, at the cursor's position 0
    double pitch = 0;              ///< cents, without bend
    double bend = 0;               ///< cents, of the channel
    float added_pitch = 0;         ///< cents, by its articulation
    float width = 1;               ///< of the sides, now
    float width_step = 0;          ///< per frame
    float wanted_width = 1;
    bool looping = false;
    std::int64_t repeats = Zone::endless; ///< of its loop that are left
    bool sounded = false;                 ///< a frame of it has been rendered
    StreamPosition stream;
};

/// Voices side by side, one in each lane: what is calculated at control rate is calculated for all of them
/// at once. All of it is [rt].
class VoiceGroup
{
    std::array<Cursor, lanes> cursors_;
    Gains gains_;
    FilterBank filters_;
    std::array<Voice, lanes> voices_;
    std::array<VoiceModulation, lanes> modulations_;
    std::array<std::uint16_t, lanes> outputs_{}; // pairs

    LaneMask active_ = 0;
    LaneMask ended_ = 0;     // active, but nothing more will come
    LaneMask dying_ = 0;     // faded out by force
    LaneMask releasing_ = 0; // the envelope is
    LaneMask rising_ = 0;
    LaneMask filtered_ = 0;
    LaneMask widened_ = 0; // their sides are mixed
    LaneMask stereo_ = 0;
    LaneMask unplanned_ = 0; // have no ramp to the next point of the grid yet
    LaneMask in_pieces_ = 0; // have several
    LaneMask moving_ = 0;    // have LFOs or envelopes
    LaneMask followed_ = 0;  // a controller has moved since the last point of the grid
    LaneMask starving_ = 0;  // what they read next is not there
    StreamClock* streams_ = nullptr;

public:
    [[nodiscard]] LaneMask active() const noexcept DECANT_REALTIME { return active_; }
    [[nodiscard]] LaneMask ended() const noexcept DECANT_REALTIME { return ended_; }
    [[nodiscard]] LaneMask dying() const noexcept DECANT_REALTIME { return dying_; }
    [[nodiscard]] const Voice& voice(unsigned lane) const noexcept DECANT_REALTIME { return voices_[lane]; }

    /// Begins to play in a lane that is not active. False if there is nothing to play.
    bool start(unsigned lane, const VoiceStart& start, double bend_cents, VoiceLevel level,
               const RenderSettings& settings) noexcept DECANT_REALTIME;

    /// Frees the lane.
    void remove(unsigned lane) noexcept DECANT_REALTIME;

    /// Adds the next frames of the active lanes in `which` to their outputs. Leaves the grid in `settings`
    /// where it is, for other groups.
    void render(const OutputPairs& outputs, std::uint32_t frames, LaneMask which,
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

    /// The note has other controllers of its own. Takes effect with the next set_level(), and as follow()
    /// does.
    void set_own_controls(unsigned lane, const OwnControls& controls) noexcept DECANT_REALTIME;

    /// Takes effect with the next set_bend() and set_level().
    void express(unsigned lane, const NoteExpression& expression) noexcept DECANT_REALTIME
    {
        voices_[lane].expression = expression;
    }

    void set_bend(unsigned lane, double cents, const RenderSettings& settings) noexcept DECANT_REALTIME;

    /// Moves to another level within a few milliseconds, from the next point of the grid on.
    void set_level(unsigned lane, VoiceLevel level, const RenderSettings& settings) noexcept DECANT_REALTIME;

    /// A controller that its articulation follows has another value.
    void follow(unsigned lane) noexcept DECANT_REALTIME;

    /// A controller that belongs to the voice has another value, 0 … 1; `control` as in NoteControls.
    void set_note_control(unsigned lane, unsigned control, float value) noexcept DECANT_REALTIME;

    /// Orders voices by how much they are missed when they end: of those being released the quietest is the
    /// lowest, then of all others the quietest; of equals the oldest. A note in its attack counts as loud as
    /// it will be.
    [[nodiscard]] std::uint64_t rank(unsigned lane) const noexcept DECANT_REALTIME;

private:
    void load_envelope(unsigned lane) noexcept DECANT_REALTIME;
    void take_envelope(unsigned lane) noexcept DECANT_REALTIME;
    void set_times(unsigned lane) noexcept DECANT_REALTIME;
    void fade(unsigned lane, double seconds, float shape) noexcept DECANT_REALTIME;
    void set_increment(unsigned lane, const RenderSettings& settings) noexcept DECANT_REALTIME;
    void set_gain(unsigned lane, StereoGain gain, std::int32_t frames) noexcept DECANT_REALTIME;
    void place(unsigned lane, std::uint64_t position) noexcept DECANT_REALTIME;
    [[nodiscard]] std::uint64_t position(unsigned lane) const noexcept DECANT_REALTIME;
    [[nodiscard]] bool next_stretch(unsigned lane) noexcept DECANT_REALTIME;
    [[nodiscard]] std::int64_t before_gap(unsigned lane, std::int64_t frame, std::int64_t end,
                                          std::int64_t next, std::int64_t limit) noexcept DECANT_REALTIME;
    void leave_loop(unsigned lane) noexcept DECANT_REALTIME;
    void ask_ahead(unsigned lane, std::int64_t frame, std::int64_t from,
                   std::int64_t limit) noexcept DECANT_REALTIME;

    [[nodiscard]] StereoGain gain_of(unsigned lane,
                                     const Modulation& modulation) const noexcept DECANT_REALTIME;
    [[nodiscard]] float width_of(unsigned lane, const Modulation& modulation) const noexcept DECANT_REALTIME;
    void apply(unsigned lane, const Modulation& modulation, std::int32_t glide_frames,
               const RenderSettings& settings) noexcept DECANT_REALTIME;
    void tick(unsigned lane, const RenderSettings& settings) noexcept DECANT_REALTIME;

    template <class Read>
    std::uint32_t advance_cursor(unsigned lane, std::uint32_t frames, Read&& read) noexcept DECANT_REALTIME;
    void plan(LaneMask which, std::uint32_t to_grid, const RenderSettings& settings) noexcept DECANT_REALTIME;
    void read_frames(LaneMask which, std::uint32_t frames, RenderSettings& settings) noexcept DECANT_REALTIME;
    void widen(LaneMask which, std::uint32_t frames, RenderSettings& settings) noexcept DECANT_REALTIME;
    void render_segment(const OutputPairs& outputs, std::uint32_t frames, std::uint32_t to_grid,
                        LaneMask which, RenderSettings& settings) noexcept DECANT_REALTIME;
    void mix(unsigned lane, std::uint32_t first, std::uint32_t frames, const OutputPairs& outputs,
             const RenderSettings& settings) noexcept DECANT_REALTIME;
    void mix_in_pieces(unsigned lane, std::uint32_t frames, std::uint32_t to_grid, const OutputPairs& outputs,
                       const RenderSettings& settings) noexcept DECANT_REALTIME;
    [[nodiscard]] double heard_level(unsigned lane) const noexcept DECANT_REALTIME;
    void glide(unsigned lane, std::uint32_t frames) noexcept DECANT_REALTIME;
};

} // namespace decant::sampler
