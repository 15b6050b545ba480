// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/articulation.hpp"

#include "nodes/sampler/modulator-settings.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace decant::sampler
{
namespace
{

using Of = ParameterKey::Of;

constexpr std::uint16_t midi_volume = 7;
constexpr std::uint16_t midi_pan = 10;
constexpr std::uint16_t midi_expression = 11;

class ArticulationBuilder
{
    Articulation result_;
    ArticulationNumbers numbers_;

public:
    ArticulationBuilder(const std::vector<Parameter>& parameters, SignalSet& signals, const CurveSet& curves,
                        ArticulationProblem& problems)
        : numbers_(parameters, signals, curves, problems, result_)
    {
    }
    ArticulationBuilder(const ArticulationBuilder&) = delete;
    ArticulationBuilder& operator=(const ArticulationBuilder&) = delete;

    Articulation build()
    {
        add_targets();
        for (const Parameter& parameter : numbers_.all()) {
            if (parameter.key.of == Of::lfo_depth)
                connect(parameter, true, lfo(parameter.key.number));
            else if (parameter.key.of == Of::envelope_depth)
                connect(parameter, false, envelope(parameter.key.number));
        }
        for (const Parameter& parameter : numbers_.all())
            if (parameter.key.of == Of::lfo_rate)
                add_rate(parameter);
        add_amplitude_envelopes();
        return std::move(result_);
    }

private:
    void moves(Target target)
    {
        if (target == Target::width)
            result_.width_moves = true;
        if (target >= Target::cutoff)
            result_.cutoff_moves = true;
        if (target >= Target::eq1_frequency)
            result_.equalized[(static_cast<std::size_t>(target) -
                               static_cast<std::size_t>(Target::eq1_frequency)) /
                              3] = true;
    }

    void add_targets()
    {
        for (const Parameter& parameter : numbers_.all()) {
            switch (parameter.key.of) {
            case Of::voice:
                add_target(parameter);
                break;
            case Of::note:
                result_.note[parameter.key.field] = numbers_.depth(parameter, 0, 1, false);
                break;
            case Of::stage:
                if (parameter.key.number == static_cast<std::uint8_t>(StagedEnvelope::amplitude))
                    result_.ampeg[parameter.key.field] = numbers_.depth(parameter);
                break;
            default:
                break;
            }
        }
    }

    void add_target(const Parameter& parameter)
    {
        const auto target = static_cast<Target>(parameter.key.field);
        if (target >= Target::eq1_frequency) {
            const std::size_t value = parameter.key.field - static_cast<std::size_t>(Target::eq1_frequency);
            result_.equalizers[value] = parameter.base.value_or(result_.equalizers[value]);
            result_.equalizers_by_velocity[value] = parameter.velocity;
            if (value % 3 == 2 && (parameter.base.value_or(0) != 0 || parameter.velocity != 0))
                result_.equalized[value / 3] = true;
        }
        if (parameter.controls.empty())
            return;
        Depth controlled = numbers_.depth(parameter, 0, 1);
        controlled.base = 0; // the region has it
        controlled.velocity = 0;
        result_.targets.push_back({.target = target, .depth = controlled});
        moves(target);
        for (const ControlUse& use : parameter.controls) {
            const bool loudness =
                target == Target::amplitude && (use.control == midi_volume || use.control == midi_expression);
            if (loudness || (target == Target::pan && use.control == midi_pan))
                result_.replaces.set(use.control);
        }
    }

    // The index of an LFO, made if it is not there.
    std::optional<std::uint8_t> lfo(std::uint8_t number)
    {
        auto& lfos = result_.lfos;
        const auto known = std::find_if(lfos.begin(), lfos.end(),
                                        [&](const LfoSettings& lfo) { return lfo.number == number; });
        if (known != lfos.end())
            return static_cast<std::uint8_t>(known - lfos.begin());
        if (lfos.size() == Articulation::most_lfos) {
            numbers_.leave_out(fmt::format("a region has at most {} LFOs; number {} is left out",
                                           Articulation::most_lfos, number));
            return std::nullopt;
        }
        lfos.push_back(lfo_settings(number, numbers_));
        return static_cast<std::uint8_t>(lfos.size() - 1);
    }

    std::optional<std::uint8_t> envelope(std::uint8_t number)
    {
        auto& envelopes = result_.envelopes;
        const auto known =
            std::find_if(envelopes.begin(), envelopes.end(),
                         [&](const EnvelopeSettings& envelope) { return envelope.number == number; });
        if (known != envelopes.end())
            return static_cast<std::uint8_t>(known - envelopes.begin());
        if (envelopes.size() == Articulation::most_envelopes) {
            numbers_.leave_out(fmt::format("a region has at most {} envelopes; number {} is left out",
                                           Articulation::most_envelopes, number));
            return std::nullopt;
        }
        envelopes.push_back(envelope_settings(number, numbers_));
        return static_cast<std::uint8_t>(envelopes.size() - 1);
    }

    void connect(const Parameter& parameter, bool from_lfo, std::optional<std::uint8_t> source)
    {
        if (!source)
            return;
        const auto target = static_cast<Target>(parameter.key.field);
        result_.connections.push_back(
            {.from_lfo = from_lfo, .source = *source, .target = target, .depth = numbers_.depth(parameter)});
        moves(target);
    }

    void add_rate(const Parameter& parameter)
    {
        const auto& lfos = result_.lfos;
        const auto moved = std::find_if(lfos.begin(), lfos.end(), [&](const LfoSettings& lfo) {
            return lfo.number == parameter.key.field;
        });
        if (moved == lfos.end())
            return; // does nothing itself
        const auto index = static_cast<std::uint8_t>(moved - lfos.begin());
        if (const auto source = lfo(parameter.key.number))
            result_.rates.push_back({.source = *source, .lfo = index, .depth = numbers_.depth(parameter)});
    }

    // egN_ampeg needs no depth.
    void add_amplitude_envelopes()
    {
        for (const Parameter& parameter : numbers_.all()) {
            if (parameter.key.of != Of::envelope || parameter.base.value_or(0) == 0 ||
                static_cast<EnvelopeValue>(parameter.key.field) != EnvelopeValue::is_amplitude)
                continue;
            const auto source = envelope(parameter.key.number);
            if (!source || result_.envelopes[*source].segments.empty())
                continue;
            result_.amplitude_envelope = true;
            const auto has = [&](const Connection& connection) {
                return !connection.from_lfo && connection.source == *source &&
                       connection.target == Target::amplitude;
            };
            if (std::none_of(result_.connections.begin(), result_.connections.end(), has))
                result_.connections.push_back({.from_lfo = false,
                                               .source = *source,
                                               .target = Target::amplitude,
                                               .depth = Depth{.base = 100}});
        }
    }
};

} // namespace

std::optional<std::uint16_t> SignalSet::add(const ControlSignal& signal)
{
    if (const auto known = known_.find(signal); known != known_.end())
        return known->second;
    if (signals_.size() == most)
        return std::nullopt;
    const auto index = static_cast<std::uint16_t>(signals_.size());
    signals_.push_back(signal);
    known_.emplace(signal, index);
    return index;
}

std::shared_ptr<const Articulation> build_articulation(const std::vector<Parameter>& parameters,
                                                       SignalSet& signals, const CurveSet& curves,
                                                       ArticulationProblem& problems)
{
    if (parameters.empty())
        return nullptr;
    return std::make_shared<const Articulation>(
        ArticulationBuilder(parameters, signals, curves, problems).build());
}

} // namespace decant::sampler
