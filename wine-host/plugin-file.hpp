// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/plugin.hpp"

#include <memory>

namespace decant::host
{

/// Loads a plugin, whatever its format. Throws PluginError, whose code and text tell the many reasons apart.
/// Thread: main, which the plugin takes for its own from here on.
[[nodiscard]] std::unique_ptr<Plugin> load_plugin(const protocol::LoadedPart& part, PluginListener& listener);

} // namespace decant::host
