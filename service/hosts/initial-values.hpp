// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/hosts/saved-state.hpp"
#include "wine-host/protocol/plugin-description.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace decant::service
{

/// The values, by number, that a plugin begins with beside the bytes of its `last` state: those that were set
/// after it, and over them those of the configuration. What is in the configuration as it was when the state
/// was saved has been heard then, and perhaps moved since, so that is left out. `complain` is told of names
/// and values that the plugin does not have. [any]
[[nodiscard]] std::map<std::uint32_t, double>
initial_values(const protocol::PluginDescription& plugin, const SavedState& last,
               const std::map<std::string, double>& configured,
               const std::function<void(const std::string&)>& complain);

} // namespace decant::service
