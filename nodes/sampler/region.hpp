// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
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
};

enum class FilterType { lpf_1p, hpf_1p, lpf_2p, hpf_2p, bpf_2p, brf_2p };

struct FilterSettings {
    FilterType type = FilterType::lpf_2p;
    std::optional<float> cutoff; ///< Hz; none: no filter
    float resonance = 0;         ///< dB, gain at the cutoff of the two-pole types
    float keytrack = 0;          ///< cents per key
    int keycenter = 60;
    float veltrack = 0; ///< cents at the highest velocity
};

/// Plays only while the controller's value is in the range.
struct ControlRange {
    int control;
    int low = 0;
    int high = 127;
};

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

    // Pitch
    int pitch_keycenter = 60;
    bool keycenter_from_sample = false; ///< pitch_keycenter=sample
    float pitch_keytrack = 100;         ///< cents per key
    int transpose = 0;                  ///< semitones
    float tune = 0;                     ///< cents
    float bend_up = 200;                ///< cents
    float bend_down = -200;             ///< cents

    // Loudness
    float volume = 0; ///< dB; the next three are added to it
    float group_volume = 0;
    float master_volume = 0;
    float global_volume = 0;
    float amplitude = 100;    ///< %
    float amp_veltrack = 100; ///< %
    float pan = 0;            ///< -100 (left) … 100 (right)
    EnvelopeTimes ampeg;
    FilterSettings filter;

    // Sample
    std::int64_t offset = 0;
    std::optional<std::int64_t> end;        ///< the last frame that plays; -1: the region does not play
    std::optional<LoopMode> loop_mode;      ///< else as the sample says
    std::optional<std::int64_t> loop_start; ///< else as the sample says
    std::optional<std::int64_t> loop_end;   ///< the last frame of the loop; else as the sample says

    // Groups
    int group = 0;             ///< 0: none
    std::optional<int> off_by; ///< a group whose notes end this region's
    OffMode off_mode = OffMode::fast;
    float off_time = 0.006f; ///< s
};

} // namespace decant::sampler
