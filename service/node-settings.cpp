// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/node-settings.hpp"

#include "nodes/nearest-word.hpp"
#include "service/chain-setting.hpp"
#include "service/plugin-address.hpp"
#include "service/setting-values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>
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

sampler::Quality read_quality(const NodeSetting& setting)
{
    const auto text = read_text("quality", setting);
    if (const auto quality = sampler::quality_named(text))
        return *quality;
    throw SettingError(fmt::format("quality must be one of {}, not '{}'{}",
                                   fmt::join(sampler::quality_names, ", "), text,
                                   suggestion(text, sampler::quality_names)),
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
        refuse("name", setting,
               fmt::format(
                   "at most {} letters, digits, '-', '_' and '.' (put what people read into description)",
                   longest_name));
    return name;
}

bool read_flag(std::string_view key, const NodeSetting& setting)
{
    const auto flag = to_bool(setting.value);
    if (!flag)
        refuse(key, setting, "true or false");
    return *flag;
}

struct Surroundings {
    const fs::path& home;
    Warn warn;
};

using Reader = std::function<void(NodeConfig&, const NodeSetting&, const Surroundings&)>;

struct Key {
    std::string_view name;
    std::optional<NodeType> type; ///< the only type that it is for
    Reader read;
};

/// Every key of a node but `name`, `type`, node.* and the variables of wine.*.
const std::vector<Key>& keys()
{
    static const std::vector<Key> table{
        {"path",
         {},
         [](auto& node, const auto& setting, const auto& around) {
             node.path = read_path("path", setting, around.home);
             if (node.type == NodeType::plugin) {
                 auto address = parse_plugin_address(node.path);
                 node.path = std::move(address.file);
                 if (!address.plugin.empty())
                     node.plugin_class = std::move(address.plugin);
             }
             require_existing("path", setting, node.path);
         }},
        {"description",
         {},
         [](auto& node, const auto& setting, const auto&) {
             node.description = read_text("description", setting);
         }},
        {"enabled",
         {},
         [](auto& node, const auto& setting, const auto&) {
             node.enabled = read_flag("enabled", setting);
         }},
        {"plugin", NodeType::plugin,
         [](auto& node, const auto& setting, const auto&) {
             node.plugin_class = read_text("plugin", setting);
         }},
        {"chain", NodeType::plugin,
         [](auto& node, const auto& setting, const auto& around) {
             read_chain(setting, around.home, node, around.warn);
         }},
        {"prefix", NodeType::plugin,
         [](auto& node, const auto& setting, const auto& around) {
             node.prefix = read_path("prefix", setting, around.home);
         }},
        {"group", NodeType::plugin,
         [](auto& node, const auto& setting, const auto&) {
             node.host_group = read_text("group", setting);
         }},
        {"host.group", NodeType::plugin,
         [](auto& node, const auto& setting, const auto&) {
             node.host_group = read_text("host.group", setting);
         }},
        {"host.spare", NodeType::plugin,
         [](auto& node, const auto& setting, const auto&) {
             node.host_spare = read_flag("host.spare", setting);
         }},
        {"mode", NodeType::plugin,
         [](auto& node, const auto& setting, const auto&) {
             constexpr std::array<std::string_view, 2> words{"sync", "pipelined"};
             node.mode = static_cast<BridgeMode>(read_word("mode", setting, words));
         }},
        {"placement", NodeType::plugin,
         [](auto& node, const auto& setting, const auto&) {
             constexpr std::array<std::string_view, 3> words{"auto", "core", "free"};
             node.placement = static_cast<Placement>(read_word("placement", setting, words));
         }},
        {"wake", NodeType::plugin,
         [](auto& node, const auto& setting, const auto&) {
             constexpr std::array<std::string_view, 3> words{"auto", "sleep", "anticipate"};
             node.wake = static_cast<Wake>(read_word("wake", setting, words));
         }},
        {"wine.rt.prio", NodeType::plugin,
         [](auto& node, const auto& setting, const auto&) {
             node.wine["WINE_RT_PRIO"] = std::to_string(read_count("wine.rt.prio", setting, 1, 98));
         }},
        {"wine.rt.policy", NodeType::plugin,
         [](auto& node, const auto& setting, const auto&) {
             constexpr std::array<std::string_view, 3> words{"FF", "RR", "TS"};
             node.wine["WINE_RT_POLICY"] = words.at(read_word("wine.rt.policy", setting, words));
         }},
        {"wine.rt.workers", NodeType::plugin,
         [](auto& node, const auto& setting, const auto&) {
             constexpr std::array<std::string_view, 2> words{"ask", "inherit"};
             node.wine["DECANT_RT_WORKERS"] = words.at(read_word("wine.rt.workers", setting, words));
         }},
        {"params", NodeType::plugin,
         [](auto& node, const auto& setting, const auto&) {
             for (const auto& [name, value] : read_params("params", setting))
                 node.params[name] = value;
         }},
        {"editor.scale", NodeType::plugin,
         [](auto& node, const auto& setting, const auto&) {
             node.editor_scale = read_number("editor.scale", setting, 0.5, 8);
         }},
        {"tempo", NodeType::plugin,
         [](auto& node, const auto& setting, const auto&) {
             node.tempo = read_number("tempo", setting, 1, 999);
         }},
        {"polyphony", NodeType::sampler,
         [](auto& node, const auto& setting, const auto&) {
             node.polyphony = read_count("polyphony", setting, 1, 4096);
         }},
        {"volume", NodeType::sampler,
         [](auto& node, const auto& setting, const auto&) {
             node.volume = read_number("volume", setting, -144, 24);
         }},
        {"quality", NodeType::sampler,
         [](auto& node, const auto& setting, const auto&) {
             node.quality = read_quality(setting);
         }},
        {"tuning", NodeType::sampler,
         [](auto& node, const auto& setting, const auto& around) {
             node.tuning = read_path("tuning", setting, around.home);
             require_existing("tuning", setting, node.tuning);
         }},
        {"keyboard-map", NodeType::sampler,
         [](auto& node, const auto& setting, const auto& around) {
             node.keyboard_map = read_path("keyboard-map", setting, around.home);
             require_existing("keyboard-map", setting, node.keyboard_map);
         }},
        {"midi.from",
         {},
         [](auto& node, const auto& setting, const auto&) {
             node.midi_from = read_names("midi.from", setting);
         }},
        {"midi.channels",
         {},
         [](auto& node, const auto& setting, const auto&) {
             node.midi_channels = read_channels("midi.channels", setting);
         }},
        {"input.from",
         {},
         [](auto& node, const auto& setting, const auto&) {
             node.input_from = read_names("input.from", setting);
         }},
        {"as", NodeType::plugin,
         [](auto& node, const auto& setting, const auto&) {
             constexpr std::array<std::string_view, 2> words{"sink", "source"};
             node.properties["decant.as"] = words.at(read_word("as", setting, words));
         }},
        {"output.to",
         {},
         [](auto& node, const auto& setting, const auto&) {
             node.output_to = read_names("output.to", setting);
         }},
    };
    return table;
}

std::vector<std::string_view> key_names()
{
    std::vector<std::string_view> names{"name", "type"};
    for (const auto& key : keys())
        names.push_back(key.name);
    return names;
}

/// Whether it means something, in a node of any type.
bool is_key(std::string_view name)
{
    const auto names = key_names();
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

} // namespace

bool is_node_name(std::string_view name) noexcept
{
    return !name.empty() && name.size() <= longest_name && name.front() != '.' && name.front() != '-' &&
           std::all_of(name.begin(), name.end(), [](unsigned char letter) {
               return std::isalnum(letter) != 0 || letter == '.' || letter == '_' || letter == '-';
           });
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

NodeConfig make_node_config(const NodeSettings& settings, const Location& where, const fs::path& home,
                            std::vector<ConfigurationProblem>& problems)
{
    const auto required = [&](const char* key, const char* example) -> const NodeSetting& {
        const auto found = settings.find(key);
        if (found != settings.end())
            return found->second;
        const std::array<std::string_view, 1> wanted{key};
        for (const auto& [name, setting] : settings)
            if (const auto meant = suggestion(name, wanted); !meant.empty() && !is_key(name))
                throw SettingError(fmt::format("there is no key '{}'{}", name, meant), setting.where);
        throw SettingError(fmt::format("{} is missing; add it, as in {}", key, example), where);
    };
    NodeConfig node;
    node.file = where.file;
    node.name = read_name(required("name", "name = bass"));
    const auto warn = [&](const Location& place, std::string text) {
        problems.push_back({place, std::move(text), node.name, false});
    };

    const bool chain = settings.contains("chain");
    if (chain && settings.contains("path"))
        throw SettingError("path and chain exclude each other; leave one of them out",
                           settings.at("chain").where);
    const auto* path = chain ? nullptr : &required("path", "path = \"~/Samples/Piano.sfz\"");
    if (const auto type = settings.find("type"); type != settings.end())
        node.type = read_type(type->second);
    else if (const auto guess = chain
                                    ? NodeType::plugin
                                    : type_of_file(parse_plugin_address(read_path("path", *path, home)).file))
        node.type = *guess;
    else
        throw SettingError(
            "type is missing, and the name of the file does not tell; add type = plugin or type = "
            "sampler",
            where);

    if (chain && node.type != NodeType::plugin)
        throw SettingError("a chain is made of plugins; leave type out", settings.at("chain").where);

    for (const auto& [name, setting] : settings) {
        if (name == "name" || name == "type")
            continue;
        if (name.starts_with("node.")) {
            if (name == "node.name")
                warn(setting.where, "node.name is made from name, which others rely on; leave it out");
            else
                node.properties[name] = read_text(name, setting);
            continue;
        }
        const auto& table = keys();
        const auto key = std::find_if(table.begin(), table.end(),
                                      [&name = name](const Key& each) { return each.name == name; });
        if (key == table.end() && name.starts_with(wine_prefix)) {
            if (node.type == NodeType::plugin)
                read_wine_variable(name, setting, node);
            else if (setting.origin == SettingOrigin::node)
                warn(setting.where, fmt::format("'{}' is for a plugin only; leave it out", name));
        } else if (key == table.end()) {
            const auto names = key_names();
            warn(setting.where, fmt::format("there is no key '{}'{}", name, suggestion(name, names)));
        } else if (key->type && *key->type != node.type) {
            if (setting.origin != SettingOrigin::properties)
                warn(setting.where, fmt::format("'{}' is for a {} only; leave it out", name,
                                                type_names[static_cast<std::size_t>(*key->type)]));
        } else {
            key->read(node, setting, {home, warn});
        }
    }
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
