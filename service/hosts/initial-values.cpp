// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/initial-values.hpp"

#include "service/hosts/parameter-names.hpp"

#include <exception>

namespace decant::service
{

std::map<std::uint32_t, double> initial_values(const protocol::PluginDescription& plugin,
                                               const SavedState& last,
                                               const std::map<std::string, double>& configured,
                                               const std::function<void(const std::string&)>& complain)
{
    std::map<std::uint32_t, double> values;
    for (const auto& parameter : plugin.parameters) {
        const auto set = last.values.find(parameter.id);
        if (set != last.values.end() && set->second >= parameter.minimum && set->second <= parameter.maximum)
            values[parameter.id] = set->second;
    }
    for (const auto& [name, value] : configured) {
        const auto before = last.configured.find(name);
        if (before != last.configured.end() && before->second == value)
            continue;
        try {
            const auto& parameter = parameter_named(plugin, name);
            values[parameter.id] = value_within(parameter, value);
        } catch (const std::exception& error) {
            complain(error.what());
        }
    }
    return values;
}

} // namespace decant::service
