// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/parameter-names.hpp"

#include "nodes/nearest-word.hpp"
#include "service/hosts/host-command.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <map>
#include <vector>

namespace decant::service
{
namespace
{

bool same_but_for_case(std::string_view left, std::string_view right)
{
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

} // namespace

const protocol::ParameterDescription& parameter_named(const protocol::PluginDescription& plugin,
                                                      std::string_view name)
{
    const auto& all = plugin.parameters;
    auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& parameter) { return parameter.name == name; });
    if (found == all.end())
        found = std::find_if(all.begin(), all.end(),
                             [&](const auto& parameter) { return same_but_for_case(parameter.name, name); });
    if (found != all.end())
        return *found;

    std::vector<std::string_view> names;
    for (const auto& parameter : all)
        names.push_back(parameter.name);
    const std::string near = suggestion(name, names);
    throw PluginError(fmt::format("{} has no parameter '{}'{}", plugin.name, name,
                                  near.empty() ? "; 'decant probe' lists those that it has." : near));
}

std::set<std::uint32_t> parameters_in_both(const protocol::PluginDescription& one,
                                           const protocol::PluginDescription& other)
{
    std::map<std::uint32_t, std::string_view> names;
    for (const auto& parameter : one.parameters)
        names.emplace(parameter.id, parameter.name);
    std::set<std::uint32_t> both;
    for (const auto& parameter : other.parameters)
        if (const auto known = names.find(parameter.id);
            known != names.end() && known->second == parameter.name)
            both.insert(parameter.id);
    return both;
}

double value_within(const protocol::ParameterDescription& parameter, double value)
{
    if (value >= parameter.minimum && value <= parameter.maximum)
        return value;
    throw PluginError(fmt::format("{} is out of the range of the parameter '{}', {} to {}.", value,
                                  parameter.name, parameter.minimum, parameter.maximum));
}

} // namespace decant::service
