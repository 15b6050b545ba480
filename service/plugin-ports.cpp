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

nodes::PortLayout ports_of(const protocol::PluginDescription& plugin, bool midi_programs)
{
    // JACK knows no two ports of one name in a node, whatever their direction.
    UniqueNames names;
    nodes::PortLayout layout;
    layout.inputs = ports_of(plugin.inputs, "in", names);
    layout.outputs = ports_of(plugin.outputs, "out", names);
    layout.midi_in = plugin.midi_in || (midi_programs && !plugin.programs.empty());
    layout.midi_out = plugin.midi_out;
    return layout;
}

bool same_ports(const protocol::PluginDescription& one, const protocol::PluginDescription& other)
{
    const auto same = [](const protocol::PortDescription& a, const protocol::PortDescription& b) {
        return a.name == b.name && a.group == b.group && a.position == b.position;
    };
    const auto same_names = [](const protocol::ParameterDescription& a,
                               const protocol::ParameterDescription& b) {
        return a.id == b.id && a.name == b.name && a.minimum == b.minimum && a.maximum == b.maximum;
    };
    return std::equal(one.inputs.begin(), one.inputs.end(), other.inputs.begin(), other.inputs.end(), same) &&
           std::equal(one.outputs.begin(), one.outputs.end(), other.outputs.begin(), other.outputs.end(),
                      same) &&
           std::equal(one.parameters.begin(), one.parameters.end(), other.parameters.begin(),
                      other.parameters.end(), same_names) &&
           one.midi_in == other.midi_in && one.midi_out == other.midi_out &&
           one.instrument == other.instrument;
}

} // namespace decant::service
