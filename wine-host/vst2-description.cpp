// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/vst2-description.hpp"

#include "wine-host/port-list.hpp"
#include "wine-host/protocol/version.hpp"
#include "wine-host/text.hpp"
#include "wine-host/vst2-speakers.hpp"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace decant::host
{
namespace
{

using protocol::PortDescription;

/// VST2 leaves the form of a version open. Plugins built with JUCE or DPF give a byte to each part, others a
/// decimal digit.
std::string version_text(std::int32_t version)
{
    const auto dotted = [version](int base) {
        const int minor = version / base % base;
        return std::to_string(version / base / base) + "." + std::to_string(minor) + "." +
               std::to_string(version % base);
    };
    if (version >= 0x10000)
        return dotted(256);
    if (version >= 1000)
        return std::to_string(version / 1000) + "." + std::to_string(version / 100 % 10) + "." +
               std::to_string(version / 10 % 10) + "." + std::to_string(version % 10);
    return version >= 100 ? dotted(10) : std::to_string(version);
}

struct Pin {
    std::string label;
    bool stereo; ///< with the next one
};

std::vector<Pin> pins(const Vst2Effect& effect, int opcode, std::uint32_t count)
{
    std::vector<Pin> pins(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        vst2::PinProperties properties{};
        if (effect.dispatch(opcode, static_cast<int>(i), 0, &properties) == 0)
            continue;
        properties.known.label[sizeof properties.known.label - 1] = '\0';
        pins[i] = {from_plugin(properties.known.label), (properties.known.flags & vst2::pin_is_stereo) != 0};
    }
    return pins;
}

/// VST2 has no buses, only pins in a row. They become
/// - one bus with the names of the speakers, if the plugin gives a speaker to each pin or there are at most
/// two,
/// - else a bus for each pair that the pins themselves form, and one for each single pin.
void add_ports(std::vector<PortDescription>& ports, std::span<const Pin> pins,
               const VstSpeakerArrangement* arrangement, const std::string& group, bool side)
{
    const std::size_t count = pins.size();
    std::vector<std::string> speakers = speaker_names(arrangement, count);
    if (count == 1)
        speakers = {"MONO"};
    else if (count == 2)
        speakers = {"FL", "FR"};

    bool second = false;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string number = std::to_string(i + 1);
        PortDescription port{pins[i].label.empty() ? group + " " + number : pins[i].label, group, {}, side};
        if (!speakers.empty()) {
            port.position = speakers[i];
        } else if (second) {
            port.group = ports.back().group;
            port.position = "FR";
            second = false;
        } else {
            second = pins[i].stereo && i + 1 < count;
            port.group = group + " " + number;
            port.position = second ? "FL" : "AUX" + std::to_string(i);
        }
        ports.push_back(std::move(port));
    }
}

std::vector<protocol::ParameterDescription> parameters(const Vst2Effect& effect)
{
    std::vector<protocol::ParameterDescription> parameters;
    for (std::uint32_t id = 0; id < effect.parameters(); ++id) {
        const int index = static_cast<int>(id);
        protocol::ParameterDescription parameter;
        parameter.id = id;
        parameter.name = effect.text(effGetParamName, index);
        if (parameter.name.empty())
            parameter.name = "Parameter " + std::to_string(id + 1);
        parameter.unit = effect.text(effGetParamLabel, index);
        parameter.initial = effect.parameter(id);
        vst2::ParameterProperties properties{};
        if (effect.dispatch(vst2::effect_get_parameter_properties, index, 0, &properties) == 1) {
            const std::int64_t span = std::int64_t{properties.maximum} - properties.minimum;
            if ((properties.flags & vst2::parameter_is_switch) != 0)
                parameter.steps = 1;
            else if ((properties.flags & vst2::parameter_uses_integers) != 0 && span > 0)
                parameter.steps = static_cast<std::uint32_t>(span);
        }
        parameters.push_back(std::move(parameter));
    }
    return parameters;
}

std::vector<std::string> programs(const Vst2Effect& effect)
{
    std::vector<std::string> programs;
    for (std::uint32_t i = 0; i < effect.programs(); ++i)
        programs.push_back(effect.text(effGetProgramNameIndexed, static_cast<int>(i)));
    return programs;
}

} // namespace

std::string vst2_id(std::int32_t id)
{
    std::string letters;
    for (int shift = 24; shift >= 0; shift -= 8)
        letters += static_cast<char>(static_cast<std::uint32_t>(id) >> shift);
    const bool readable =
        std::all_of(letters.begin(), letters.end(), [](char c) { return c >= ' ' && c < 0x7f; });
    return readable ? letters : hexadecimal(static_cast<std::uint32_t>(id));
}

protocol::PluginDescription describe_vst2(const Vst2Effect& effect, const std::string& file_name)
{
    protocol::PluginDescription plugin;
    plugin.format = protocol::PluginFormat::vst2;
    plugin.bits = sizeof(void*) * 8;
    plugin.id = vst2_id(effect.id());
    plugin.name = effect.text(effGetEffectName);
    if (plugin.name.empty())
        plugin.name = effect.text(effGetProductString);
    if (plugin.name.empty())
        plugin.name = file_name;
    plugin.vendor = effect.text(effGetVendorString);
    plugin.version = version_text(effect.version());
    plugin.instrument = effect.is_synth() || effect.dispatch(effGetPlugCategory) == kPlugCategSynth;
    plugin.midi_in = plugin.instrument || effect.can("receiveVstMidiEvent") || effect.can("receiveVstEvents");
    plugin.midi_out = effect.can("sendVstMidiEvent") || effect.can("sendVstEvents");
    plugin.has_editor = effect.has_editor();
    plugin.latency = effect.latency();

    const std::uint32_t inputs = std::min(effect.inputs(), protocol::max_channels);
    const std::uint32_t outputs = std::min(effect.outputs(), protocol::max_channels);
    VstSpeakerArrangement* input_arrangement = nullptr;
    VstSpeakerArrangement* output_arrangement = nullptr;
    if (effect.dispatch(effGetSpeakerArrangement, 0, reinterpret_cast<VstIntPtr>(&input_arrangement),
                        &output_arrangement) == 0)
        input_arrangement = output_arrangement = nullptr;
    const std::vector<Pin> input_pins = pins(effect, effGetInputProperties, inputs);
    const std::vector<Pin> output_pins = pins(effect, effGetOutputProperties, outputs);
    // Of an effect, inputs for which there is no output are a side chain.
    const bool side_chain = !plugin.instrument && outputs > 0 && inputs > outputs;
    const std::span all_inputs(input_pins);
    add_ports(plugin.inputs, all_inputs.first(side_chain ? outputs : inputs), input_arrangement, "Input",
              false);
    if (side_chain)
        add_ports(plugin.inputs, all_inputs.subspan(outputs), nullptr, "Side chain", true);
    add_ports(plugin.outputs, output_pins, output_arrangement, "Output", false);
    make_names_unique(plugin.inputs);
    make_names_unique(plugin.outputs);
    plugin.parameters = parameters(effect);
    plugin.programs = programs(effect);
    return plugin;
}

} // namespace decant::host
