// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/sampler/parameter.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace decant::sampler
{

enum class Trigger {
    attack,      ///< note-on
    release,     ///< note-off, put off by the sustain pedal
    release_key, ///< note-off, whatever the pedal does
    first,       ///< note-on while no other key is down
    legato,      ///< note-on while another key is down
};

enum class LoopMode {
    no_loop,
    one_shot, ///< to the end of the sample, whatever the key does
    loop_continuous,
    loop_sustain, ///< until the note is released, then on to the end of the sample
};

enum class OffMode {
    fast,   ///< fades out in 6 ms
    normal, ///< as if the note were released
    time,   ///< fades out in off_time
};

/// The amplitude envelope; its shape is described in envelope.hpp.
struct EnvelopeTimes {
    float delay = 0;        ///< s
    float attack = 0;       ///< s
    float hold = 0;         ///< s
    float decay = 0;        ///< s
    float release = 0.001f; ///< s
    float start = 0;        ///< level before the attack, %
    float sustain = 100;    ///< level, %
    float attack_shape = 0; ///< 0 is a straight line; how much a stage bends, below 0 fast at first
    float decay_shape = -10.3616f;
    float release_shape = -10.3616f;
};

enum class FilterType : std::uint8_t {
    lpf_1p,
    hpf_1p,
    bpf_1p,
    brf_1p,
    apf_1p,
    lpf_2p,
    hpf_2p,
    bpf_2p,
    brf_2p,
    pkf_2p,
    lpf_4p,
    hpf_4p,
    lpf_6p,
    hpf_6p,
    low_shelf,
    high_shelf,
    peak, ///< as an equalizer's
    comb, ///< feeds back what is a period of its cutoff old
    pink, ///< falls by 3 dB an octave, whatever its cutoff is
};

struct FilterSettings {
    FilterType type = FilterType::lpf_2p;
    std::optional<float> cutoff; ///< Hz; none: no filter
    float resonance = 0;         ///< dB, gain at the cutoff; of shelves and peaks: 1/Q in -dB
    float gain = 0;              ///< dB, of shelves and peaks
    float keytrack = 0;          ///< cents per key
    int keycenter = 60;
    float veltrack = 0; ///< cents at the highest velocity
    float random = 0;   ///< cents, the most
};

enum class EqualizerType : std::uint8_t { peak, low_shelf, high_shelf };

/// Holds while the controller's value, from 0 to 127 with all its fractions, is in the range. The top belongs
/// to it up to the next whole number.
struct ControlRange {
    int control;
    float low = 0;
    float high = 127;

    static constexpr float rounding = 1e-3f; ///< that a top between two whole numbers has added to it

    [[nodiscard]] bool includes(float value) const noexcept { return value >= low && value < high + 1; }
};

/// Values from which and up to which something is heard: comes in from in_low to in_high and goes from
/// out_low to out_high.
struct Crossfade {
    int in_low = 0;
    int in_high = 0;
    int out_low = 127;
    int out_high = 127;
};

struct ControlCrossfade {
    int control;
    Crossfade fade{};
};

enum class FadeCurve : std::uint8_t {
    power, ///< of equal power: the square root
    gain,  ///< a straight line
};

/// Pairs of outputs that a sampler can have.
inline constexpr unsigned most_outputs = 16;

/// Keyswitches: which keys were pressed before.
struct KeyswitchConditions {
    int lokey = 0; ///< the keys that switch
    int hikey = 127;
    std::optional<int> last_low; ///< the last switch pressed is one of these
    std::optional<int> last_high;
    std::optional<int> initial;  ///< counts as pressed at the beginning
    std::optional<int> down;     ///< this key is down
    std::optional<int> up;       ///< this key is not
    std::optional<int> previous; ///< the note before this one
};

/// A point of amp_velcurve.
using VelocityPoint = std::pair<int, float>;

/// One region of an SFZ file as written there, with SFZ's names, units and defaults. Keys, velocities and
/// controller values are MIDI's; channels count from 1, positions in the sample in frames.
struct Region {
    // When it plays
    int lokey = 0;
    int hikey = 127;
    int lovel = 1;
    int hivel = 127;
    int lochan = 1;
    int hichan = 16;
    float lorand = 0; ///< of a random number in [0, 1) that is drawn for each note
    float hirand = 1;
    int seq_length = 1; ///< every seq_length-th note that fits, beginning with the seq_position-th
    int seq_position = 1;
    Trigger trigger = Trigger::attack;
    std::vector<ControlRange> controls;
    std::vector<ControlRange> start_controls; ///< plays when one of these comes into its range
    int lobend = -8192;
    int hibend = 8192;
    int lochanaft = 0;
    int hichanaft = 127;
    int lopolyaft = 0;
    int hipolyaft = 127;
    int loprog = 0;
    int hiprog = 127;
    KeyswitchConditions keyswitch;
    bool previous_velocity = false; ///< sw_vel: sounds with the velocity of the note before
    bool sustain = true;            ///< whether the pedals hold it
    bool sostenuto = true;
    bool rt_dead = true; ///< whether a release sample plays when nothing of its note sounds any more
    float delay = 0;     ///< s
    float delay_random = 0;
    float delay_beats_random = 0;
    float sync_beats = 0; ///< begins with the next multiple of these of the song; 0: at once
    float sync_offset = 0;
    float lobpm = 0; ///< the tempo; the top belongs to it only at 500
    float hibpm = 500;

    // Pitch
    int pitch_keycenter = 60;
    bool keycenter_from_sample = false; ///< pitch_keycenter=sample
    float pitch_keytrack = 100;         ///< cents per key
    int transpose = 0;                  ///< semitones
    float tune = 0;                     ///< cents
    float group_tune = 0;               ///< cents; the next two, too
    float master_tune = 0;
    float global_tune = 0;
    float bend_up = 200;      ///< cents
    float bend_down = -200;   ///< cents
    float bend_step_up = 1;   ///< cents
    float bend_step_down = 1; ///< cents
    float pitch_veltrack = 0; ///< cents at the highest velocity
    float pitch_random = 0;   ///< cents each way

    // Loudness
    float volume = 0; ///< dB; the next three are added to it
    float group_volume = 0;
    float master_volume = 0;
    float global_volume = 0;
    float amplitude = 100; ///< %; the next three are multiplied with it
    float group_amplitude = 100;
    float master_amplitude = 100;
    float global_amplitude = 100;
    float amp_veltrack = 100; ///< %
    std::vector<VelocityPoint> amp_velcurve;
    float amp_keytrack = 0; ///< dB per key
    int amp_keycenter = 60;
    float amp_random = 0; ///< dB, the most
    float rt_decay = 0;   ///< dB less per second that the note has sounded
    bool inverted = false;
    float pan = 0;          ///< -100 (left) … 100 (right)
    float pan_keytrack = 0; ///< % per key
    int pan_keycenter = 60;
    float pan_veltrack = 0; ///< % at the highest velocity
    float pan_random = 0;   ///< % each way
    float width = 100;      ///< %, of stereo samples: 0 is mono, -100 has the sides swapped
    bool balance = false;   ///< pan_law: both sides are full in the middle; else of equal power
    float position = 0;     ///< -100 (left) … 100 (right), of stereo samples
    Crossfade key_fade;
    Crossfade velocity_fade;
    std::vector<ControlCrossfade> control_fades;
    FadeCurve key_fade_curve = FadeCurve::power;
    FadeCurve velocity_fade_curve = FadeCurve::power;
    FadeCurve control_fade_curve = FadeCurve::power;
    EnvelopeTimes ampeg;
    bool ampeg_dynamic = false; ///< controllers change the stages to come
    FilterSettings filter;
    FilterSettings filter2;
    std::array<EqualizerType, 3> equalizer_types{};
    ParameterList parameters; ///< what controllers, LFOs and envelopes do
    unsigned output = 0;      ///< pair of outputs

    // Sample
    std::int64_t offset = 0;
    std::int64_t offset_random = 0;
    std::optional<std::int64_t> end;        ///< the last frame that plays; -1: the region does not play
    std::optional<LoopMode> loop_mode;      ///< else as the sample says
    std::optional<std::int64_t> loop_start; ///< else as the sample says
    std::optional<std::int64_t> loop_end;   ///< the last frame of the loop; else as the sample says
    float loop_crossfade = 0;               ///< s, before the loop's end
    std::optional<std::int64_t> loop_count; ///< times that the loop is repeated; else without end
    std::optional<std::int64_t> count;      ///< times that the whole sample plays, whatever the key does
    bool reverse = false;                   ///< from its end to its offset

    // Groups
    int group = 0;             ///< 0: none
    std::optional<int> off_by; ///< a group whose notes end this region's
    OffMode off_mode = OffMode::fast;
    float off_time = 0.006f; ///< s
    float off_shape = -10.3616f;
    std::optional<int> polyphony;      ///< voices of the group, or of the header that says so
    int polyphony_scope = 0;           ///< counts the headers that say so
    std::optional<int> note_polyphony; ///< voices of the group on one key
    bool note_selfmask = true;         ///< note_polyphony: softer notes leave louder ones alone
};

} // namespace decant::sampler
