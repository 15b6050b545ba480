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
#include <span>
#include <string>
#include <system_error>
#include <utility>

namespace decant::service
{

namespace
{

namespace fs = std::filesystem;

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

} // namespace

const std::vector<NodeKey>& node_keys()
{
    static const std::vector<NodeKey> table{
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
             read_chain(setting, around.home, node, around.problems);
         }},
        {"prefix", NodeType::plugin,
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
         [](auto& node, const auto& setting, const auto& around) {
             for (const auto& [name, value] : read_params("params", setting, around.problems))
                 node.params[name] = value;
         }},
        {"editor.scale", NodeType::plugin,
         [](auto& node, const auto& setting, const auto&) {
             node.editor_scale = read_number("editor.scale", setting, 0.5, 8);
         }},
        {"tempo",
         {},
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
        {"midi.programs", NodeType::plugin,
         [](auto& node, const auto& setting, const auto&) {
             node.midi_programs = read_flag("midi.programs", setting);
         }},
        {"input.channels", NodeType::plugin,
         [](auto& node, const auto& setting, const auto&) {
             node.input_channels = read_layout("input.channels", setting);
         }},
        {"output.channels", NodeType::plugin,
         [](auto& node, const auto& setting, const auto&) {
             node.output_channels = read_layout("output.channels", setting);
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

std::vector<std::string_view> node_key_names()
{
    std::vector<std::string_view> names{"name", "type"};
    for (const auto& key : node_keys())
        names.push_back(key.name);
    return names;
}

} // namespace decant::service
