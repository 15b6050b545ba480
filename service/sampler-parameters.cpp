// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/sampler-parameters.hpp"

#include "service/unique-names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

namespace decant::service
{

namespace
{

enum Common : std::size_t { volume, tuning, a4, transposition, polyphony, quality, common };

constexpr double concert_pitch = 440; ///< Hz
constexpr double most_tuning = 1200;  ///< cents
constexpr double most_transposition = 48;
constexpr double most_of_control = 127;

double frequency_of(double cents)
{
    return concert_pitch * std::exp2(cents / 1200);
}

double cents_of(double frequency)
{
    return 1200 * std::log2(frequency / concert_pitch);
}

std::vector<nodes::ParameterInfo> infos_of_every_sampler(const NodeConfig& config)
{
    const auto voices = static_cast<double>(config.polyphony);
    return {{"Volume", -144, 24, config.volume, false},
            {"Tuning", -most_tuning, most_tuning, 0, false},
            {"A4", concert_pitch / 2, concert_pitch * 2, concert_pitch, false},
            {"Transposition", -most_transposition, most_transposition, 0, false},
            {"Polyphony", 1, voices, voices, false},
            {"Quality", 0, static_cast<double>(sampler::qualities - 1), static_cast<double>(config.quality),
             false}};
}

/// What a player holds down, and lets go of.
bool is_momentary(unsigned control)
{
    constexpr unsigned first_pedal = 64;
    constexpr unsigned last_pedal = 69;
    return (control >= first_pedal && control <= last_pedal) ||
           (control >= sampler::controller::pitch_bend && control <= sampler::controller::absolute_key_delta);
}

/// Whether it is shown at all: what belongs to a note has no value.
bool is_of_channel(unsigned control)
{
    return control < sampler::controller::key_aftertouch || control > sampler::controller::absolute_key_delta;
}

bool same(const nodes::ParameterInfo& one, const nodes::ParameterInfo& other)
{
    return one.name == other.name;
}

/// What an instrument has to be played with, in the order of the numbers of its controllers.
std::vector<nodes::ParameterInfo> controls_of(const sampler::Instrument& instrument,
                                              std::vector<unsigned>& numbers)
{
    UniqueNames names;
    for (const auto& info : infos_of_every_sampler({}))
        static_cast<void>(names.add(info.name));
    const auto used = instrument.used_controls();
    const auto labels = instrument.labels();
    const auto defaults = instrument.controls();
    std::vector<nodes::ParameterInfo> infos;
    for (unsigned control = 0; control < used.size(); ++control) {
        if (!used[control] || !is_of_channel(control))
            continue;
        const auto label = std::find_if(labels.begin(), labels.end(),
                                        [control](const auto& each) { return each.control == control; });
        const auto initial = std::find_if(defaults.begin(), defaults.end(),
                                          [control](const auto& each) { return each.control == control; });
        const bool named = label != labels.end() && !label->label.empty();
        infos.push_back(
            {.name = names.add(named ? label->label : fmt::format("CC {}", control)),
             .minimum = 0,
             .maximum = most_of_control,
             .initial = initial == defaults.end()
                            ? most_of_control * static_cast<double>(sampler::Channel().controls[control])
                            : most_of_control * static_cast<double>(initial->value),
             .is_switch = false});
        numbers.push_back(control);
    }
    return infos;
}

} // namespace

SamplerParameters::SamplerParameters(const NodeConfig& config, sampler::Sampler& sampler,
                                     QualitySetter set_quality)
    : sampler_(sampler), set_quality_(std::move(set_quality)), infos_(infos_of_every_sampler(config))
{
    for (const auto& info : infos_)
        values_.push_back(info.initial);
    sampler_.set_volume(static_cast<float>(config.volume));
    set_quality_(config.quality);
}

bool SamplerParameters::differ(const sampler::Instrument& instrument) const
{
    std::vector<unsigned> numbers;
    const auto infos = controls_of(instrument, numbers);
    return numbers != controls_ ||
           !std::equal(infos.begin(), infos.end(), infos_.begin() + common, infos_.end(), same);
}

void SamplerParameters::show(const sampler::Instrument& instrument)
{
    controls_.clear();
    const auto infos = controls_of(instrument, controls_);
    infos_.resize(common + infos.size());
    values_.resize(infos_.size());
    for (std::size_t index = 0; index < infos.size(); ++index) {
        infos_[common + index] = infos[index];
        values_[common + index] =
            sampler_.keeps_control(controls_[index])
                ? most_of_control * static_cast<double>(sampler_.control(controls_[index]))
                : infos[index].initial;
    }
}

bool SamplerParameters::follow()
{
    bool moved = false;
    for (std::size_t index = 0; index < controls_.size(); ++index) {
        const double value = most_of_control * static_cast<double>(sampler_.control(controls_[index]));
        moved |= std::exchange(values_[common + index], value) != value;
    }
    return moved;
}

void SamplerParameters::configure(const NodeConfig& before, const NodeConfig& now)
{
    infos_[volume].initial = now.volume;
    infos_[quality].initial = static_cast<double>(now.quality);
    if (now.volume != before.volume)
        set(volume, now.volume);
    if (now.quality != before.quality)
        set(quality, static_cast<double>(now.quality));
}

std::map<std::string, double> SamplerParameters::changed() const
{
    std::map<std::string, double> values;
    for (std::size_t index = 0; index < infos_.size(); ++index) {
        const bool momentary = index >= common && is_momentary(controls_[index - common]);
        if (values_[index] != infos_[index].initial && !momentary && index != a4)
            values.emplace(infos_[index].name, values_[index]);
    }
    return values;
}

void SamplerParameters::set_all(const std::map<std::string, double>& values)
{
    for (std::size_t index = 0; index < infos_.size(); ++index)
        if (const auto found = values.find(infos_[index].name);
            found != values.end() && std::isfinite(found->second))
            set(index, std::clamp(found->second, infos_[index].minimum, infos_[index].maximum));
}

void SamplerParameters::set(std::size_t index, double value)
{
    values_.at(index) = value;
    switch (index) {
    case volume:
        return sampler_.set_volume(static_cast<float>(value));
    case tuning:
    case a4:
        values_[tuning] = index == tuning ? value : cents_of(value);
        values_[a4] = frequency_of(values_[tuning]);
        return sampler_.set_tuning(static_cast<float>(values_[tuning]));
    case transposition:
        values_[index] = std::round(value);
        return sampler_.set_transposition(static_cast<int>(values_[index]));
    case polyphony:
        values_[index] = std::round(value);
        return sampler_.set_polyphony(static_cast<std::size_t>(values_[index]));
    case quality:
        values_[index] = std::round(value);
        return set_quality_(static_cast<sampler::Quality>(values_[index]));
    default:
        sampler_.set_control(controls_.at(index - common), static_cast<float>(value / most_of_control));
    }
}

} // namespace decant::service
