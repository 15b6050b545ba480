// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/plugin-parameters.hpp"

#include "service/unique-names.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace decant::service
{

PluginParameters::PluginParameters(const protocol::PluginDescription& plugin, Setter setter)
    : setter_(std::move(setter))
{
    UniqueNames names;
    for (const auto& parameter : plugin.parameters) {
        // The numbers are the plugin's: whatever they are, PipeWire is given a range with a value in it.
        const double minimum = std::isfinite(parameter.minimum) ? parameter.minimum : 0;
        const double maximum =
            std::isfinite(parameter.maximum) ? std::max(parameter.maximum, minimum) : minimum + 1;
        const double initial = std::isfinite(parameter.initial) ? parameter.initial : minimum;
        ids_.push_back(parameter.id);
        infos_.push_back({.name = names.add(parameter.name.empty() ? "Parameter" : parameter.name),
                          .minimum = minimum,
                          .maximum = maximum,
                          .initial = std::clamp(initial, minimum, maximum),
                          .is_switch = parameter.steps == 1});
        values_.push_back(infos_.back().initial);
    }
}

void PluginParameters::set(std::size_t index, double value)
{
    values_.at(index) = value;
    setter_(ids_[index], value);
}

void PluginParameters::note(std::uint32_t id, double value)
{
    const auto found = std::find(ids_.begin(), ids_.end(), id);
    if (found == ids_.end() || !std::isfinite(value))
        return;
    const auto index = static_cast<std::size_t>(found - ids_.begin());
    values_[index] = std::clamp(value, infos_[index].minimum, infos_[index].maximum);
}

} // namespace decant::service
