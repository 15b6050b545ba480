// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/protocol/plugin-description.hpp"

#include <cstdint>
#include <set>
#include <string_view>

namespace decant::service
{

/// The parameter that somebody calls `name`: exactly so, or else the first one that differs in upper and
/// lower case only. Throws PluginError that offers the nearest name. [any]
[[nodiscard]] const protocol::ParameterDescription& parameter_named(const protocol::PluginDescription& plugin,
                                                                    std::string_view name);

/// The numbers of the parameters that are called the same in both. [any]
[[nodiscard]] std::set<std::uint32_t> parameters_in_both(const protocol::PluginDescription& one,
                                                         const protocol::PluginDescription& other);

/// `value` if it lies in the parameter's range. Throws PluginError that names the range. [any]
[[nodiscard]] double value_within(const protocol::ParameterDescription& parameter, double value);

} // namespace decant::service
