// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/protocol/plugin-description.hpp"
#include "wine-host/vst2-effect.hpp"

#include <string>

namespace decant::host
{

/// The unique id as its authors wrote it: four letters, or else a hexadecimal number.
[[nodiscard]] std::string vst2_id(std::int32_t id);

/// Asks an opened plugin for everything that the service wants to know. `file_name` names a plugin that does
/// not name itself. [main]
[[nodiscard]] protocol::PluginDescription describe_vst2(const Vst2Effect& effect,
                                                        const std::string& file_name);

} // namespace decant::host
