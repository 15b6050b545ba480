// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/plugin.hpp"

#include <memory>
#include <string>

namespace decant::host
{

/// Loads the plugin in the file `path`, a Windows or a Unix path, whatever its format. `plugin_class` picks
/// one of several in the file; empty picks the first. Throws PluginError, whose code and text tell the many
/// reasons apart. Thread: main, which the plugin takes for its own from here on.
[[nodiscard]] std::unique_ptr<Plugin> load_plugin(const std::string& path, const std::string& plugin_class,
                                                  PluginListener& listener);

} // namespace decant::host
