// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/protocol/messages.hpp"
#include "wine-host/protocol/plugin-description.hpp"

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <string>

namespace decant::cli
{

/// What `decant probe` tells of a plugin.
struct PluginReport {
    std::filesystem::path file;
    std::string prefix;
    protocol::Hello host;
    protocol::PluginDescription plugin;
};

[[nodiscard]] std::string to_text(const PluginReport& report);
[[nodiscard]] nlohmann::ordered_json to_json(const PluginReport& report);

} // namespace decant::cli
