// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/configuration.hpp"
#include "wine-host/protocol/plugin-description.hpp"

#include <string>
#include <vector>

namespace decant::service
{

/// What the configuration wants of a plugin and it has not, for people. [any]
[[nodiscard]] std::vector<std::string> warnings_about(const protocol::PluginDescription& plugin,
                                                      const NodeConfig& config);

} // namespace decant::service
