// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/node-settings.hpp"

#include "nodes/nearest-word.hpp"
#include "service/plugin-address.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <regex.h>
#include <span>
#include <string_view>
#include <system_error>

namespace decant::service
{

namespace
{

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 2> type_names{"plugin", "sampler"};

constexpr std::array<std::string_view, 3> plugin_suffixes{".dll", ".vst3", ".clap"};
constexpr std::array<std::string_view, 6> sampler_suffixes{".sfz", ".wav", ".flac", ".aif", ".aiff", ".ogg"};

std::string shown(const JsonValue& value)
{
    switch (value.kind) {
    case JsonValue::Kind::array:
        return "an array";
    case JsonValue::Kind::object:
        return "an object";
    default:
        return "'" + value.text + "'";
    }
}

[[noreturn]] void refuse(std::string_view key, const NodeSetting& setting, std::string_view expected)
{
    throw SettingError(fmt::format("{} must be {}, not {}", key, expected, shown(setting.value)),
                       setting.where);
}

std::string read_text(std::string_view key, const NodeSetting& setting)
{
    if (!setting.value.is_text() || setting.value.text.empty())
        refuse(key, setting, "a text");
    return setting.value.text;
}

/// One of `words`, as its index.
std::size_t read_word(std::string_view key, const NodeSetting& setting,
                      std::span<const std::string_view> words)
{
    const auto text = read_text(key, setting);
    const auto found = std::find(words.begin(), words.end(), text);
    if (found == words.end())
        throw SettingError(fmt::format("{} must be {}, not '{}'{}", key, fmt::join(words, " or "), text,
                                       suggestion(text, words)),
                           setting.where);
    return static_cast<std::size_t>(found - words.begin());
}

std::optional<bool> to_bool(const JsonValue& value)
{
    if (value.is_text() && value.text == "true")
        return true;
    if (value.is_text() && value.text == "false")
        return false;
    return std::nullopt;
}

std::optional<double> to_number(const JsonValue& value)
{
    double number = 0;
    const char* end = value.text.data() + value.text.size();
    if (!value.is_text() || value.text.empty())
        return std::nullopt;
    const auto [rest, error] = std::from_chars(value.text.data(), end, number);
    return error == std::errc() && rest == end && std::isfinite(number) ? std::optional(number)
                                                                        : std::nullopt;
}

double read_number(std::string_view key, const NodeSetting& setting, double least, double most)
{
    const auto number = to_number(setting.value);
    if (!number || *number < least || *number > most)
        refuse(key, setting, fmt::format("a number from {} to {}", least, most));
    return *number;
}

std::uint32_t read_count(std::string_view key, const NodeSetting& setting, std::uint32_t least,
                         std::uint32_t most)
{
    const auto number = to_number(setting.value);
    if (!number || *number < least || *number > most || *number != std::floor(*number))
        refuse(key, setting, fmt::format("a whole number from {} to {}", least, most));
    return static_cast<std::uint32_t>(*number);
}

/// One text or an array of texts.
std::vector<std::string> read_texts(std::string_view key, const NodeSetting& setting)
{
    if (setting.value.is_text())
        return {read_text(key, setting)};
    if (setting.value.kind != JsonValue::Kind::array)
        refuse(key, setting, "a text or an array of texts");
    std::vector<std::string> texts;
    for (const auto& item : setting.value.items)
        texts.push_back(read_text(fmt::format("each element of {}", key), {item, setting.where}));
    return texts;
}

/// Names of nodes and ports; behind "~" a regular expression as PipeWire's rules have it.
std::vector<std::string> read_names(std::string_view key, const NodeSetting& setting)
{
    auto names = read_texts(key, setting);
    for (const auto& name : names) {
        if (name.front() != '~')
            continue;
        regex_t expression;
        const int error =
            name.size() == 1 ? REG_BADPAT : regcomp(&expression, name.c_str() + 1, REG_EXTENDED | REG_NOSUB);
        if (error == 0) {
            regfree(&expression);
            continue;
        }
        std::array<char, 128> reason{};
        regerror(error, nullptr, reason.data(), reason.size());
        throw SettingError(
            fmt::format("{}: '{}' is no regular expression: {}; correct it, or leave the ~ out "
                        "if it is a name",
                        key, name, reason.data()),
            setting.where);
    }
    return names;
}

std::uint16_t read_channels(std::string_view key, const NodeSetting& setting)
{
    const auto bit = [&](const JsonValue& value) {
        return static_cast<std::uint16_t>(1u << (read_count(key, {value, setting.where}, 1, 16) - 1));
    };
    if (setting.value.kind != JsonValue::Kind::array)
        return bit(setting.value);
    std::uint16_t channels = 0;
    for (const auto& item : setting.value.items)
        channels = static_cast<std::uint16_t>(channels | bit(item));
    return channels;
}

std::map<std::string, double> read_params(std::string_view key, const NodeSetting& setting)
{
    if (setting.value.kind != JsonValue::Kind::object)
        refuse(key, setting, "an object of names and values, as in params = { Cutoff = 0.4 }");
    std::map<std::string, double> params;
    for (const auto& [name, offset, value] : setting.value.members) {
        const auto flag = to_bool(value);
        const auto number = flag ? std::optional(*flag ? 1.0 : 0.0) : to_number(value);
        if (!number)
            refuse(fmt::format("{}.{}", key, name), {value, setting.where}, "a number, true or false");
        params[name] = *number;
    }
    return params;
}

/// Makes what the user wrote an absolute path.
fs::path read_path(std::string_view key, const NodeSetting& setting, const fs::path& home)
{
    std::string text = read_text(key, setting);
    for (const std::string_view start : {"~/", "$HOME/", "${HOME}/"})
        if (text.starts_with(start))
            return (home / text.substr(start.size())).lexically_normal();
    return (setting.where.file.parent_path() / text).lexically_normal();
}

void require_existing(std::string_view key, const NodeSetting& setting, const fs::path& path)
{
    std::error_code error;
    if (fs::exists(path, error))
        return;
    if (error)
        throw SettingError(fmt::format("{} '{}' cannot be reached: {}; look at the rights of its directories",
                                       key, path.string(), error.message()),
                           setting.where);
    // The first directory that is missing tells a slip in the path from a file that was moved.
    auto parent = path.parent_path();
    while (!fs::exists(parent, error) && parent.has_relative_path())
        parent = parent.parent_path();
    throw SettingError(fmt::format("{} '{}' does not exist ('{}' does); correct it, or put the file there",
                                   key, path.string(), parent.string()),
                       setting.where);
}

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
    constexpr std::size_t longest = 64;
    const bool good = name.size() <= longest && name.front() != '.' && name.front() != '-' &&
                      std::all_of(name.begin(), name.end(), [](unsigned char letter) {
                          return std::isalnum(letter) != 0 || letter == '.' || letter == '_' || letter == '-';
                      });
    if (!good)
        refuse("name", setting,
               fmt::format(
                   "at most {} letters, digits, '-', '_' and '.' (put what people read into description)",
                   longest));
    return name;
}

/// A plugin of a chain; its parameters go to those of the node, under its name.
ChainPart read_chain_part(const NodeSetting& setting, const fs::path& home, NodeConfig& node)
{
    constexpr std::array<std::string_view, 4> known{"name", "path", "plugin", "params"};
    if (setting.value.kind != JsonValue::Kind::object)
        refuse("each element of chain", setting, "an object, as in { path = \"Reverb.dll\" }");
    ChainPart part;
    std::map<std::string, double> params;
    for (const auto& [name, offset, value] : setting.value.members) {
        const NodeSetting inner{value, setting.where};
        const std::string key = fmt::format("chain.{}", name);
        if (name == "path") {
            auto address = parse_plugin_address(read_path(key, inner, home));
            part.path = std::move(address.file);
            if (part.plugin_class.empty())
                part.plugin_class = std::move(address.plugin);
            require_existing(key, inner, part.path);
        } else if (name == "plugin") {
            part.plugin_class = read_text(key, inner);
        } else if (name == "name") {
            part.name = read_text(key, inner);
        } else if (name == "params") {
            params = read_params(key, inner);
        } else {
            throw SettingError(
                fmt::format("a plugin of a chain has no key '{}'{}", name,
                            suggestion(name, std::vector<std::string_view>(known.begin(), known.end()))),
                setting.where);
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

void read_chain(const NodeSetting& setting, const fs::path& home, NodeConfig& node)
{
    if (setting.value.kind != JsonValue::Kind::array || setting.value.items.size() < 2)
        refuse(
            "chain", setting,
            "an array of two plugins or more, as in [ { path = \"Comp.dll\" } { path = \"Reverb.dll\" } ]");
    for (const auto& item : setting.value.items)
        node.chain.push_back(read_chain_part({item, setting.where}, home, node));
    node.path = node.chain.front().path;
}

using Reader = std::function<void(NodeConfig&, const NodeSetting&, const fs::path& home)>;

struct Key {
    std::string_view name;
    std::optional<NodeType> type; ///< the only type that it is for
    Reader read;
};

/// Every key of a node but `name`, `type` and node.*.
const std::vector<Key>& keys()
{
    static const std::vector<Key> table{
        {"path",
         {},
         [](auto& node, const auto& setting, const auto& home) {
             node.path = read_path("path", setting, home);
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
             const auto flag = to_bool(setting.value);
             if (!flag)
                 refuse("enabled", setting, "true or false");
             node.enabled = *flag;
         }},
        {"plugin", NodeType::plugin,
         [](auto& node, const auto& setting, const auto&) {
             node.plugin_class = read_text("plugin", setting);
         }},
        {"chain", NodeType::plugin,
         [](auto& node, const auto& setting, const auto& home) {
             read_chain(setting, home, node);
         }},
        {"prefix", NodeType::plugin,
         [](auto& node, const auto& setting, const auto& home) {
             node.prefix = read_path("prefix", setting, home);
         }},
        {"group", NodeType::plugin,
         [](auto& node, const auto& setting, const auto&) {
             node.host_group = read_text("group", setting);
         }},
        {"host.group", NodeType::plugin,
         [](auto& node, const auto& setting, const auto&) {
             node.host_group = read_text("host.group", setting);
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

/// The name of the file, or of the files of a chain.
std::string stems_of(const NodeConfig& node)
{
    std::string text = node.path.stem().string();
    for (std::size_t i = 1; i < node.chain.size(); ++i)
        text += " > " + node.chain[i].path.stem().string();
    return text;
}

} // namespace

NodeConfig make_node_config(const NodeSettings& settings, const Location& where, const fs::path& home,
                            std::vector<ConfigurationProblem>& problems)
{
    const auto required = [&](const char* key, const char* example) -> const NodeSetting& {
        const auto found = settings.find(key);
        if (found == settings.end())
            throw SettingError(fmt::format("{} is missing; add it, as in {}", key, example), where);
        return found->second;
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
        if (key == table.end()) {
            const auto names = key_names();
            warn(setting.where, fmt::format("there is no key '{}'{}", name, suggestion(name, names)));
        } else if (key->type && *key->type != node.type) {
            if (!setting.for_all)
                warn(setting.where, fmt::format("'{}' is for a {} only; leave it out", name,
                                                type_names[static_cast<std::size_t>(*key->type)]));
        } else {
            key->read(node, setting, home);
        }
    }
    if (const auto given = node.properties.find("node.description"); given != node.properties.end())
        node.description = given->second;
    else if (node.description.empty())
        node.description = stems_of(node);
    return node;
}

} // namespace decant::service
