// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/plugin-ports.hpp"

#include "service/unique-names.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace decant::service
{

namespace
{

/// Without what is no text, and without the colon, at which pw-link and JACK part node and port.
std::string port_name(std::string name, const char* direction)
{
    std::replace_if(
        name.begin(), name.end(),
        [](char letter) {
            const auto code = static_cast<unsigned char>(letter);
            return code < 0x20 || code == 0x7f || letter == ':';
        },
        ' ');
    const auto first = name.find_first_not_of(' ');
    if (first == std::string::npos)
        return direction;
    return name.substr(first, name.find_last_not_of(' ') - first + 1);
}

std::vector<nodes::AudioPort> ports_of(const std::vector<protocol::PortDescription>& ports,
                                       const char* direction, UniqueNames& names)
{
    std::vector<nodes::AudioPort> result;
    for (const auto& port : ports)
        result.push_back({names.add(port_name(port.name, direction)), port.position, port.group});
    return result;
}

} // namespace

nodes::PortLayout ports_of(const protocol::PluginDescription& plugin)
{
    // JACK knows no two ports of one name in a node, whatever their direction.
    UniqueNames names;
    nodes::PortLayout layout;
    layout.inputs = ports_of(plugin.inputs, "in", names);
    layout.outputs = ports_of(plugin.outputs, "out", names);
    layout.midi_in = plugin.midi_in;
    layout.midi_out = plugin.midi_out;
    return layout;
}

bridge::BridgeLayout layout_of(const protocol::PluginDescription& plugin)
{
    return {.inputs = static_cast<std::uint32_t>(plugin.inputs.size()),
            .outputs = static_cast<std::uint32_t>(plugin.outputs.size()),
            .midi_in = plugin.midi_in,
            .midi_out = plugin.midi_out,
            .kind = plugin.instrument ? bridge::BridgeKind::instrument : bridge::BridgeKind::effect};
}

} // namespace decant::service
