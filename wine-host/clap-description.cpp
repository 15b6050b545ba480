// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/clap-description.hpp"

#include "wine-host/port-list.hpp"
#include "wine-host/text.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>

namespace decant::host
{
namespace
{

constexpr std::uint32_t most_ports = 256;
constexpr std::uint32_t most_channels = 1024;

std::string text_of(const char* text)
{
    return text != nullptr ? from_plugin(text) : std::string();
}

bool has_feature(const clap_plugin_descriptor_t& plugin, std::string_view wanted)
{
    for (const char** feature = plugin.features; feature != nullptr && *feature != nullptr; ++feature)
        if (wanted == *feature)
            return true;
    return false;
}

/// PipeWire's names of CLAP's speakers, by their numbers.
constexpr const char* speakers[] = {"FL", "FR", "FC",  "LFE", "RL",  "RR",  "FLC", "FRC", "RC",  "SL",
                                    "SR", "TC", "TFL", "TFC", "TFR", "TRL", "TRC", "TRR", "TSL", "TSR"};

/// Those of a surround port, or what its number of channels tells: AUX0 and so on for more than two, which
/// are the components in their order if the port is ambisonic.
std::vector<std::string> positions_of_port(const clap_plugin_t* plugin, const clap_audio_port_info_t& port,
                                           bool input, std::uint32_t index)
{
    const auto usual = positions_of(port.channel_count);
    if (port.port_type == nullptr || std::strcmp(port.port_type, clap::port_surround) != 0)
        return usual;
    const auto* surround = clap_extension<clap::PluginSurround>(plugin, clap::ext_surround);
    if (surround == nullptr)
        surround = clap_extension<clap::PluginSurround>(plugin, clap::ext_surround_draft);
    std::vector<std::uint8_t> map(port.channel_count, UINT8_MAX);
    if (surround == nullptr ||
        surround->get_channel_map(plugin, input, index, map.data(), port.channel_count) != port.channel_count)
        return usual;
    std::vector<std::string> positions;
    for (const std::uint8_t speaker : map) {
        if (speaker >= std::size(speakers) ||
            std::find(positions.begin(), positions.end(), speakers[speaker]) != positions.end())
            return usual;
        positions.emplace_back(speakers[speaker]);
    }
    return positions;
}

std::uint32_t main_channels(const clap_plugin_t* plugin, bool input)
{
    const auto ports = clap_audio_ports(plugin, input);
    return ports.empty() ? 0 : ports.front().channel_count;
}

std::vector<protocol::PortDescription> ports_of(const clap_plugin_t* plugin, bool input)
{
    std::vector<protocol::PortDescription> ports;
    const auto infos = clap_audio_ports(plugin, input);
    for (std::size_t i = 0; i < infos.size(); ++i) {
        std::string name = text_of(infos[i].name);
        if (name.empty())
            name = (input ? "Input " : "Output ") + std::to_string(i + 1);
        const bool side = i != 0 && (infos[i].flags & CLAP_AUDIO_PORT_IS_MAIN) == 0;
        add_bus(ports, name, positions_of_port(plugin, infos[i], input, static_cast<std::uint32_t>(i)), side);
    }
    make_names_unique(ports);
    return ports;
}

std::vector<protocol::ParameterDescription> describe(const clap_plugin_t* plugin,
                                                     std::span<const ClapParameter> parameters)
{
    std::vector<protocol::ParameterDescription> descriptions;
    const auto* interface = clap_extension<clap_plugin_params_t>(plugin, CLAP_EXT_PARAMS);
    const std::uint32_t count = interface != nullptr ? interface->count(plugin) : 0;
    std::uint32_t next = 0;
    for (std::uint32_t i = 0; i < count && next < parameters.size(); ++i) {
        clap_param_info_t info{};
        if (!interface->get_info(plugin, i, &info) || info.id != parameters[next].id)
            continue;
        info.name[sizeof info.name - 1] = '\0';
        protocol::ParameterDescription parameter;
        parameter.id = next++;
        parameter.name = from_plugin(info.name);
        if (parameter.name.empty())
            parameter.name = "Parameter " + std::to_string(parameter.id + 1);
        parameter.minimum = info.min_value;
        parameter.maximum = info.max_value;
        parameter.initial = info.default_value;
        interface->get_value(plugin, info.id, &parameter.initial);
        if ((info.flags & CLAP_PARAM_IS_STEPPED) != 0)
            parameter.steps =
                static_cast<std::uint32_t>(std::clamp(info.max_value - info.min_value, 0.0, 1e6));
        char value[256] = {};
        if (interface->value_to_text(plugin, info.id, info.default_value, value, sizeof value)) {
            value[sizeof value - 1] = '\0';
            parameter.unit = unit_of(from_plugin(value));
        }
        descriptions.push_back(std::move(parameter));
    }
    return descriptions;
}

} // namespace

std::vector<clap_audio_port_info_t> clap_audio_ports(const clap_plugin_t* plugin, bool input)
{
    std::vector<clap_audio_port_info_t> ports;
    const auto* interface = clap_extension<clap_plugin_audio_ports_t>(plugin, CLAP_EXT_AUDIO_PORTS);
    const std::uint32_t count = interface != nullptr ? interface->count(plugin, input) : 0;
    for (std::uint32_t i = 0; i < std::min(count, most_ports); ++i) {
        auto& port = ports.emplace_back();
        if (!interface->get(plugin, i, input, &port))
            port = {};
        port.name[sizeof port.name - 1] = '\0';
        port.channel_count = std::min(port.channel_count, most_channels);
    }
    return ports;
}

void select_clap_ports(const clap_plugin_t* plugin, std::uint32_t inputs, std::uint32_t outputs)
{
    const auto* configs = clap_extension<clap::PluginAudioPortsConfig>(plugin, clap::ext_audio_ports_config);
    const std::uint32_t count = configs != nullptr ? std::min(configs->count(plugin), most_ports) : 0;
    const std::uint32_t wanted_inputs = inputs != 0 ? inputs : main_channels(plugin, true);
    const std::uint32_t wanted_outputs = outputs != 0 ? outputs : main_channels(plugin, false);
    for (std::uint32_t i = 0; i < count; ++i) {
        clap::AudioPortsConfig config{};
        if (configs->get(plugin, i, &config) &&
            (config.has_main_input ? config.main_input_channels : 0) == wanted_inputs &&
            (config.has_main_output ? config.main_output_channels : 0) == wanted_outputs &&
            configs->select(plugin, config.id))
            return;
    }
}

ClapNotes clap_notes(const clap_plugin_t* plugin, bool input)
{
    const auto* interface = clap_extension<clap_plugin_note_ports_t>(plugin, CLAP_EXT_NOTE_PORTS);
    clap_note_port_info_t port{};
    if (interface == nullptr || interface->count(plugin, input) == 0 ||
        !interface->get(plugin, 0, input, &port))
        return ClapNotes::none;
    return notes_of(port);
}

protocol::PluginDescription describe_clap(const clap_plugin_t* plugin,
                                          std::span<const ClapParameter> parameters)
{
    const clap_plugin_descriptor_t& descriptor = *plugin->desc;
    protocol::PluginDescription description;
    description.format = protocol::PluginFormat::clap;
    description.bits = sizeof(void*) * 8;
    description.id = text_of(descriptor.id);
    description.name = text_of(descriptor.name);
    description.vendor = text_of(descriptor.vendor);
    description.version = text_of(descriptor.version);
    description.instrument = has_feature(descriptor, "instrument");
    description.midi_in = clap_notes(plugin, true) != ClapNotes::none;
    description.midi_out = clap_notes(plugin, false) != ClapNotes::none;
    description.has_editor = clap_extension<void>(plugin, CLAP_EXT_GUI) != nullptr;
    description.inputs = ports_of(plugin, true);
    description.outputs = ports_of(plugin, false);
    description.parameters = describe(plugin, parameters);
    return description;
}

} // namespace decant::host
