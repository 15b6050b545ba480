// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A CLAP effect for tests with ports of several kinds: stereo, from mono to stereo, and 5.1, in which the
// sides come before the middle. Each output plays the input of its number, or the last one. Beside them it
// has an ambisonic output, which is silent.

#include "tests/plugins/clap-plugin.hpp"
#include "wine-host/clap-interface.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

namespace
{

namespace clap = decant::host::clap;

struct Kind {
    std::uint32_t inputs;
    std::uint32_t outputs;
};
constexpr Kind kinds[] = {{2, 2}, {1, 2}, {6, 6}};

struct Speakers {
    clap_plugin_t plugin{};
    Kind kind = kinds[0];
    bool active = false;
};

Speakers& self(const clap_plugin_t* plugin)
{
    return *static_cast<Speakers*>(plugin->plugin_data);
}

const clap_plugin_descriptor_t descriptor =
    decant::tests::describe_effect("decant.test-speakers", "Speakers");

const char* type_of(std::uint32_t channels)
{
    return channels == 1 ? CLAP_PORT_MONO : channels == 2 ? CLAP_PORT_STEREO : clap::port_surround;
}

const clap_plugin_audio_ports_t audio_ports{
    [](const clap_plugin_t*, bool input) -> std::uint32_t { return input ? 1 : 2; },
    [](const clap_plugin_t* plugin, std::uint32_t index, bool input, clap_audio_port_info_t* info) {
        *info = {};
        info->id = index;
        std::strcpy(info->name, index == 0 ? "Main" : "Scene");
        info->flags = index == 0 ? CLAP_AUDIO_PORT_IS_MAIN : 0;
        info->channel_count = index == 1 ? 4 : input ? self(plugin).kind.inputs : self(plugin).kind.outputs;
        info->port_type = index == 1 ? "ambisonic" : type_of(info->channel_count);
        info->in_place_pair = CLAP_INVALID_ID;
        return true;
    }};

const clap::PluginSurround surround{[](const clap_plugin_t*, std::uint64_t) { return true; },
                                    [](const clap_plugin_t*, bool, std::uint32_t port, std::uint8_t* speakers,
                                       std::uint32_t capacity) -> std::uint32_t {
                                        constexpr std::uint8_t order[] = {0, 1, 9, 10, 2, 3};
                                        if (port != 0 || capacity < std::size(order))
                                            return 0;
                                        std::copy(std::begin(order), std::end(order), speakers);
                                        return std::size(order);
                                    }};

const clap::PluginAudioPortsConfig configs{
    [](const clap_plugin_t*) -> std::uint32_t { return std::size(kinds); },
    [](const clap_plugin_t*, std::uint32_t index, clap::AudioPortsConfig* config) {
        *config = {};
        config->id = 100 + index;
        config->inputs = 1;
        config->outputs = 2;
        config->has_main_input = config->has_main_output = true;
        config->main_input_channels = kinds[index].inputs;
        config->main_input_type = type_of(kinds[index].inputs);
        config->main_output_channels = kinds[index].outputs;
        config->main_output_type = type_of(kinds[index].outputs);
        return true;
    },
    [](const clap_plugin_t* plugin, clap_id id) {
        if (self(plugin).active || id < 100 || id - 100 >= std::size(kinds))
            return false;
        self(plugin).kind = kinds[id - 100];
        return true;
    }};

const void* extension(const clap_plugin_t*, const char* name)
{
    const std::pair<std::string_view, const void*> extensions[] = {{CLAP_EXT_AUDIO_PORTS, &audio_ports},
                                                                   {clap::ext_surround, &surround},
                                                                   {clap::ext_audio_ports_config, &configs}};
    for (const auto& [known, functions] : extensions)
        if (known == name)
            return functions;
    return nullptr;
}

clap_process_status process(const clap_plugin_t*, const clap_process_t* block)
{
    const auto& in = block->audio_inputs[0];
    const auto& out = block->audio_outputs[0];
    for (std::uint32_t channel = 0; channel < out.channel_count; ++channel)
        std::copy_n(in.data32[std::min(channel, in.channel_count - 1)], block->frames_count,
                    out.data32[channel]);
    for (std::uint32_t channel = 0; channel < 4; ++channel)
        std::fill_n(block->audio_outputs[1].data32[channel], block->frames_count, 0.0f);
    return CLAP_PROCESS_CONTINUE;
}

const clap_plugin_t* create(const clap_plugin_factory_t*, const clap_host_t*, const char*)
{
    auto* speakers = new Speakers;
    speakers->plugin = decant::tests::make_plugin(descriptor, speakers, process, extension);
    speakers->plugin.activate = [](const clap_plugin_t* plugin, double, std::uint32_t, std::uint32_t) {
        return self(plugin).active = true;
    };
    speakers->plugin.deactivate = [](const clap_plugin_t* plugin) {
        self(plugin).active = false;
    };
    return &speakers->plugin;
}

const clap_plugin_factory_t factory{[](const clap_plugin_factory_t*) -> std::uint32_t { return 1; },
                                    [](const clap_plugin_factory_t*, std::uint32_t) { return &descriptor; },
                                    create};

} // namespace

extern "C" __declspec(dllexport) const clap_plugin_entry_t clap_entry{
    CLAP_VERSION_INIT, [](const char*) { return true; }, [] {},
    [](const char* id) -> const void* {
        return id == std::string_view(CLAP_PLUGIN_FACTORY_ID) ? &factory : nullptr;
    }};
