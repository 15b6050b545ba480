// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/voice-modulation.hpp"

#include "nodes/sampler/waves.hpp"

#include <algorithm>
#include <cmath>

namespace decant::sampler
{
namespace
{

float part_of_shape(const SegmentShape& shape, float part) noexcept DECANT_REALTIME
{
    const float place = std::clamp(part, 0.0f, 1.0f) * static_cast<float>(shape.size() - 1);
    const auto step = std::min(static_cast<std::size_t>(place), shape.size() - 2);
    return shape[step] + (shape[step + 1] - shape[step]) * (place - static_cast<float>(step));
}

// Of one period, at `phase` from 0 to 1.
float wave_at(unsigned wave, double phase) noexcept DECANT_REALTIME
{
    const auto p = static_cast<float>(phase);
    switch (wave) {
    case 0: // triangle
        return p < 0.25f ? 4 * p : p < 0.75f ? 2 - 4 * p : 4 * p - 4;
    case 2: // pulses
        return p < 0.75f ? 1.0f : -1.0f;
    case 3:
        return p < 0.5f ? 1.0f : -1.0f;
    case 4:
        return p < 0.25f ? 1.0f : -1.0f;
    case 5:
        return p < 0.125f ? 1.0f : -1.0f;
    case 6: // saws
        return 2 * p - 1;
    case 7:
        return 1 - 2 * p;
    default:
        return sine_of_turns(phase);
    }
}

constexpr unsigned random_wave = 12;

// What each of its controllers makes alone, multiplied; each is divided by `full`.
float product_of(const Depth& depth, const Articulation& articulation, const ModulationSources& sources,
                 float full) noexcept DECANT_REALTIME
{
    Depth one{.first = depth.first, .terms = 1};
    float product = 1;
    for (std::uint32_t term = 0; term < depth.terms; ++term, ++one.first)
        product *= value_of(one, articulation, sources) / full;
    return product;
}

float variable_of(const VariableSettings& variable, const Articulation& articulation,
                  const ModulationSources& sources) noexcept DECANT_REALTIME
{
    if (!variable.multiplied)
        return value_of(variable.value, articulation, sources);
    return variable.value.terms == 0 ? 0 : product_of(variable.value, articulation, sources, 1);
}

} // namespace

float value_of(const Depth& depth, const Articulation& articulation,
               const ModulationSources& sources) noexcept DECANT_REALTIME
{
    float value = depth.base + depth.velocity * sources.velocity;
    for (std::uint32_t index = 0; index < depth.terms; ++index) {
        const ControlTerm& term = articulation.terms[depth.first + index];
        const CurvedSignal& signal = (*sources.signals)[term.signal];
        if (signal.of_voice())
            value += term.depth * signal.of(sources.note[signal.control - controller::key_aftertouch]);
        else if (const float* const own = sources.own.find(signal.control))
            value += term.depth * signal.of(*own);
        else
            value += term.depth * sources.values[term.signal];
    }
    return value;
}

void VoiceModulation::start(const Articulation* articulation, const ModulationSources& sources,
                            std::uint32_t seed) noexcept DECANT_REALTIME
{
    articulation_ = articulation;
    if (articulation == nullptr)
        return;
    random_ = seed | 1;
    for (std::size_t index = 0; index < articulation->envelopes.size(); ++index) {
        envelopes_[index] = Envelope{};
        envelopes_[index].level = value_of(articulation->envelopes[index].start, *articulation, sources);
        enter(index, 0, sources);
        advance_envelope(index, 0, sources);
    }
    for (std::size_t index = 0; index < articulation->lfos.size(); ++index) {
        lfos_[index] = Lfo{};
        lfos_[index].phase =
            static_cast<double>(value_of(articulation->lfos[index].phase, *articulation, sources));
    }
    influence_lfos(sources);
    for (std::size_t index = 0; index < articulation->lfos.size(); ++index)
        set_lfo(index, sources);
}

void VoiceModulation::enter(std::size_t index, std::size_t segment,
                            const ModulationSources& sources) noexcept DECANT_REALTIME
{
    const EnvelopeSettings& settings = articulation_->envelopes[index];
    Envelope& envelope = envelopes_[index];
    envelope.segment = segment;
    envelope.elapsed = 0;
    envelope.from = envelope.level;
    if (segment >= settings.segments.size()) {
        envelope.done = true;
        return;
    }
    envelope.seconds = std::max(value_of(settings.segments[segment].time, *articulation_, sources), 0.0f);
    envelope.to = value_of(settings.segments[segment].level, *articulation_, sources);
}

// Whether it goes through some of its segments again where it would wait.
bool VoiceModulation::loops(std::size_t index) const noexcept DECANT_REALTIME
{
    const EnvelopeSettings& settings = articulation_->envelopes[index];
    return settings.loop && *settings.loop < settings.sustained &&
           (settings.loops == 0 || envelopes_[index].loops < settings.loops);
}

void VoiceModulation::advance_envelope(std::size_t index, float seconds,
                                       const ModulationSources& sources) noexcept DECANT_REALTIME
{
    const EnvelopeSettings& settings = articulation_->envelopes[index];
    Envelope& envelope = envelopes_[index];
    constexpr unsigned most_turns = 8; // loops that take no time would never end
    unsigned turns = 0;
    while (!envelope.done) {
        if (envelope.segment == settings.sustained && !envelope.released) {
            if (!loops(index) || ++turns > most_turns)
                return;
            ++envelope.loops;
            enter(index, *settings.loop, sources);
        }
        const float left = envelope.seconds - envelope.elapsed;
        if (seconds < left) {
            envelope.elapsed += seconds;
            const float part = envelope.elapsed / envelope.seconds;
            const auto& shape = settings.segments[envelope.segment].shape;
            envelope.level = envelope.from + (envelope.to - envelope.from) *
                                                 (shape == nullptr ? part : part_of_shape(*shape, part));
            return;
        }
        seconds -= left;
        envelope.level = envelope.to;
        enter(index, envelope.segment + 1, sources);
    }
}

void VoiceModulation::release(const ModulationSources& sources) noexcept DECANT_REALTIME
{
    if (articulation_ == nullptr)
        return;
    for (std::size_t index = 0; index < articulation_->envelopes.size(); ++index) {
        Envelope& envelope = envelopes_[index];
        const std::size_t sustained = articulation_->envelopes[index].sustained;
        if (envelope.released)
            continue;
        envelope.released = true;
        // From wherever it is; one that never waits goes on.
        if (sustained <= articulation_->envelopes[index].segments.size() && envelope.segment <= sustained)
            enter(index, sustained, sources);
    }
}

float VoiceModulation::wave(Lfo& lfo, const LfoSettings& settings) noexcept DECANT_REALTIME
{
    const auto fraction = [](double phase) {
        return phase - std::floor(phase);
    };
    if (!settings.steps.empty()) {
        const auto step =
            static_cast<std::size_t>(fraction(lfo.phase) * static_cast<double>(settings.steps.size()));
        return settings.steps[std::min(step, settings.steps.size() - 1)];
    }
    float value = 0;
    for (const LfoWave& part : settings.waves) {
        const double phase = lfo.phase * static_cast<double>(part.ratio);
        if (part.wave == random_wave) {
            if (const auto period = static_cast<std::int64_t>(std::floor(phase)); period != lfo.period) {
                lfo.period = period;
                random_ ^= random_ << 13;
                random_ ^= random_ >> 17;
                random_ ^= random_ << 5;
                lfo.held = static_cast<float>(random_ >> 8) * 0x1p-23f - 1;
            }
            value += part.offset + part.scale * lfo.held;
        } else {
            value += part.offset + part.scale * wave_at(part.wave, fraction(phase));
        }
    }
    return value;
}

// The value at its age.
void VoiceModulation::set_lfo(std::size_t index, const ModulationSources& sources) noexcept DECANT_REALTIME
{
    const LfoSettings& settings = articulation_->lfos[index];
    Lfo& lfo = lfos_[index];
    const float sounded = lfo.age - value_of(settings.delay, *articulation_, sources);
    const float fade = value_of(settings.fade, *articulation_, sources);
    lfo.value = 0;
    if (sounded < 0)
        return;
    const double begun = static_cast<double>(value_of(settings.phase, *articulation_, sources));
    if (settings.count != 0 && lfo.phase - begun >= static_cast<double>(settings.count))
        return;
    lfo.value = wave(lfo, settings) * lfo.scale * (sounded < fade ? sounded / fade : 1.0f);
}

void VoiceModulation::advance_lfo(std::size_t index, float seconds, float beats_per_second,
                                  const ModulationSources& sources) noexcept DECANT_REALTIME
{
    const LfoSettings& settings = articulation_->lfos[index];
    Lfo& lfo = lfos_[index];
    const float delay = value_of(settings.delay, *articulation_, sources);
    const float before = std::max(lfo.age - delay, 0.0f);
    lfo.age += seconds;
    const float sounding = std::max(lfo.age - delay, 0.0f) - before;
    const float beats = value_of(settings.beats, *articulation_, sources);
    const float frequency =
        beats > 0 ? beats_per_second / beats : value_of(settings.frequency, *articulation_, sources);
    lfo.phase += static_cast<double>(sounding * (frequency + lfo.rate));
    set_lfo(index, sources);
}

// Settles what others do to the LFOs' frequencies and depths.
void VoiceModulation::influence_lfos(const ModulationSources& sources) noexcept DECANT_REALTIME
{
    for (std::size_t index = 0; index < articulation_->lfos.size(); ++index) {
        lfos_[index].rate = 0;
        lfos_[index].scale = 1;
    }
    for (const LfoInfluence& influence : articulation_->influences) {
        const float value = value_from(influence.from, influence.source, sources) *
                            value_of(influence.depth, *articulation_, sources);
        Lfo& lfo = lfos_[influence.lfo];
        if (influence.scales)
            lfo.scale *= value / 100;
        else
            lfo.rate += value;
    }
}

void VoiceModulation::advance(float seconds, float beats_per_second,
                              const ModulationSources& sources) noexcept DECANT_REALTIME
{
    if (articulation_ == nullptr)
        return;
    for (std::size_t index = 0; index < articulation_->envelopes.size(); ++index)
        advance_envelope(index, seconds, sources);
    influence_lfos(sources);
    for (std::size_t index = 0; index < articulation_->lfos.size(); ++index)
        advance_lfo(index, seconds, beats_per_second, sources);
}

float VoiceModulation::value_from(Modulator from, std::uint8_t source,
                                  const ModulationSources& sources) const noexcept DECANT_REALTIME
{
    switch (from) {
    case Modulator::lfo:
        return lfos_[source].value;
    case Modulator::envelope:
        return envelopes_[source].level;
    case Modulator::variable:
        break;
    }
    return variable_of(articulation_->variables[source], *articulation_, sources);
}

Modulation VoiceModulation::now(const ModulationSources& sources) const noexcept DECANT_REALTIME
{
    Modulation result;
    if (articulation_ == nullptr)
        return result;
    const Articulation& a = *articulation_;
    const auto add = [&](Target target, float value) {
        result.added[static_cast<std::size_t>(target)] += value;
    };
    for (const TargetDepth& controlled : a.targets) {
        if (controlled.target != Target::amplitude)
            add(controlled.target, value_of(controlled.depth, a, sources));
        else // each of its controllers is a fader
            result.amplitude *= product_of(controlled.depth, a, sources, 100);
    }
    for (const Connection& connection : a.connections) {
        const float depth = value_of(connection.depth, a, sources);
        const float value = value_from(connection.from, connection.source, sources);
        if (connection.target != Target::amplitude)
            add(connection.target, depth * value);
        else
            result.amplitude *=
                connection.from == Modulator::lfo ? 1 + depth / 100 * value : depth / 100 * value;
    }
    return result;
}

bool VoiceModulation::silent() const noexcept DECANT_REALTIME
{
    if (articulation_ == nullptr || !articulation_->amplitude_envelope)
        return false;
    for (std::size_t index = 0; index < articulation_->envelopes.size(); ++index)
        if (articulation_->envelopes[index].is_amplitude && envelopes_[index].done)
            return true;
    return false;
}

} // namespace decant::sampler
