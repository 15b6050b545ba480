// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/cli/plugin-report.hpp"
#include "service/hosts/host-command.hpp"

#include <chrono>
#include <functional>
#include <string_view>

namespace decant::cli
{

/// Loads `plugin` in a host that is thrown away, and tells what it is. `timeout` is for the start and for the
/// loading, each. `output` gets what Wine and the plugin say. Throws PluginError. [any]
[[nodiscard]] PluginReport probe_plugin(const service::PluginFile& plugin, std::chrono::milliseconds timeout,
                                        const service::Progress& progress,
                                        const std::function<void(std::string_view)>& output);

} // namespace decant::cli
