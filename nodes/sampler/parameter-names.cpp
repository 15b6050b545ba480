// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/parameter-names.hpp"

#include <array>
#include <charconv>
#include <string>
#include <utility>

namespace decant::sampler
{
namespace
{

using Of = ParameterKey::Of;
using Part = ParameterName::Part;

template <class T>
using Named = std::pair<std::string_view, T>;

template <class T, std::size_t n>
std::optional<T> find(const std::array<Named<T>, n>& names, std::string_view name)
{
    for (const auto& [known, value] : names)
        if (known == name)
            return value;
    return std::nullopt;
}

constexpr std::array target_names{
    Named<Target>("volume", Target::volume),        Named<Target>("gain", Target::volume),
    Named<Target>("amplitude", Target::amplitude),  Named<Target>("pan", Target::pan),
    Named<Target>("width", Target::width),          Named<Target>("position", Target::position),
    Named<Target>("pitch", Target::pitch),          Named<Target>("tune", Target::pitch),
    Named<Target>("cutoff", Target::cutoff),        Named<Target>("cutoff2", Target::cutoff2),
    Named<Target>("resonance", Target::resonance),  Named<Target>("resonance2", Target::resonance2),
    Named<Target>("fil_gain", Target::filter_gain), Named<Target>("fil2_gain", Target::filter2_gain),
};

constexpr std::array note_names{
    Named<NoteValue>("delay", NoteValue::delay),
    Named<NoteValue>("offset", NoteValue::offset),
    Named<NoteValue>("amp_veltrack", NoteValue::amp_veltrack),
    Named<NoteValue>("delay_beats", NoteValue::delay_beats),
    Named<NoteValue>("delay_samples", NoteValue::delay_samples),
};

constexpr std::array lfo_names{
    Named<LfoValue>("freq", LfoValue::frequency), Named<LfoValue>("delay", LfoValue::delay),
    Named<LfoValue>("fade", LfoValue::fade),      Named<LfoValue>("phase", LfoValue::phase),
    Named<LfoValue>("count", LfoValue::count),    Named<LfoValue>("steps", LfoValue::steps),
    Named<LfoValue>("beats", LfoValue::beats),
};

constexpr std::array wave_names{
    Named<WaveValue>("wave", WaveValue::wave),
    Named<WaveValue>("offset", WaveValue::offset),
    Named<WaveValue>("ratio", WaveValue::ratio),
    Named<WaveValue>("scale", WaveValue::scale),
};

constexpr std::array envelope_names{
    Named<EnvelopeValue>("sustain", EnvelopeValue::sustain),
    Named<EnvelopeValue>("ampeg", EnvelopeValue::is_amplitude),
    Named<EnvelopeValue>("loop", EnvelopeValue::loop),
    Named<EnvelopeValue>("loop_count", EnvelopeValue::loop_count),
};

constexpr std::array point_names{
    Named<Of>("time", Of::point_time),
    Named<Of>("level", Of::point_level),
    Named<Of>("shape", Of::point_shape),
};

// Of an envelope, with the number of an LFO behind.
constexpr std::array influence_names{
    Named<Of>("freq_lfo", Of::envelope_rate),
    Named<Of>("depth_lfo", Of::envelope_scale),
};

constexpr std::array stage_names{
    Named<Stage>("start", Stage::start),     Named<Stage>("delay", Stage::delay),
    Named<Stage>("attack", Stage::attack),   Named<Stage>("hold", Stage::hold),
    Named<Stage>("decay", Stage::decay),     Named<Stage>("sustain", Stage::sustain),
    Named<Stage>("release", Stage::release),
};

constexpr std::array shaped_stage_names{
    Named<Stage>("attack_shape", Stage::attack),
    Named<Stage>("decay_shape", Stage::decay),
    Named<Stage>("release_shape", Stage::release),
};

constexpr std::array staged_names{
    Named<StagedEnvelope>("ampeg_", StagedEnvelope::amplitude),
    Named<StagedEnvelope>("amp_", StagedEnvelope::amplitude),
    Named<StagedEnvelope>("fileg_", StagedEnvelope::filter),
    Named<StagedEnvelope>("fil_", StagedEnvelope::filter),
    Named<StagedEnvelope>("pitcheg_", StagedEnvelope::pitch),
    Named<StagedEnvelope>("pitch_", StagedEnvelope::pitch),
};

struct FixedLfo {
    std::uint8_t number;
    Target target;
};
constexpr std::array fixed_lfo_names{
    Named<FixedLfo>("amplfo_", FixedLfo{amplitude_lfo, Target::volume}),
    Named<FixedLfo>("pitchlfo_", FixedLfo{pitch_lfo, Target::pitch}),
    Named<FixedLfo>("fillfo_", FixedLfo{filter_lfo, Target::cutoff}),
};

template <class T>
std::uint8_t number_of(T value)
{
    return static_cast<std::uint8_t>(value);
}

// Takes a number from the start of a text; null if there is none, or one that is greater than `most`.
std::optional<unsigned> take_number(std::string_view& text, unsigned most)
{
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number > most)
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

// A word and the number behind it, such as time3.
template <class T, std::size_t n>
std::optional<std::pair<T, unsigned>> find_numbered(const std::array<Named<T>, n>& names,
                                                    std::string_view text, unsigned most)
{
    for (const auto& [known, value] : names) {
        if (!text.starts_with(known))
            continue;
        std::string_view rest = text.substr(known.size());
        const auto number = take_number(rest, most);
        if (number && rest.empty())
            return std::pair(value, *number);
    }
    return std::nullopt;
}

// eq1_freq, or eq1freq as LFOs and envelopes have it.
std::optional<Target> equalizer_target(std::string_view name, bool with_line)
{
    constexpr std::array values{Named<unsigned>("freq", 0U), Named<unsigned>("bw", 1U),
                                Named<unsigned>("gain", 2U)};
    if (!name.starts_with("eq"))
        return std::nullopt;
    name.remove_prefix(2);
    const auto band = take_number(name, 3);
    if (!band || *band == 0 || name.starts_with('_') != with_line)
        return std::nullopt;
    name.remove_prefix(with_line ? 1 : 0);
    if (const auto value = find(values, name))
        return static_cast<Target>(number_of(Target::eq1_frequency) + 3 * (*band - 1) + *value);
    return std::nullopt;
}

std::optional<Target> modulator_target(std::string_view name)
{
    if (const auto target = find(target_names, name))
        return target;
    return equalizer_target(name, false);
}

std::optional<ParameterKey> lfo_key(std::string_view name)
{
    const auto lfo = take_number(name, most_modulators);
    if (!lfo || !name.starts_with('_'))
        return std::nullopt;
    name.remove_prefix(1);
    const auto number = static_cast<std::uint8_t>(*lfo);
    const auto key = [&](Of of, unsigned field) {
        return ParameterKey{.of = of, .number = number, .field = static_cast<std::uint8_t>(field)};
    };
    if (const auto value = find(lfo_names, name))
        return key(Of::lfo, number_of(*value));
    if (const auto wave = find(wave_names, name))
        return key(Of::lfo_wave, number_of(*wave));
    if (const auto wave = find_numbered(wave_names, name, most_waves); wave && wave->second > 0)
        return key(Of::lfo_wave, 4 * (wave->second - 1) + number_of(wave->first));
    if (const auto step = find_numbered(std::array{Named<int>("step", 0)}, name, most_steps);
        step && step->second > 0)
        return key(Of::lfo_step, step->second - 1);
    if (const auto other = find_numbered(std::array{Named<int>("freq_lfo", 0)}, name, most_modulators))
        return key(Of::lfo_rate, other->second);
    if (const auto target = modulator_target(name))
        return key(Of::lfo_depth, number_of(*target));
    return std::nullopt;
}

std::optional<ParameterKey> envelope_key(std::string_view name)
{
    const auto envelope = take_number(name, most_modulators);
    if (!envelope || !name.starts_with('_'))
        return std::nullopt;
    name.remove_prefix(1);
    const auto number = static_cast<std::uint8_t>(*envelope);
    const auto key = [&](Of of, unsigned field) {
        return ParameterKey{.of = of, .number = number, .field = static_cast<std::uint8_t>(field)};
    };
    if (const auto value = find(envelope_names, name))
        return key(Of::envelope, number_of(*value));
    if (const auto point = find_numbered(point_names, name, most_points - 1))
        return key(point->first, point->second);
    if (const auto lfo = find_numbered(influence_names, name, most_modulators))
        return key(lfo->first, lfo->second);
    if (const auto target = modulator_target(name))
        return key(Of::envelope_depth, number_of(*target));
    return std::nullopt;
}

// ARIA's variables: var01 as controllers know it, var01_cutoff, var01_mod.
std::optional<ParameterKey> variable_key(std::string_view name)
{
    const auto variable = take_number(name, most_modulators);
    if (!variable)
        return std::nullopt;
    const auto number = static_cast<std::uint8_t>(*variable);
    if (name.empty())
        return ParameterKey{Of::variable, number, number_of(VariableValue::value)};
    if (name == "_mod")
        return ParameterKey{Of::variable, number, number_of(VariableValue::multiplied)};
    if (!name.starts_with('_'))
        return std::nullopt;
    if (const auto target = modulator_target(name.substr(1)))
        return ParameterKey{Of::variable_depth, number, number_of(*target)};
    return std::nullopt;
}

// A variable has no value but by controllers, and how they come together does not depend on any.
bool makes_sense(const ParameterName& name)
{
    const bool base = name.part == Part::base;
    return name.key.of != Of::variable || base != (name.key.field == number_of(VariableValue::value));
}

// SFZ 1's LFOs and envelopes, which it names after what they move.
std::optional<ParameterName> fixed_modulator(std::string_view name)
{
    for (const auto& [prefix, lfo] : fixed_lfo_names) {
        if (!name.starts_with(prefix))
            continue;
        const std::string_view rest = name.substr(prefix.size());
        if (rest == "depth")
            return ParameterName{.key = {Of::lfo_depth, lfo.number, number_of(lfo.target)}};
        if (rest == "freq" || rest == "delay" || rest == "fade")
            return ParameterName{.key = {Of::lfo, lfo.number, number_of(*find(lfo_names, rest))}};
    }
    for (const auto& [prefix, envelope] : staged_names) {
        if (!name.starts_with(prefix))
            continue;
        std::string_view rest = name.substr(prefix.size());
        const std::uint8_t number = number_of(envelope);
        if (const auto shaped = find(shaped_stage_names, rest))
            return ParameterName{.key = {Of::stage_shape, number, number_of(*shaped)}};
        ParameterName parsed;
        if (rest.starts_with("vel2")) {
            parsed.part = Part::velocity;
            rest.remove_prefix(4);
        }
        if (rest == "depth" && envelope != StagedEnvelope::amplitude) {
            const Target target = envelope == StagedEnvelope::filter ? Target::cutoff : Target::pitch;
            parsed.key = {Of::envelope_depth, number, number_of(target)};
            return parsed;
        }
        if (const auto stage = find(stage_names, rest)) {
            parsed.key = {Of::stage, number, number_of(*stage)};
            return parsed;
        }
    }
    return std::nullopt;
}

std::optional<ParameterName> parse_stem(std::string_view name)
{
    const auto named = [](std::optional<ParameterKey> key) {
        return key ? std::optional(ParameterName{.key = *key}) : std::nullopt;
    };
    if (name.starts_with("lfo"))
        return named(lfo_key(name.substr(3)));
    if (name.starts_with("eg"))
        return named(envelope_key(name.substr(2)));
    if (name.starts_with("var"))
        return named(variable_key(name.substr(3)));
    if (const auto target = find(target_names, name))
        return ParameterName{.key = {Of::voice, 0, number_of(*target)}};
    if (const auto target = equalizer_target(name, true))
        return ParameterName{.key = {Of::voice, 0, number_of(*target)}};
    if (name.starts_with("eq") && name.size() > 8 && name.substr(3, 5) == "_vel2") {
        const std::string plain = std::string(name.substr(0, 4)) + std::string(name.substr(8));
        if (const auto target = equalizer_target(plain, true))
            return ParameterName{.key = {Of::voice, 0, number_of(*target)}, .part = Part::velocity};
    }
    if (const auto value = find(note_names, name))
        return ParameterName{.key = {Of::note, 0, number_of(*value)}};
    return fixed_modulator(name);
}

std::optional<ParameterName> parse_any(std::string_view name)
{
    const auto without = [&](std::string_view ending) {
        std::string_view stem = name.substr(0, name.size() - ending.size());
        if (stem.ends_with('_'))
            stem.remove_suffix(1);
        return stem;
    };
    // Aftertouch has opcodes of its own, and a controller.
    constexpr std::array aftertouch{Named<unsigned>("chanaft", 129U), Named<unsigned>("polyaft", 130U)};
    for (const auto& [ending, control] : aftertouch) {
        if (!name.ends_with(ending))
            continue;
        auto parsed = parse_stem(without(ending));
        if (!parsed || parsed->part != Part::base)
            return std::nullopt;
        parsed->part = Part::depth;
        parsed->control = static_cast<std::uint16_t>(control);
        return parsed;
    }

    std::size_t digits = name.size();
    while (digits > 0 && name[digits - 1] >= '0' && name[digits - 1] <= '9')
        --digits;
    std::string_view number = name.substr(digits);
    const std::string_view word = name.substr(0, digits);
    if (number.empty() || !word.ends_with("cc"))
        return parse_stem(name);
    const auto control = take_number(number, most_controls - 1);
    constexpr std::array endings{
        Named<Part>("_oncc", Part::depth),      Named<Part>("_curvecc", Part::curve),
        Named<Part>("_smoothcc", Part::smooth), Named<Part>("_stepcc", Part::step),
        Named<Part>("cc", Part::depth),
    };
    for (const auto& [ending, part] : endings) {
        if (!word.ends_with(ending))
            continue;
        std::string_view stem = word.substr(0, word.size() - ending.size());
        if (ending == "cc" && stem.ends_with('_'))
            stem.remove_suffix(1);
        auto parsed = parse_stem(stem);
        if (!control || !parsed || parsed->part != Part::base)
            return std::nullopt;
        parsed->part = part;
        parsed->control = static_cast<std::uint16_t>(*control);
        return parsed;
    }
    return std::nullopt;
}

} // namespace

std::optional<ParameterName> parse_parameter_name(std::string_view name)
{
    const auto parsed = parse_any(name);
    return parsed && makes_sense(*parsed) ? parsed : std::nullopt;
}

} // namespace decant::sampler
