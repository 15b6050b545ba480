// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/configuration.hpp"
#include "service/spa-json.hpp"

#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace decant::service
{

/// A value of a node's key, and where it comes from: the node itself, the properties that are defaults for
/// all nodes, or a rule.
struct NodeSetting {
    JsonValue value;
    Location where;
    bool for_all = false; ///< a default for all nodes, of whatever type
};

/// All keys that were given for a node.
using NodeSettings = std::map<std::string, NodeSetting>;

/// A setting that cannot be; the node cannot be made.
class SettingError : public std::runtime_error
{
    Location where_;

public:
    SettingError(const std::string& what, Location where) : std::runtime_error(what), where_(std::move(where))
    {
    }

    [[nodiscard]] const Location& where() const noexcept { return where_; }
};

/// Turns the settings of a node that is written at `where` into its configuration. Adds what is suspicious
/// but not in the way, such as unknown keys, to `problems`. Throws SettingError.
[[nodiscard]] NodeConfig make_node_config(const NodeSettings& settings, const Location& where,
                                          const std::filesystem::path& home,
                                          std::vector<ConfigurationProblem>& problems);

} // namespace decant::service
