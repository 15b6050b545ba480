// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/rack-view.hpp"

#include "service/cli/daemon-client.hpp"
#include "service/global-properties.hpp"

#include <nlohmann/json.hpp>
#include <pipewire/pipewire.h>
#include <spa/utils/string.h>

#include <charconv>
#include <map>
#include <string_view>
#include <utility>

namespace decant::cli
{

namespace
{

using namespace std::string_view_literals;

using service::property;

struct Port {
    std::string node;
    bool input;
    bool midi;
};

/// Collects what the daemon and the service tell.
struct Reader {
    std::map<std::string, RackNode> nodes; ///< by node.name
    std::map<std::uint32_t, std::string> names;
    std::vector<Port> ports;
    std::vector<std::string> problems;

    void add_object(std::uint32_t id, const char* type, const spa_dict* properties)
    {
        if (spa_streq(type, PW_TYPE_INTERFACE_Node))
            add_node(id, properties);
        else if (spa_streq(type, PW_TYPE_INTERFACE_Port))
            ports.push_back(
                {std::string(property(properties, PW_KEY_NODE_ID)),
                 property(properties, PW_KEY_PORT_DIRECTION) == "in"sv,
                 property(properties, PW_KEY_FORMAT_DSP).find("audio") == std::string_view::npos});
    }

    void add_node(std::uint32_t id, const spa_dict* properties)
    {
        const auto name = property(properties, PW_KEY_NODE_NAME);
        if (!name.starts_with(service::node_prefix))
            return;
        auto& node = nodes[std::string(name)];
        node.id = id;
        node.description = property(properties, PW_KEY_NODE_DESCRIPTION);
        names[id] = name;
    }

    void take_entry(const char* key, const char* text)
    {
        if (text == nullptr)
            return;
        if (std::string_view(key).starts_with(service::node_prefix)) {
            if (auto status = service::parse_node_status(text))
                nodes[key].status = std::move(*status);
        } else if (spa_streq(key, service::service_key)) {
            take_problems(nlohmann::json::parse(text, nullptr, false));
        }
    }

    void take_problems(const nlohmann::json& state)
    {
        const auto list = state.is_object() ? state.find("problems") : state.end();
        if (list == state.end() || !list->is_array())
            return;
        problems.clear();
        for (const auto& problem : *list)
            if (problem.is_string())
                problems.push_back(problem.get<std::string>());
    }
};

} // namespace

RackView read_rack()
{
    Reader reader;
    DaemonClient client(
        {.object = [&reader](std::uint32_t id, const char* type,
                             const spa_dict* properties) { reader.add_object(id, type, properties); },
         .entry =
             [&reader](const char* key, const char* text) {
                 reader.take_entry(key, text);
             }});
    client.look_around();

    for (const auto& port : reader.ports) {
        std::uint32_t id = 0;
        std::from_chars(port.node.data(), port.node.data() + port.node.size(), id);
        const auto name = reader.names.find(id);
        if (name == reader.names.end())
            continue;
        auto& node = reader.nodes[name->second];
        auto& count = port.midi ? (port.input ? node.midi_inputs : node.midi_outputs)
                                : (port.input ? node.inputs : node.outputs);
        ++count;
    }
    RackView rack;
    for (auto& [name, node] : reader.nodes) {
        node.name = name.substr(service::node_prefix.size());
        rack.nodes.push_back(std::move(node));
    }
    rack.problems = std::move(reader.problems);
    return rack;
}

} // namespace decant::cli
