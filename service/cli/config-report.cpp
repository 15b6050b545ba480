// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/config-report.hpp"

#include "service/cli/printable.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace decant::cli
{

namespace
{

using nlohmann::ordered_json;
using service::JsonValue;
using service::SettingOrigin;

/// As JSON proper has it; a word that is no number, no truth and no null is a text.
ordered_json value_of(const JsonValue& value)
{
    switch (value.kind) {
    case JsonValue::Kind::array: {
        auto array = ordered_json::array();
        for (const auto& item : value.items)
            array.push_back(value_of(item));
        return array;
    }
    case JsonValue::Kind::object: {
        auto object = ordered_json::object();
        for (const auto& [key, position, member] : value.members)
            object[key] = value_of(member);
        return object;
    }
    case JsonValue::Kind::word:
        if (auto word = ordered_json::parse(value.text, nullptr, false);
            word.is_primitive() && !word.is_discarded())
            return word;
        [[fallthrough]];
    default:
        return value.text;
    }
}

bool needs_quotes(std::string_view text)
{
    constexpr std::string_view special = " \t\n\"\\{}[]=:,#~!";
    return text.empty() || text.find_first_of(special) != std::string_view::npos || printable(text) != text;
}

/// As a configuration file has it.
std::string written(const JsonValue& value)
{
    switch (value.kind) {
    case JsonValue::Kind::array: {
        std::string text = "[ ";
        for (const auto& item : value.items)
            text += written(item) + " ";
        return text + "]";
    }
    case JsonValue::Kind::object: {
        std::string text = "{ ";
        for (const auto& [key, position, member] : value.members)
            text +=
                fmt::format("{} = {} ", needs_quotes(key) ? ordered_json(key).dump() : key, written(member));
        return text + "}";
    }
    default:
        return needs_quotes(value.text)
                   ? ordered_json(value.text).dump(-1, ' ', false, ordered_json::error_handler_t::replace)
                   : value.text;
    }
}

std::string_view name_of(SettingOrigin origin)
{
    switch (origin) {
    case SettingOrigin::properties:
        return "decant.properties";
    case SettingOrigin::rule:
        return "decant.rules";
    default:
        return "node";
    }
}

std::string place(const service::Location& where)
{
    return fmt::format("{}:{}", where.file.string(), where.position.line);
}

ordered_json place_json(const service::Location& where)
{
    return {{"file", where.file.string()}, {"line", where.position.line}, {"column", where.position.column}};
}

std::string_view type_of(const service::NodeConfig& node)
{
    return node.type == service::NodeType::plugin ? "plugin" : "sampler";
}

void add_node(std::string& text, const service::NodeConfig& node, const service::WrittenSettings& all)
{
    fmt::format_to(std::back_inserter(text), "{} ({}{})  {}\n", node.name, type_of(node),
                   node.enabled ? "" : ", disabled", place(all.where));
    std::size_t keys = 0;
    std::size_t values = 0;
    constexpr std::size_t widest = 48;
    for (const auto& [key, setting] : all.settings) {
        keys = std::max(keys, key.size());
        values = std::max(values, std::min(written(setting.value).size(), widest));
    }
    for (const auto& [key, setting] : all.settings) {
        if (key == "name")
            continue;
        const auto from = setting.origin == SettingOrigin::node && setting.where.file == all.where.file
                              ? fmt::format("line {}", setting.where.position.line)
                              : fmt::format("{} {}", name_of(setting.origin), place(setting.where));
        fmt::format_to(std::back_inserter(text), "  {:<{}}  {:<{}}  {}\n", key, keys, written(setting.value),
                       values, from);
    }
}

} // namespace

std::string to_text(const service::Configuration& configuration)
{
    std::string text;
    if (configuration.sampler_memory)
        fmt::format_to(std::back_inserter(text), "sampler.memory = {:g}\n\n", *configuration.sampler_memory);
    for (const auto& node : configuration.nodes) {
        add_node(text, node, configuration.written.at(node.name));
        text += '\n';
    }
    if (configuration.nodes.empty())
        text += "The rack is empty: 'decant add FILE' puts a plugin or an instrument into it.\n";
    return text;
}

ordered_json to_json(const service::Configuration& configuration)
{
    auto nodes = ordered_json::array();
    for (const auto& node : configuration.nodes) {
        const auto& all = configuration.written.at(node.name);
        auto settings = ordered_json::object();
        for (const auto& [key, setting] : all.settings) {
            auto entry = place_json(setting.where);
            entry["value"] = value_of(setting.value);
            entry["from"] = name_of(setting.origin);
            settings[key] = std::move(entry);
        }
        auto entry = place_json(all.where);
        entry["name"] = node.name;
        entry["type"] = type_of(node);
        entry["enabled"] = node.enabled;
        entry["description"] = node.description;
        entry["path"] = node.path.string();
        entry["settings"] = std::move(settings);
        nodes.push_back(std::move(entry));
    }
    return {{"nodes", std::move(nodes)},
            {"sampler_memory",
             configuration.sampler_memory ? ordered_json(*configuration.sampler_memory) : ordered_json()},
            {"cpu_dma_latency",
             configuration.dma_latency ? ordered_json(*configuration.dma_latency) : ordered_json()},
            {"problems", problems_json(configuration)}};
}

ordered_json problems_json(const service::Configuration& configuration)
{
    auto problems = ordered_json::array();
    for (const auto& problem : configuration.problems) {
        auto entry = place_json(problem.where);
        entry["node"] = problem.node.empty() ? ordered_json() : ordered_json(problem.node);
        entry["severity"] = problem.fatal ? "error" : "warning";
        entry["text"] = problem.text;
        problems.push_back(std::move(entry));
    }
    return problems;
}

} // namespace decant::cli
