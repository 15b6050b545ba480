// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/spa-json.hpp"

#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

namespace decant::service
{

/// A place in a configuration file.
struct Location {
    std::filesystem::path file;
    TextPosition position;
    bool operator==(const Location&) const = default;
};

/// Who gave a key its value.
enum class SettingOrigin {
    node,       ///< the node itself
    properties, ///< decant.properties: a default for all nodes, of whatever type
    rule,       ///< a match in decant.rules
};

/// A value of a node's key, and where it comes from.
struct NodeSetting {
    JsonValue value;
    Location where;
    SettingOrigin origin = SettingOrigin::node;
};

/// A part of the setting's value as one of its own, with its place.
[[nodiscard]] inline NodeSetting part_of(const NodeSetting& setting, const JsonValue& value)
{
    return {value, {setting.where.file, value.position}, setting.origin};
}

/// All keys that were given for a node.
using NodeSettings = std::map<std::string, NodeSetting>;

/// A setting that cannot be; the node cannot be made.
class SettingError : public std::runtime_error
{
    Location where_;
    std::filesystem::path missing_;

public:
    SettingError(const std::string& what, Location where, std::filesystem::path missing = {})
        : std::runtime_error(what), where_(std::move(where)), missing_(std::move(missing))
    {
    }

    [[nodiscard]] const Location& where() const noexcept { return where_; }

    /// The file that would have to be there; empty if that is not what is wrong.
    [[nodiscard]] const std::filesystem::path& missing() const noexcept { return missing_; }
};

} // namespace decant::service
