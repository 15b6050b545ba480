// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/node-keys.hpp"

#include "nodes/nearest-word.hpp"
#include "service/chain-setting.hpp"
#include "service/plugin-address.hpp"
#include "service/setting-values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>

namespace decant::service
{

namespace
{

namespace fs = std::filesystem;

sampler::Quality read_quality(std::string_view key, const NodeSetting& setting)
{
    const auto text = read_text(key, setting);
    if (const auto quality = sampler::quality_named(text))
        return *quality;
    throw SettingError(fmt::format("{} must be one of {}, not '{}'{}", key,
                                   fmt::join(sampler::quality_names, ", "), text,
                                   suggestion(text, sampler::quality_names)),
                       setting.where);
}

bool read_flag(std::string_view key, const NodeSetting& setting)
{
    const auto flag = to_bool(setting.value);
    if (!flag)
        refuse(key, setting, "true or false");
    return *flag;
}

protocol::ChannelLayout read_layout(std::string_view key, const NodeSetting& setting)
{
    constexpr std::span all(protocol::channel_layout_names);
    return static_cast<protocol::ChannelLayout>(read_word(key, setting, all.subspan(1)) + 1);
}

constexpr std::array<std::string_view, 2> mode_words{"sync", "pipelined"};
constexpr std::array<std::string_view, 3> placement_words{"auto", "core", "free"};
constexpr std::array<std::string_view, 3> wake_words{"auto", "sleep", "anticipate"};
constexpr std::array<std::string_view, 3> policy_words{"FF", "RR", "TS"};
constexpr std::array<std::string_view, 2> worker_words{"ask", "inherit"};
constexpr std::array<std::string_view, 2> device_words{"sink", "source"};

/// For nodes of every type.
constexpr std::optional<NodeType> any;

/// A key whose value `read`, given `limits`, makes a member of the node.
template <class Member, class Read, class... Limits>
NodeKey key_of(std::string_view name, std::optional<NodeType> type, Member NodeConfig::* member, Read read,
               Limits... limits)
{
    return {name, type, [=](NodeConfig& node, const NodeSetting& setting, const KeySurroundings&) {
                node.*member = read(name, setting, limits...);
            }};
}

/// A key of every node whose value may be an array, all of whose elements are looked at.
template <class Member, class Read>
NodeKey array_key(std::string_view name, Member NodeConfig::* member, Read read)
{
    return {name, any, [=](NodeConfig& node, const NodeSetting& setting, const KeySurroundings& around) {
                node.*member = read(name, setting, around.problems);
            }};
}

/// A key of plugins whose value is one of the words for an enumeration, in its order.
template <class Enumeration>
NodeKey word_key(std::string_view name, Enumeration NodeConfig::* member,
                 std::span<const std::string_view> words)
{
    return {name, NodeType::plugin,
            [=](NodeConfig& node, const NodeSetting& setting, const KeySurroundings&) {
                node.*member = static_cast<Enumeration>(read_word(name, setting, words));
            }};
}

/// A key of plugins that says to the host what a variable says.
NodeKey variable_key(std::string_view name, const char* variable, std::span<const std::string_view> words)
{
    return {name, NodeType::plugin,
            [=](NodeConfig& node, const NodeSetting& setting, const KeySurroundings&) {
                node.wine[variable] = words[read_word(name, setting, words)];
            }};
}

/// A key of samplers that names a file.
NodeKey file_key(std::string_view name, fs::path NodeConfig::* member)
{
    return {name, NodeType::sampler,
            [=](NodeConfig& node, const NodeSetting& setting, const KeySurroundings& around) {
                node.*member = read_path(name, setting, around.home);
                require_file(name, setting, node.*member, FileKind::file);
            }};
}

} // namespace

const std::vector<NodeKey>& node_keys()
{
    using enum NodeType;
    static const std::vector<NodeKey> table{
        {"path", any,
         [](auto& node, const auto& setting, const auto& around) {
             node.path = read_path("path", setting, around.home);
             if (node.type == plugin) {
                 auto address = parse_plugin_address(node.path);
                 node.path = std::move(address.file);
                 if (!address.plugin.empty())
                     node.plugin_class = std::move(address.plugin);
             }
             require_file("path", setting, node.path,
                          node.type == plugin ? FileKind::file_or_folder : FileKind::file);
         }},
        key_of("description", any, &NodeConfig::description, read_text),
        key_of("enabled", any, &NodeConfig::enabled, read_flag),
        key_of("plugin", plugin, &NodeConfig::plugin_class, read_text),
        {"chain", plugin,
         [](auto& node, const auto& setting, const auto& around) {
             read_chain(setting, around.home, node, around.problems);
         }},
        {"prefix", plugin,
         [](auto& node, const auto& setting, const auto& around) {
             const auto prefix = read_path("prefix", setting, around.home);
             if (std::error_code error; !fs::exists(prefix, error))
                 around.problems.warn(
                     setting.where,
                     fmt::format("there is no Wine prefix '{}', so it is made for this plugin; "
                                 "correct it if it has another name",
                                 prefix.string()));
             node.prefix = prefix;
         }},
        key_of("group", plugin, &NodeConfig::host_group, read_text),
        key_of("host.group", plugin, &NodeConfig::host_group, read_text),
        key_of("host.spare", plugin, &NodeConfig::host_spare, read_flag),
        word_key("mode", &NodeConfig::mode, mode_words),
        word_key("placement", &NodeConfig::placement, placement_words),
        word_key("wake", &NodeConfig::wake, wake_words),
        {"wine.rt.prio", plugin,
         [](auto& node, const auto& setting, const auto&) {
             node.wine["WINE_RT_PRIO"] = std::to_string(read_count("wine.rt.prio", setting, 1, 98));
         }},
        variable_key("wine.rt.policy", "WINE_RT_POLICY", policy_words),
        variable_key("wine.rt.workers", "DECANT_RT_WORKERS", worker_words),
        {"params", plugin,
         [](auto& node, const auto& setting, const auto& around) {
             for (const auto& [name, value] : read_params("params", setting, around.problems))
                 node.params[name] = value;
         }},
        key_of("editor.scale", plugin, &NodeConfig::editor_scale, read_number, 0.5, 8),
        key_of("tempo", any, &NodeConfig::tempo, read_number, 1, 999),
        key_of("polyphony", sampler, &NodeConfig::polyphony, read_count, 1u, 4096u),
        key_of("volume", sampler, &NodeConfig::volume, read_number, -144, 24),
        key_of("quality", sampler, &NodeConfig::quality, read_quality),
        file_key("tuning", &NodeConfig::tuning),
        file_key("keyboard-map", &NodeConfig::keyboard_map),
        array_key("midi.from", &NodeConfig::midi_from, read_names),
        array_key("midi.channels", &NodeConfig::midi_channels, read_channels),
        key_of("midi.programs", plugin, &NodeConfig::midi_programs, read_flag),
        key_of("input.channels", plugin, &NodeConfig::input_channels, read_layout),
        key_of("output.channels", plugin, &NodeConfig::output_channels, read_layout),
        array_key("input.from", &NodeConfig::input_from, read_names),
        {"as", plugin,
         [](auto& node, const auto& setting, const auto&) {
             node.properties["decant.as"] = device_words.at(read_word("as", setting, device_words));
         }},
        array_key("output.to", &NodeConfig::output_to, read_names),
    };
    return table;
}

std::vector<std::string_view> node_key_names()
{
    std::vector<std::string_view> names{"name", "type"};
    for (const auto& key : node_keys())
        names.push_back(key.name);
    return names;
}

} // namespace decant::service
