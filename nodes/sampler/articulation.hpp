// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/sampler/curve.hpp"
#include "nodes/sampler/parameter.hpp"

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace decant::sampler
{

// Controllers that are no MIDI controllers. Those from note_on_velocity on belong to a voice.
namespace controller
{
inline constexpr unsigned pitch_bend = 128;
inline constexpr unsigned channel_aftertouch = 129;
inline constexpr unsigned key_aftertouch = 130;
inline constexpr unsigned note_on_velocity = 131;
inline constexpr unsigned note_off_velocity = 132;
inline constexpr unsigned key_number = 133;
inline constexpr unsigned key_gate = 134;
inline constexpr unsigned random = 135; ///< 0 … 1
inline constexpr unsigned bipolar_random = 136;
inline constexpr unsigned alternate = 137;
inline constexpr unsigned key_delta = 140; ///< keys from the note before, of 127
inline constexpr unsigned absolute_key_delta = 141;
inline constexpr unsigned all = 512;
} // namespace controller

/// Values of the controllers from key_aftertouch to absolute_key_delta, of one voice.
using NoteControls = std::array<float, controller::absolute_key_delta - controller::key_aftertouch + 1>;

/// A controller as parameters see it: through a curve, in steps, with its jumps smoothed.
struct ControlSignal {
    std::uint16_t control = 0;
    std::uint8_t curve = 0; ///< index of the instrument's
    float smooth = 0;       ///< s, to a third of the way
    float step = 0;         ///< of 1; 0: none

    [[nodiscard]] bool of_voice() const noexcept
    {
        return control >= controller::key_aftertouch && control <= controller::absolute_key_delta;
    }

    friend auto operator<=>(const ControlSignal&, const ControlSignal&) = default;
};

/// `depth` times a signal.
struct ControlTerm {
    std::uint16_t signal;
    float depth;
};

/// A number with all that it depends on.
struct Depth {
    float base = 0;
    float velocity = 0;      ///< at the highest
    std::uint32_t first = 0; ///< of the articulation's terms
    std::uint32_t terms = 0;
};

struct LfoWave {
    std::uint8_t wave = 1;
    float offset = 0;
    float ratio = 1;
    float scale = 1;
};

struct LfoSettings {
    std::uint8_t number;     ///< in the file
    Depth frequency;         ///< Hz
    Depth beats;             ///< of a period, in place of the frequency if there are any
    Depth delay;             ///< s
    Depth fade;              ///< s
    Depth phase;             ///< of 1
    std::uint32_t count = 0; ///< periods; 0: without end
    std::vector<LfoWave> waves;
    std::vector<float> steps; ///< instead of the waves, if there are any
};

/// How a segment of an envelope bends: the part of the way at 0/64, 1/64 … 64/64 of its time.
using SegmentShape = std::array<float, 65>;

struct EnvelopeSegment {
    Depth time;                                ///< s
    Depth level;                               ///< of 1, at its end
    std::shared_ptr<const SegmentShape> shape; ///< null: a straight line
};

/// An envelope through any number of points.
struct EnvelopeSettings {
    std::uint8_t number; ///< in the file
    Depth start;         ///< level
    std::vector<EnvelopeSegment> segments;
    std::size_t sustained = 0; ///< waits before this segment for the note's end; none of that number: never
    bool is_amplitude = false; ///< the voice ends with it
    std::optional<std::size_t>
        loop{};              ///< while it waits it goes through its segments again, from this one on
    std::uint32_t loops = 0; ///< times; 0: until the note ends
};

/// What several controllers make together.
struct VariableSettings {
    std::uint8_t number;     ///< in the file
    bool multiplied = false; ///< else they are added
    Depth value;
};

enum class Modulator : std::uint8_t { lfo, envelope, variable };

/// What an LFO, an envelope or a variable does to a voice.
struct Connection {
    Modulator from;
    std::uint8_t source; ///< index of the articulation's LFOs, envelopes or variables
    Target target;
    Depth depth;
};

/// What an LFO or an envelope does to an LFO.
struct LfoInfluence {
    Modulator from;
    std::uint8_t source; ///< as of Connection
    std::uint8_t lfo;
    bool scales; ///< all that the LFO does, by a depth in %; else it adds to the frequency, in Hz
    Depth depth;
};

struct TargetDepth {
    Target target;
    Depth depth;
};

/// All of a region's sound that depends on controllers, or moves. Regions share equal ones.
struct Articulation {
    static constexpr std::size_t most_lfos = 16;
    static constexpr std::size_t most_envelopes = 8;
    static constexpr std::size_t most_variables = 32;

    std::vector<ControlTerm> terms;
    std::vector<TargetDepth> targets; ///< those that controllers move
    std::vector<LfoSettings> lfos;
    std::vector<LfoInfluence> influences;
    std::vector<EnvelopeSettings> envelopes;
    std::vector<VariableSettings> variables;
    std::vector<Connection> connections;
    std::array<std::optional<Depth>, note_values> note;               ///< added to the region's own
    std::array<std::optional<Depth>, stages> ampeg;                   ///< added to the region's own
    std::array<float, 9> equalizers{50, 1, 0, 500, 1, 0, 5000, 1, 0}; ///< frequency, bandwidth, gain of each
    std::array<float, 9> equalizers_by_velocity{};
    std::array<bool, 3> equalized{};
    bool cutoff_moves = false; ///< of either filter, or an equalizer
    bool width_moves = false;
    bool amplitude_envelope = false;

    std::bitset<controller::all> follows; ///< controllers that change it while it sounds
    std::bitset<controller::all>
        replaces; ///< of volume, pan and expression, those that the file itself uses so

    [[nodiscard]] bool moves() const noexcept { return !lfos.empty() || !envelopes.empty(); }
};

/// The signals that an instrument's articulations ask for.
class SignalSet
{
    std::vector<ControlSignal> signals_;
    std::map<ControlSignal, std::uint16_t> known_;

public:
    static constexpr std::size_t most = 4096; // each has a value for each channel

    /// Its index. Null if there are too many others.
    [[nodiscard]] std::optional<std::uint16_t> add(const ControlSignal& signal);

    [[nodiscard]] const std::vector<ControlSignal>& all() const noexcept { return signals_; }
};

/// What the articulation that is built leaves out, with what to write instead.
using ArticulationProblem = std::vector<std::string>;

/// Works out a region's parameters; null if they are none. [main]
[[nodiscard]] std::shared_ptr<const Articulation> build_articulation(const std::vector<Parameter>& parameters,
                                                                     SignalSet& signals,
                                                                     const CurveSet& curves,
                                                                     ArticulationProblem& problems);

} // namespace decant::sampler
