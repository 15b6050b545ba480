// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/chain-setting.hpp"

#include "nodes/nearest-word.hpp"
#include "service/plugin-address.hpp"
#include "service/setting-values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace decant::service
{

namespace fs = std::filesystem;

namespace
{

/// A plugin of a chain; its parameters go to those of the node, under its name.
ChainPart read_chain_part(const NodeSetting& setting, const fs::path& home, NodeConfig& node,
                          NodeProblems& problems)
{
    constexpr std::array<std::string_view, 4> known{"name", "path", "plugin", "params"};
    if (setting.value.kind != JsonValue::Kind::object)
        refuse("each element of chain", setting, "an object, as in { path = \"Reverb.dll\" }");
    ChainPart part;
    std::map<std::string, double> params;
    for (const auto& [name, position, value] : setting.value.members) {
        const NodeSetting inner = part_of(setting, value);
        const std::string key = fmt::format("chain.{}", name);
        if (name == "path") {
            auto address = parse_plugin_address(read_path(key, inner, home));
            part.path = std::move(address.file);
            if (part.plugin_class.empty())
                part.plugin_class = std::move(address.plugin);
            problems.attempt([&] { require_file(key, inner, part.path, FileKind::file_or_folder); });
        } else if (name == "plugin") {
            part.plugin_class = read_text(key, inner);
        } else if (name == "name") {
            part.name = read_text(key, inner);
        } else if (name == "params") {
            params = read_params(key, inner, problems);
        } else {
            problems.warn({setting.where.file, position}, fmt::format("a plugin of a chain has no key '{}'{}",
                                                                      name, suggestion(name, known)));
        }
    }
    if (part.path.empty())
        throw SettingError("a plugin of the chain has no path; add it, as in path = \"Reverb.dll\"",
                           setting.where);
    const auto taken = [&node](const std::string& name) {
        return std::any_of(node.chain.begin(), node.chain.end(),
                           [&name](const ChainPart& other) { return other.name == name; });
    };
    if (taken(part.name) || part.name.find(':') != std::string::npos)
        throw SettingError(fmt::format("chain.name '{}' must differ from the others, and have no colon: it "
                                       "precedes the names of parameters",
                                       part.name),
                           setting.where);
    const std::string stem = part.path.stem().string();
    for (int number = 1; part.name.empty() || taken(part.name); ++number)
        part.name = number == 1 ? stem : fmt::format("{} {}", stem, number);
    for (const auto& [name, value] : params)
        node.params[part.name + ":" + name] = value;
    return part;
}

} // namespace

void read_chain(const NodeSetting& setting, const fs::path& home, NodeConfig& node, NodeProblems& problems)
{
    constexpr const char* example = "[ { path = \"Comp.dll\" } { path = \"Reverb.dll\" } ]";
    const auto& plugins = setting.value.items;
    if (setting.value.kind != JsonValue::Kind::array)
        refuse("chain", setting, fmt::format("an array of plugins, as in {}", example));
    if (plugins.size() < 2)
        throw SettingError(fmt::format("chain has {}, and needs two or more, as in {}; for one there is path",
                                       plugins.empty() ? "no plugin" : "one plugin", example),
                           setting.where);
    for (const auto& item : plugins)
        problems.attempt(
            [&] { node.chain.push_back(read_chain_part(part_of(setting, item), home, node, problems)); });
    if (!node.chain.empty())
        node.path = node.chain.front().path;
}

} // namespace decant::service
