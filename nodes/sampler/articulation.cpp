// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/articulation.hpp"

#include "nodes/sampler/modulator-settings.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>
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
                connect(parameter, Modulator::lfo, lfo(parameter.key.number));
            else if (parameter.key.of == Of::envelope_depth)
                connect(parameter, Modulator::envelope, envelope(parameter.key.number));
            else if (parameter.key.of == Of::variable_depth)
                connect(parameter, Modulator::variable, variable(parameter.key.number));
        }
        for (const Parameter& parameter : numbers_.all())
            add_influence(parameter);
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

    // The index of the one with that number, made by `settings` if it is not there.
    template <class Settings>
    std::optional<std::uint8_t> index_of(std::uint8_t number, std::vector<Settings>& known, std::size_t most,
                                         std::string_view name,
                                         Settings (*settings)(std::uint8_t, ArticulationNumbers&))
    {
        const auto found = std::find_if(known.begin(), known.end(),
                                        [&](const Settings& each) { return each.number == number; });
        if (found != known.end())
            return static_cast<std::uint8_t>(found - known.begin());
        if (known.size() == most) {
            numbers_.leave_out(
                fmt::format("a region has at most {} {}; number {} is left out", most, name, number));
            return std::nullopt;
        }
        known.push_back(settings(number, numbers_));
        return static_cast<std::uint8_t>(known.size() - 1);
    }

    std::optional<std::uint8_t> lfo(std::uint8_t number)
    {
        return index_of(number, result_.lfos, Articulation::most_lfos, "LFOs", lfo_settings);
    }

    std::optional<std::uint8_t> envelope(std::uint8_t number)
    {
        return index_of(number, result_.envelopes, Articulation::most_envelopes, "envelopes",
                        envelope_settings);
    }

    std::optional<std::uint8_t> variable(std::uint8_t number)
    {
        return index_of(number, result_.variables, Articulation::most_variables, "variables",
                        variable_settings);
    }

    void connect(const Parameter& parameter, Modulator from, std::optional<std::uint8_t> source)
    {
        if (!source)
            return;
        const auto target = static_cast<Target>(parameter.key.field);
        result_.connections.push_back(
            {.from = from, .source = *source, .target = target, .depth = numbers_.depth(parameter)});
        moves(target);
    }

    void add_influence(const Parameter& parameter)
    {
        const Of of = parameter.key.of;
        if (of != Of::lfo_rate && of != Of::envelope_rate && of != Of::envelope_scale)
            return;
        const auto& lfos = result_.lfos;
        const auto moved = std::find_if(lfos.begin(), lfos.end(), [&](const LfoSettings& lfo) {
            return lfo.number == parameter.key.field;
        });
        if (moved == lfos.end())
            return; // does nothing itself
        const auto index = static_cast<std::uint8_t>(moved - lfos.begin());
        const Modulator from = of == Of::lfo_rate ? Modulator::lfo : Modulator::envelope;
        const auto source =
            from == Modulator::lfo ? lfo(parameter.key.number) : envelope(parameter.key.number);
        if (source)
            result_.influences.push_back({.from = from,
                                          .source = *source,
                                          .lfo = index,
                                          .scales = of == Of::envelope_scale,
                                          .depth = numbers_.depth(parameter)});
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
                return connection.from == Modulator::envelope && connection.source == *source &&
                       connection.target == Target::amplitude;
            };
            if (std::none_of(result_.connections.begin(), result_.connections.end(), has))
                result_.connections.push_back({.from = Modulator::envelope,
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
