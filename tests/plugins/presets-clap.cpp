// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A CLAP effect for tests that has presets: two in its file, others as files in "factory" beside it, and
// those of people in "user". A preset is the parameter "Level", which is also what it plays. Such a file is a
// line "decant preset", and a line with the level.

#include "tests/plugins/clap-plugin.hpp"
#include "wine-host/clap-interface.hpp"

#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include <windows.h>

namespace
{

namespace clap = decant::host::clap;

constexpr clap_id level = 7;
constexpr const char* own_id = "decant.test-presets";

std::string directory; ///< of this file, with a backslash

struct Presets {
    clap_plugin_t plugin{};
    const clap_host_t* host = nullptr;
    double level = 0.5;
};

Presets& self(const clap_plugin_t* plugin)
{
    return *static_cast<Presets*>(plugin->plugin_data);
}

const clap_plugin_descriptor_t descriptor = decant::tests::describe_effect(own_id, "Presets");

std::wstring wide(const char* path)
{
    wchar_t units[MAX_PATH] = {};
    MultiByteToWideChar(CP_UTF8, 0, path, -1, units, MAX_PATH);
    return units;
}

// Loading

bool refuse(const clap_plugin_t* plugin, std::uint32_t kind, const char* path, int error, const char* text)
{
    const clap_host_t* host = self(plugin).host;
    const auto* said =
        static_cast<const clap::HostPresetLoad*>(host->get_extension(host, clap::ext_preset_load));
    said->on_error(host, kind, path, nullptr, error, text);
    return false;
}

bool load_file(const clap_plugin_t* plugin, const char* path)
{
    const HANDLE file =
        CreateFileW(wide(path).c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING, 0, nullptr);
    if (file == INVALID_HANDLE_VALUE)
        return refuse(plugin, clap::place_file, path, static_cast<int>(GetLastError()), "cannot open it");
    char text[256] = {};
    DWORD size = 0;
    ReadFile(file, text, sizeof text - 1, &size, nullptr);
    CloseHandle(file);
    constexpr std::string_view head = "decant preset\n";
    if (!std::string_view(text).starts_with(head))
        return refuse(plugin, clap::place_file, path, 0, "this is a preset of something else");
    self(plugin).level = 0; // too early, as careless plugins do
    if (std::sscanf(text + head.size(), "%lf", &self(plugin).level) != 1)
        return text[head.size()] == '?' ? false
                                        : refuse(plugin, clap::place_file, path, 0, "it is cut short");
    return true;
}

const clap::PluginPresetLoad preset_load{
    [](const clap_plugin_t* plugin, std::uint32_t kind, const char* path, const char* key) {
        const clap_host_t* host = self(plugin).host;
        const auto* threads =
            static_cast<const clap_host_thread_check_t*>(host->get_extension(host, CLAP_EXT_THREAD_CHECK));
        if (!threads->is_main_thread(host))
            return refuse(plugin, kind, path, 0, "this is not the main thread");
        if (kind == clap::place_file)
            return load_file(plugin, path);
        if (path != nullptr || key == nullptr)
            return refuse(plugin, kind, path, 0, "which one?");
        self(plugin).level = key == std::string_view("quiet") ? 0.25 : 0.75;
        return true;
    }};

// Discovery

struct Provider {
    clap::PresetProvider functions{};
    const clap::PresetIndexer* indexer = nullptr;
};

const clap::PresetProviderDescription provider_description{CLAP_VERSION_INIT, "decant.presets", "Presets",
                                                           ""};

void tell(const clap::MetadataReceiver* receiver, const char* name, const char* key, const char* plugin)
{
    const clap::UniversalPluginId id{"clap", plugin};
    if (receiver->begin_preset(receiver, name, key))
        receiver->add_plugin_id(receiver, &id);
}

bool declare(const clap::PresetProvider* provider)
{
    const auto* indexer = static_cast<Provider*>(provider->data)->indexer;
    const std::string factory = directory + "factory";
    const std::string user = directory + "user";
    const clap::PresetFiletype type{"Preset", nullptr, "dtp"};
    const clap::PresetPlace places[] = {{clap::factory_content, "Built in", clap::place_plugin, nullptr},
                                        {clap::factory_content, "Factory", clap::place_file, factory.c_str()},
                                        {0, "User", clap::place_file, user.c_str()}};
    indexer->declare_filetype(indexer, &type);
    for (const auto& place : places)
        indexer->declare_location(indexer, &place);
    return true;
}

bool tell_of(const clap::PresetProvider*, std::uint32_t kind, const char* path,
             const clap::MetadataReceiver* receiver)
{
    if (kind == clap::place_plugin) {
        tell(receiver, "Quiet", "quiet", own_id);
        tell(receiver, "Of another plugin", "other", "decant.test-other");
        tell(receiver, "Loud", "loud", own_id);
        return path == nullptr;
    }
    return receiver->begin_preset(receiver, nullptr, nullptr);
}

const clap::PresetProvider* create_provider(const clap::PresetDiscoveryFactory*,
                                            const clap::PresetIndexer* indexer, const char*)
{
    auto* provider = new Provider;
    provider->indexer = indexer;
    provider->functions = {
        &provider_description,
        provider,
        declare,
        [](const clap::PresetProvider* gone) { delete static_cast<Provider*>(gone->data); },
        tell_of,
        [](const clap::PresetProvider*, const char*) -> const void* {
            return nullptr;
        }};
    return &provider->functions;
}

const clap::PresetDiscoveryFactory discovery{
    [](const clap::PresetDiscoveryFactory*) -> std::uint32_t { return 1; },
    [](const clap::PresetDiscoveryFactory*, std::uint32_t) { return &provider_description; },
    create_provider};

// The plugin itself

const clap_plugin_audio_ports_t audio_ports{
    [](const clap_plugin_t*, bool input) -> std::uint32_t { return input ? 0 : 1; },
    [](const clap_plugin_t*, std::uint32_t, bool, clap_audio_port_info_t* info) {
        *info = {};
        std::strcpy(info->name, "Level");
        info->flags = CLAP_AUDIO_PORT_IS_MAIN;
        info->channel_count = 1;
        info->port_type = CLAP_PORT_MONO;
        info->in_place_pair = CLAP_INVALID_ID;
        return true;
    }};

void take(const clap_plugin_t* plugin, const clap_input_events_t* in)
{
    for (std::uint32_t i = 0; i < in->size(in); ++i)
        if (const auto* event = in->get(in, i); event->type == CLAP_EVENT_PARAM_VALUE)
            self(plugin).level = reinterpret_cast<const clap_event_param_value_t*>(event)->value;
}

const clap_plugin_params_t params{
    [](const clap_plugin_t*) -> std::uint32_t { return 1; },
    [](const clap_plugin_t*, std::uint32_t, clap_param_info_t* info) {
        *info = {};
        info->id = level;
        info->flags = CLAP_PARAM_IS_AUTOMATABLE;
        info->max_value = 1;
        info->default_value = 0.5;
        std::strcpy(info->name, "Level");
        return true;
    },
    [](const clap_plugin_t* plugin, clap_id, double* value) {
        *value = self(plugin).level;
        return true;
    },
    [](const clap_plugin_t*, clap_id, double, char*, std::uint32_t) { return false; },
    [](const clap_plugin_t*, clap_id, const char*, double*) { return false; },
    [](const clap_plugin_t* plugin, const clap_input_events_t* in, const clap_output_events_t*) {
        take(plugin, in);
    }};

const void* extension(const clap_plugin_t*, const char* name)
{
    const std::pair<std::string_view, const void*> extensions[] = {{CLAP_EXT_AUDIO_PORTS, &audio_ports},
                                                                   {CLAP_EXT_PARAMS, &params},
                                                                   {clap::ext_preset_load, &preset_load}};
    for (const auto& [known, functions] : extensions)
        if (known == name)
            return functions;
    return nullptr;
}

clap_process_status process(const clap_plugin_t* plugin, const clap_process_t* block)
{
    take(plugin, block->in_events);
    for (std::uint32_t frame = 0; frame < block->frames_count; ++frame)
        block->audio_outputs[0].data32[0][frame] = static_cast<float>(self(plugin).level);
    return CLAP_PROCESS_CONTINUE;
}

const clap_plugin_t* create(const clap_plugin_factory_t*, const clap_host_t* host, const char*)
{
    auto* presets = new Presets;
    presets->host = host;
    presets->plugin = decant::tests::make_plugin(descriptor, presets, process, extension);
    return &presets->plugin;
}

const clap_plugin_factory_t factory{[](const clap_plugin_factory_t*) -> std::uint32_t { return 1; },
                                    [](const clap_plugin_factory_t*, std::uint32_t) { return &descriptor; },
                                    create};

bool start(const char* path)
{
    const std::string file = path;
    directory = file.substr(0, file.find_last_of("\\/") + 1);
    return true;
}

} // namespace

extern "C" __declspec(dllexport) const clap_plugin_entry_t clap_entry{
    CLAP_VERSION_INIT, start, [] {},
    [](const char* id) -> const void* {
        if (id == std::string_view(CLAP_PLUGIN_FACTORY_ID))
            return &factory;
        return id == std::string_view(clap::preset_discovery) ? &discovery : nullptr;
    }};
