// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/node-settings.hpp"

#include "nodes/nearest-word.hpp"
#include "service/node-keys.hpp"
#include "service/node-problems.hpp"
#include "service/plugin-address.hpp"
#include "service/setting-values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace decant::service
{

namespace
{

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 2> type_names{"plugin", "sampler"};

constexpr std::size_t longest_name = 64;

constexpr std::string_view wine_prefix = "wine.";

constexpr std::array<std::string_view, 3> plugin_suffixes{".dll", ".vst3", ".clap"};
constexpr std::array<std::string_view, 6> sampler_suffixes{".sfz", ".wav", ".flac", ".aif", ".aiff", ".ogg"};

NodeType read_type(const NodeSetting& setting)
{
    const auto text = read_text("type", setting);
    for (const auto type : {NodeType::plugin, NodeType::sampler})
        if (text == type_names[static_cast<std::size_t>(type)])
            return type;
    throw SettingError(
        fmt::format("type must be plugin or sampler, not '{}'{}", text, suggestion(text, type_names)),
        setting.where);
}

std::optional<NodeType> type_of_file(const fs::path& path)
{
    std::string suffix = path.extension().string();
    std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    if (std::find(plugin_suffixes.begin(), plugin_suffixes.end(), suffix) != plugin_suffixes.end())
        return NodeType::plugin;
    if (std::find(sampler_suffixes.begin(), sampler_suffixes.end(), suffix) != sampler_suffixes.end())
        return NodeType::sampler;
    return std::nullopt;
}

std::string read_name(const NodeSetting& setting)
{
    auto name = read_text("name", setting);
    if (!is_node_name(name))
        refuse("name", setting, node_name_rule() + " (put what people read into description)");
    return name;
}

/// Whether it means something, in a node of any type.
bool is_key(std::string_view name)
{
    const auto names = node_key_names();
    return name.starts_with("node.") || name.starts_with(wine_prefix) ||
           std::find(names.begin(), names.end(), name) != names.end();
}

/// The name of the file, or of the files of a chain.
std::string stems_of(const NodeConfig& node)
{
    std::string text = node.path.stem().string();
    for (std::size_t i = 1; i < node.chain.size(); ++i)
        text += " > " + node.chain[i].path.stem().string();
    return text;
}

/// Environment of the host. What Decant sets itself has a key of its own, or none.
void read_wine_variable(std::string_view name, const NodeSetting& setting, NodeConfig& node)
{
    const std::string variable(name.substr(wine_prefix.size()));
    const bool good = !variable.empty() && std::isdigit(static_cast<unsigned char>(variable.front())) == 0 &&
                      std::all_of(variable.begin(), variable.end(), [](unsigned char letter) {
                          return std::isalnum(letter) != 0 || letter == '_';
                      });
    if (!good)
        throw SettingError(
            fmt::format("'{}' is no variable: behind wine. stands the name of one, as in wine.WINEDEBUG",
                        name),
            setting.where);
    if (variable == "WINEPREFIX")
        throw SettingError("the Wine prefix has a key of its own: prefix = DIRECTORY", setting.where);
    for (const char* own : {"WINELOADER", "WINEDLLPATH"})
        if (variable == own)
            throw SettingError(fmt::format("{} is set by Decant, for the Wine that DECANT_WINE names in the "
                                           "environment of decantd; leave it out",
                                           own),
                               setting.where);
    if (!setting.value.is_text()) // empty ones are meant
        refuse(name, setting, "a text");
    node.wine[variable] = setting.value.text;
}

/// What plays the file: as it is said, or as the name of the file tells.
NodeType type_of(const NodeSettings& settings, const Location& where, const fs::path& home)
{
    const auto chain = settings.find("chain");
    const auto type = settings.find("type");
    const auto path = settings.find("path");
    const auto written = type != settings.end() ? std::optional(read_type(type->second)) : std::nullopt;
    if (chain != settings.end() && written.value_or(NodeType::plugin) != NodeType::plugin)
        throw SettingError("a chain is made of plugins; leave type out", chain->second.where);
    if (written || chain != settings.end())
        return written.value_or(NodeType::plugin);
    if (path != settings.end())
        if (const auto guess = type_of_file(parse_plugin_address(read_path("path", path->second, home)).file))
            return *guess;
    throw SettingError("type is missing, and the name of the file does not tell; add type = plugin or type = "
                       "sampler",
                       where);
}

/// Throws SettingError at the place of the key that may have been meant, or of the node.
void require_key(std::string_view key, const char* example, const NodeSettings& settings,
                 const Location& where)
{
    if (settings.contains(std::string(key)))
        return;
    const std::array<std::string_view, 1> wanted{key};
    for (const auto& [name, setting] : settings)
        if (const auto meant = suggestion(name, wanted); !meant.empty() && !is_key(name))
            throw SettingError(fmt::format("there is no key '{}'{}", name, meant), setting.where);
    throw SettingError(fmt::format("{} is missing; add it, as in {}", key, example), where);
}

/// `type` is nothing if that is wrong itself: then only the keys of every node are looked at.
void read_setting(const std::string& name, const NodeSetting& setting, std::optional<NodeType> type,
                  NodeConfig& node, const KeySurroundings& around)
{
    if (name.starts_with("node.")) {
        if (name == "node.name")
            return around.problems.warn(setting.where,
                                        "node.name is made from name, which others rely on; leave it out");
        node.properties[name] = read_text(name, setting);
        return;
    }
    const auto& table = node_keys();
    const auto key =
        std::find_if(table.begin(), table.end(), [&name](const auto& each) { return each.name == name; });
    const bool variable = key == table.end() && name.starts_with(wine_prefix);
    if (key == table.end() && !variable)
        return around.problems.warn(
            setting.where, fmt::format("there is no key '{}'{}", name, suggestion(name, node_key_names())));
    const auto only = variable ? std::optional(NodeType::plugin) : key->type;
    if (only && only != type) {
        const bool meant_for_it =
            variable ? setting.origin == SettingOrigin::node : setting.origin != SettingOrigin::properties;
        if (type && meant_for_it)
            around.problems.warn(setting.where, fmt::format("'{}' is for a {} only; leave it out", name,
                                                            type_names[static_cast<std::size_t>(*only)]));
    } else if (variable) {
        read_wine_variable(name, setting, node);
    } else {
        key->read(node, setting, around);
    }
}

} // namespace

bool is_node_name(std::string_view name) noexcept
{
    return !name.empty() && name.size() <= longest_name && name.front() != '.' && name.front() != '-' &&
           std::all_of(name.begin(), name.end(), [](unsigned char letter) {
               return std::isalnum(letter) != 0 || letter == '.' || letter == '_' || letter == '-';
           });
}

std::string node_name_rule()
{
    return fmt::format(
        "at most {} letters of ASCII, digits, '-', '_' and '.', of which '-' and '.' are not the first",
        longest_name);
}

std::string_view type_name_of(const NodeSettings& settings)
{
    if (const auto type = settings.find("type"); type != settings.end())
        return type->second.value.text;
    const auto path = settings.find("path");
    const auto guess = settings.contains("chain") ? std::optional(NodeType::plugin)
                       : path == settings.end()
                           ? std::optional<NodeType>()
                           : type_of_file(parse_plugin_address(path->second.value.text).file);
    return guess ? type_names[static_cast<std::size_t>(*guess)] : std::string_view();
}

std::optional<NodeConfig> make_node_config(const NodeSettings& settings, const Location& where,
                                           const fs::path& home,
                                           std::vector<ConfigurationProblem>& all_problems)
{
    const auto name = settings.find("name");
    NodeProblems problems(all_problems, where, name != settings.end() ? name->second.value.text : "");
    NodeConfig node;
    node.file = where.file;
    problems.attempt([&] {
        require_key("name", "name = bass", settings, where);
        node.name = read_name(settings.at("name"));
    });
    const auto chain = settings.find("chain");
    if (chain == settings.end())
        problems.attempt([&] { require_key("path", "path = \"~/Samples/Piano.sfz\"", settings, where); });
    else if (settings.contains("path"))
        problems.refuse({"path and chain exclude each other; leave one of them out", chain->second.where});
    std::optional<NodeType> type;
    if (chain != settings.end() || settings.contains("path") || settings.contains("type"))
        problems.attempt([&] { type = node.type = type_of(settings, where, home); });
    for (const auto& [key, setting] : settings)
        if (key != "name" && key != "type")
            problems.attempt([&, &key = key, &setting = setting] {
                read_setting(key, setting, type, node, {home, problems});
            });
    problems.sort();
    if (problems.fatal())
        return std::nullopt;
    // A device leads somewhere.
    if (const auto as = node.properties.find("decant.as"); as != node.properties.end()) {
        if (as->second == "sink" && !settings.contains("output.to"))
            node.output_to = {"default"};
        if (as->second == "source" && !settings.contains("input.from"))
            node.input_from = {"default"};
    }
    if (const auto given = node.properties.find("node.description"); given != node.properties.end())
        node.description = given->second;
    else if (node.description.empty())
        node.description = stems_of(node);
    return node;
}

} // namespace decant::service
