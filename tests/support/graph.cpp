// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/graph.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace decant::tests
{
namespace
{

bool is_a(const nlohmann::json& object, std::string_view interface)
{
    return object.value("type", "").ends_with(interface);
}

/// The properties of an object; empty for one that pw-dump saw vanish.
nlohmann::json properties_of(const nlohmann::json& object)
{
    const auto info = object.find("info");
    if (info == object.end() || !info->is_object() || !info->contains("props"))
        return nlohmann::json::object();
    return info->at("props");
}

std::uint32_t id_in(const nlohmann::json& properties, const char* key)
{
    return properties.value(key, 0xffffffffu);
}

} // namespace

Graph::Graph(nlohmann::json dump) : dump_(std::move(dump))
{
    std::map<std::uint32_t, std::string> nodes;
    for (const auto& object : dump_)
        if (is_a(object, ":Node"))
            nodes[object.value("id", 0u)] = properties_of(object).value("node.name", "");

    for (const auto& object : dump_) {
        if (!is_a(object, ":Port"))
            continue;
        auto properties = properties_of(object);
        const auto node = nodes.find(id_in(properties, "node.id"));
        if (node == nodes.end())
            continue;
        ports_.push_back({
            .id = object.value("id", 0u),
            .node = node->second,
            .name = properties.value("port.name", ""),
            .direction =
                properties.value("port.direction", "") == "in" ? Direction::input : Direction::output,
            .monitor = properties.value("port.monitor", false),
            .properties = std::move(properties),
        });
    }
    std::stable_sort(ports_.begin(), ports_.end(), [](const Port& a, const Port& b) {
        return id_in(a.properties, "port.id") < id_in(b.properties, "port.id");
    });
}

std::optional<nlohmann::json> Graph::find_node(std::string_view node_name) const
{
    for (const auto& object : dump_)
        if (is_a(object, ":Node") && properties_of(object).value("node.name", "") == node_name)
            return object;
    return std::nullopt;
}

std::vector<Port> Graph::ports_of(std::string_view node_name) const
{
    std::vector<Port> result;
    std::copy_if(ports_.begin(), ports_.end(), std::back_inserter(result),
                 [&](const Port& port) { return port.node == node_name; });
    return result;
}

std::vector<Port> Graph::ports_of(std::string_view node_name, Direction direction) const
{
    auto result = ports_of(node_name);
    std::erase_if(result, [&](const Port& port) { return port.direction != direction || port.monitor; });
    return result;
}

std::multiset<Link> Graph::links() const
{
    std::map<std::uint32_t, std::string> paths;
    for (const auto& port : ports_)
        paths[port.id] = port.path();

    std::multiset<Link> result;
    for (const auto& object : dump_) {
        if (!is_a(object, ":Link"))
            continue;
        const auto properties = properties_of(object);
        const auto output = paths.find(id_in(properties, "link.output.port"));
        const auto input = paths.find(id_in(properties, "link.input.port"));
        if (output != paths.end() && input != paths.end())
            result.insert({output->second, input->second});
    }
    return result;
}

bool Graph::linked(std::string_view output, std::string_view input) const
{
    return links().contains({std::string(output), std::string(input)});
}

bool Graph::flows(std::string_view output, std::string_view input) const
{
    const auto ids = link_ids(output, input);
    return std::any_of(dump_.begin(), dump_.end(), [&](const auto& object) {
        return std::find(ids.begin(), ids.end(), object.value("id", 0u)) != ids.end() &&
               object.value(nlohmann::json::json_pointer("/info/state"), "") == "active";
    });
}

std::vector<std::uint32_t> Graph::link_ids(std::string_view output, std::string_view input) const
{
    const auto has_path = [&](std::uint32_t id, std::string_view path) {
        return std::any_of(ports_.begin(), ports_.end(),
                           [&](const Port& port) { return port.id == id && port.path() == path; });
    };
    std::vector<std::uint32_t> result;
    for (const auto& object : dump_) {
        const auto properties = properties_of(object);
        if (is_a(object, ":Link") && has_path(id_in(properties, "link.output.port"), output) &&
            has_path(id_in(properties, "link.input.port"), input))
            result.push_back(object.value("id", 0u));
    }
    return result;
}

std::optional<nlohmann::json> Graph::metadata(std::string_view object_name, std::string_view key) const
{
    for (const auto& object : dump_) {
        if (!is_a(object, ":Metadata") || !object.contains("metadata"))
            continue;
        if (object.value("props", nlohmann::json::object()).value("metadata.name", "") != object_name)
            continue;
        for (const auto& entry : object["metadata"])
            if (entry.value("subject", 0u) == 0 && entry.value("key", "") == key)
                return entry.at("value");
    }
    return std::nullopt;
}

} // namespace decant::tests
