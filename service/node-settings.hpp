// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/configuration.hpp"

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace decant::service
{

/// Whether a node can be called so. [any]
[[nodiscard]] bool is_node_name(std::string_view name) noexcept;

/// What such a name is, to go on with behind "must be". [any]
[[nodiscard]] std::string node_name_rule();

/// "plugin" or "sampler", as it is written or as the name of the file tells; empty if neither does. [any]
[[nodiscard]] std::string_view type_name_of(const NodeSettings& settings);

/// Turns the settings of a node that is written at `where` into its configuration. All that is wrong with
/// them goes to `problems`; nothing comes back if one of them is fatal. [any]
[[nodiscard]] std::optional<NodeConfig> make_node_config(const NodeSettings& settings, const Location& where,
                                                         const std::filesystem::path& home,
                                                         std::vector<ConfigurationProblem>& problems);

} // namespace decant::service
