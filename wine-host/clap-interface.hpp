// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include <clap/entry.h>
#include <clap/ext/audio-ports.h>
#include <clap/ext/gui.h>
#include <clap/ext/latency.h>
#include <clap/ext/note-ports.h>
#include <clap/ext/params.h>
#include <clap/ext/state.h>
#include <clap/ext/thread-check.h>
#include <clap/ext/timer-support.h>
#include <clap/plugin-factory.h>

/// The extensions of CLAP that plugins use and DPF's copy of the interface (CLAP 1.1.1) leaves out.
namespace decant::host::clap
{

inline constexpr char ext_audio_ports_config[] = "clap.audio-ports-config";
inline constexpr char ext_log[] = "clap.log";
inline constexpr char ext_render[] = "clap.render";
inline constexpr char ext_surround[] = "clap.surround/4";
inline constexpr char ext_surround_draft[] = "clap.surround.draft/4"; ///< the same, up to CLAP 1.2.2
inline constexpr char ext_tail[] = "clap.tail";
inline constexpr char ext_thread_pool[] = "clap.thread-pool";

enum LogSeverity : std::int32_t { log_debug, log_info, log_warning, log_error, log_fatal };

struct HostLog {
    void(CLAP_ABI* log)(const clap_host_t* host, std::int32_t severity, const char* text); ///< [any]
};

enum RenderMode : std::int32_t { render_realtime, render_offline };

struct PluginRender {
    /// As a plugin says that needs its own hardware for its sound. [main]
    bool(CLAP_ABI* has_hard_realtime_requirement)(const clap_plugin_t* plugin);
    bool(CLAP_ABI* set)(const clap_plugin_t* plugin, std::int32_t mode); ///< [main]
};

struct PluginTail {
    std::uint32_t(CLAP_ABI* get)(const clap_plugin_t* plugin); ///< frames [main, rt]
};

struct HostTail {
    void(CLAP_ABI* changed)(const clap_host_t* host); ///< [rt]
};

struct PluginThreadPool {
    void(CLAP_ABI* exec)(const clap_plugin_t* plugin, std::uint32_t task); ///< [a thread of the pool]
};

struct HostThreadPool {
    /// Returns when the plugin's exec() has returned for each task; false: the plugin has to do them. [rt]
    bool(CLAP_ABI* request_exec)(const clap_host_t* host, std::uint32_t tasks);
};

inline constexpr char port_surround[] = "surround";

struct PluginSurround {
    bool(CLAP_ABI* is_channel_mask_supported)(const clap_plugin_t* plugin, std::uint64_t mask);

    /// Writes the speaker of each channel of a port, and returns how many. [main]
    std::uint32_t(CLAP_ABI* get_channel_map)(const clap_plugin_t* plugin, bool input, std::uint32_t port,
                                             std::uint8_t* speakers, std::uint32_t capacity);
};

/// Ports that a plugin can have all together. What it says of the main ones is of no use where it has none.
struct AudioPortsConfig {
    clap_id id;
    char name[CLAP_NAME_SIZE];
    std::uint32_t inputs;
    std::uint32_t outputs;
    bool has_main_input;
    std::uint32_t main_input_channels;
    const char* main_input_type;
    bool has_main_output;
    std::uint32_t main_output_channels;
    const char* main_output_type;
};

struct PluginAudioPortsConfig {
    std::uint32_t(CLAP_ABI* count)(const clap_plugin_t* plugin);
    bool(CLAP_ABI* get)(const clap_plugin_t* plugin, std::uint32_t index, AudioPortsConfig* config);
    bool(CLAP_ABI* select)(const clap_plugin_t* plugin, clap_id id); ///< while it is not active [main]
};

inline constexpr char ext_preset_load[] = "clap.preset-load/2";
inline constexpr char ext_preset_load_draft[] = "clap.preset-load.draft/2"; ///< the same, up to CLAP 1.2.2
inline constexpr char preset_discovery[] = "clap.preset-discovery-factory/2";
inline constexpr char preset_discovery_draft[] = "clap.preset-discovery-factory/draft-2"; ///< the same

/// Where a preset is.
enum PlaceKind : std::uint32_t {
    place_file,   ///< at a path, in UTF-8
    place_plugin, ///< in the plugin's own file; its path is null
};

struct PluginPresetLoad {
    /// `key` is for a file with several presets, else null. [main]
    bool(CLAP_ABI* from_location)(const clap_plugin_t* plugin, std::uint32_t kind, const char* path,
                                  const char* key);
};

struct HostPresetLoad {
    /// Why from_location() has failed; `os_error` is Windows' own number, or 0. [main]
    void(CLAP_ABI* on_error)(const clap_host_t* host, std::uint32_t kind, const char* path, const char* key,
                             std::int32_t os_error, const char* text);

    /// A preset is loaded, also one that people chose in the editor. [main]
    void(CLAP_ABI* loaded)(const clap_host_t* host, std::uint32_t kind, const char* path, const char* key);
};

struct UniversalPluginId {
    const char* abi; ///< "clap" for a plugin of this format
    const char* id;
};

/// What a provider tells of the presets in a file.
struct MetadataReceiver {
    void* data;
    void(CLAP_ABI* on_error)(const MetadataReceiver*, std::int32_t os_error, const char* text);

    /// `name` and `key` may be null if the file has one preset. False: no more of them.
    bool(CLAP_ABI* begin_preset)(const MetadataReceiver*, const char* name, const char* key);

    // Of the preset that has begun.
    void(CLAP_ABI* add_plugin_id)(const MetadataReceiver*, const UniversalPluginId* plugin);
    void(CLAP_ABI* set_soundpack_id)(const MetadataReceiver*, const char* id);
    void(CLAP_ABI* set_flags)(const MetadataReceiver*, std::uint32_t flags);
    void(CLAP_ABI* add_creator)(const MetadataReceiver*, const char* creator);
    void(CLAP_ABI* set_description)(const MetadataReceiver*, const char* description);
    void(CLAP_ABI* set_timestamps)(const MetadataReceiver*, std::uint64_t made, std::uint64_t changed);
    void(CLAP_ABI* add_feature)(const MetadataReceiver*, const char* feature);
    void(CLAP_ABI* add_extra_info)(const MetadataReceiver*, const char* key, const char* value);
};

struct PresetFiletype {
    const char* name;
    const char* description;
    const char* extension; ///< without the dot; null or empty: all files
};

inline constexpr std::uint32_t factory_content = 1u << 0; ///< of PresetPlace::flags

struct PresetPlace {
    std::uint32_t flags;
    const char* name;
    std::uint32_t kind; ///< PlaceKind
    const char* path;   ///< of a file or a directory
};

struct PresetProvider {
    const void* description;
    void* data;
    bool(CLAP_ABI* init)(const PresetProvider*); ///< declares what there is to the indexer
    void(CLAP_ABI* destroy)(const PresetProvider*);
    bool(CLAP_ABI* get_metadata)(const PresetProvider*, std::uint32_t kind, const char* path,
                                 const MetadataReceiver* receiver);
    const void*(CLAP_ABI* get_extension)(const PresetProvider*, const char* id);
};

struct PresetProviderDescription {
    clap_version_t version;
    const char* id;
    const char* name;
    const char* vendor;
};

struct PresetIndexer {
    clap_version_t version;
    const char* name;
    const char* vendor;
    const char* url;
    const char* own_version;
    void* data;
    bool(CLAP_ABI* declare_filetype)(const PresetIndexer*, const PresetFiletype* type);
    bool(CLAP_ABI* declare_location)(const PresetIndexer*, const PresetPlace* place);
    bool(CLAP_ABI* declare_soundpack)(const PresetIndexer*, const void* soundpack);
    const void*(CLAP_ABI* get_extension)(const PresetIndexer*, const char* id);
};

struct PresetDiscoveryFactory {
    std::uint32_t(CLAP_ABI* count)(const PresetDiscoveryFactory*);
    const PresetProviderDescription*(CLAP_ABI* get_descriptor)(const PresetDiscoveryFactory*,
                                                               std::uint32_t index);
    const PresetProvider*(CLAP_ABI* create)(const PresetDiscoveryFactory*, const PresetIndexer* indexer,
                                            const char* provider);
};

} // namespace decant::host::clap
