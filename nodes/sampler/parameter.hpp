// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace decant::sampler
{

/// What controllers, LFOs and envelopes move while a voice sounds.
enum class Target : std::uint8_t {
    volume,    ///< dB
    amplitude, ///< %; its modulators are multiplied
    pan,       ///< %
    width,     ///< %
    position,  ///< %
    pitch,     ///< cents
    cutoff,    ///< cents
    cutoff2,
    resonance, ///< dB
    resonance2,
    filter_gain, ///< dB
    filter2_gain,
    eq1_frequency, ///< Hz; the three values of each band stand together
    eq1_bandwidth, ///< octaves
    eq1_gain,      ///< dB
    eq2_frequency,
    eq2_bandwidth,
    eq2_gain,
    eq3_frequency,
    eq3_bandwidth,
    eq3_gain,
};
inline constexpr std::size_t targets = 21;

/// What is settled when a note begins.
enum class NoteValue : std::uint8_t {
    delay,        ///< s
    offset,       ///< frames
    amp_veltrack, ///< %
    delay_beats,
    delay_samples, ///< frames of what is played
};
inline constexpr std::size_t note_values = 5;

/// The stages of the envelopes ampeg, fileg and pitcheg.
enum class Stage : std::uint8_t { start, delay, attack, hold, decay, sustain, release };
inline constexpr std::size_t stages = 7;

enum class LfoValue : std::uint8_t { frequency, delay, fade, phase, count, steps, beats };
inline constexpr std::size_t lfo_values = 7;

/// Of one of the waves that an LFO adds up.
enum class WaveValue : std::uint8_t { wave, offset, ratio, scale };

enum class EnvelopeValue : std::uint8_t { sustain, is_amplitude, loop, loop_count };

/// Of ARIA's variables: what controllers make of one, and whether they are multiplied.
enum class VariableValue : std::uint8_t { value, multiplied };

/// Names a number of a region's sound that may depend on controllers and velocity.
struct ParameterKey {
    enum class Of : std::uint8_t {
        voice,          ///< field: Target
        note,           ///< field: NoteValue
        lfo,            ///< number: of the LFO; field: LfoValue
        lfo_wave,       ///< field: 4 · wave from 0 + WaveValue
        lfo_step,       ///< field: step from 0
        lfo_depth,      ///< field: Target
        lfo_rate,       ///< field: number of the LFO whose frequency it moves
        envelope_rate,  ///< of an envelope, the same
        envelope_scale, ///< field: number of the LFO whose depth it scales
        envelope,       ///< number: of the envelope; field: EnvelopeValue
        point_time,     ///< field: point
        point_level,    ///< field: point
        point_shape,    ///< field: point
        envelope_depth, ///< field: Target
        stage,          ///< number: StagedEnvelope; field: Stage
        stage_shape,    ///< number: StagedEnvelope; field: Stage
        variable,       ///< number: of the variable; field: VariableValue
        variable_depth, ///< field: Target
    };

    Of of;
    std::uint8_t number = 0;
    std::uint8_t field = 0;

    friend auto operator<=>(const ParameterKey&, const ParameterKey&) = default;
};

// Numbers of the LFOs and envelopes that SFZ 1 has names for.
inline constexpr std::uint8_t amplitude_lfo = 253;
inline constexpr std::uint8_t pitch_lfo = 254;
inline constexpr std::uint8_t filter_lfo = 255;

/// Also the numbers of ParameterKey::Of::envelope_depth, behind those of egN.
enum class StagedEnvelope : std::uint8_t { amplitude = 253, filter, pitch };

/// `depth` at the controller's full value, through a curve.
struct ControlUse {
    std::uint16_t control = 0;
    float depth = 0;
    std::uint8_t curve = 0;
    float smooth = 0; ///< ms
    float step = 0;   ///< in the parameter's unit; 0: none

    friend bool operator==(const ControlUse&, const ControlUse&) = default;
};

/// A number as the file writes it.
struct Parameter {
    ParameterKey key;
    std::optional<float> base;
    float velocity = 0; ///< added at the highest velocity
    std::vector<ControlUse> controls;

    friend bool operator==(const Parameter&, const Parameter&) = default;
};

/// The parameters that a region sets, in the order of their keys. Copies share their content until one of
/// them is changed: most regions of a library have nothing but their group's.
class ParameterList
{
    std::shared_ptr<const std::vector<Parameter>> shared_;

public:
    /// The parameter to write to, made if it is not there. [main]
    Parameter& operator[](ParameterKey key);

    [[nodiscard]] const std::vector<Parameter>& all() const;

    /// The same for lists that share their content; null if it is empty.
    [[nodiscard]] const void* identity() const noexcept { return shared_.get(); }
};

} // namespace decant::sampler
