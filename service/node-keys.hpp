// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/configuration.hpp"
#include "service/node-problems.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace decant::service
{

/// What the reader of a key needs besides its setting.
struct KeySurroundings {
    const std::filesystem::path& home;
    NodeProblems& problems;
};

/// A key that a node can have.
struct NodeKey {
    std::string_view name;
    std::optional<NodeType> type; ///< the only type that it is for

    /// Puts the setting into the node. Throws SettingError.
    std::function<void(NodeConfig&, const NodeSetting&, const KeySurroundings&)> read;
};

/// Every key of a node but `name`, `type`, node.* and the variables of wine.*. [any]
[[nodiscard]] const std::vector<NodeKey>& node_keys();

/// The names of all, with `name` and `type`. [any]
[[nodiscard]] std::vector<std::string_view> node_key_names();

} // namespace decant::service
