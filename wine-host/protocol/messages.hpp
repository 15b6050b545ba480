// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "channel-layout.hpp"
#include "wire.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace decant::protocol
{

/// Longest payload that either side accepts: plugin states of some tens of megabytes exist.
inline constexpr std::uint32_t max_message_bytes = 256u * 1024 * 1024;

/// What travels through the control rings. The service asks, the host answers with the same id; a host speaks
/// without being asked only in `hello`, `log`, the `*_changed` messages and `threads_refused`, whose id is 0.
enum class MessageType : std::uint32_t {
    // Service to host                payload -> answer
    load = 1,       ///< u32 count, count times LoadedPart -> loaded | failed; more than one part is a chain
    activate = 2,   ///< f64 rate in Hz, u32 largest block -> done | failed. Blocks are answered from now on
    deactivate = 3, ///< nothing -> done. Blocks are answered with not_active from now on
    get_state = 4,  ///< nothing -> state | failed
    set_state = 5,  ///< blob as from `state` -> done | failed
    get_values = 6, ///< nothing -> values
    quit = 7, ///< nothing -> done. The plugin's process ends by itself; in a group only its region is left
    get_preset = 9,      ///< PresetForm -> preset | failed
    set_preset = 10,     ///< blob: a file of any PresetForm or of the plugin's own, as other hosts wrote it,
                         ///< text: its Unix path, or "" -> done | failed
    select_program = 11, ///< u32 index into the description's programs -> done | failed
    open_editor = 12,    ///< EditorRequest -> done | failed; shows a window that is open already
    close_editor = 13,   ///< text: a part as in EditorRequest -> done
    open = 8,            ///< to a group's own region: text path of the region of another plugin,
                         ///< text new title of the process, or "" -> done | failed

    // Host to service
    hello = 100,             ///< Hello
    loaded = 101,            ///< PluginDescription
    done = 102,              ///< nothing
    failed = 103,            ///< Failure
    state = 104,             ///< blob: the plugin's whole state, in a form that only the host reads
    values = 105,            ///< u32 count, count times f64: the parameters in order of the description
    log = 106,               ///< text: one line for the service's log
    parameter_changed = 107, ///< u32 id, f64 value: moved in the plugin's editor
    latency_changed = 108,   ///< u32 frames
    preset = 109,            ///< blob: the file
    editor_changed = 110,    ///< EditorReport: a window was opened, closed or moved
    threads_refused = 111,   ///< ThreadRefusals, whenever they are others
};

/// The files in which hosts exchange what a plugin plays.
enum class PresetForm : std::uint32_t {
    fxp = 1,       ///< one program of a VST2 plugin
    fxb = 2,       ///< all of its programs
    vstpreset = 3, ///< VST3
    clap = 4,      ///< the bytes of a CLAP plugin as it gives them; the format has no file of its own
};

struct MessageHeader {
    MessageType type;
    std::uint32_t id;
    std::uint32_t size; ///< of the payload that follows
    std::uint32_t reserved;
};
static_assert(sizeof(MessageHeader) == 16);

struct Hello {
    std::uint32_t version; ///< protocol::version of the host binary
    std::uint32_t bits;    ///< 32 or 64
    std::string wine;      ///< version of Wine, as "8.0"; empty outside Wine
};

enum class FailureCode : std::uint32_t {
    other = 0,
    not_found = 1,    ///< the file is not there or cannot be read
    not_a_plugin = 2, ///< a DLL without a known entry point, or no DLL at all
    wrong_architecture = 3,
    missing_dependency = 4, ///< Windows could not find another DLL that the plugin needs
    plugin_crashed = 5,     ///< an exception was caught inside the plugin
    refused = 6,            ///< the plugin itself said no
    state_mismatch = 7,     ///< the state belongs to another plugin or is damaged
    no_display = 8,         ///< there is no screen for a window
};

/// `text` says what happened, for people; the remedy is added where the code is known.
struct Failure {
    FailureCode code;
    std::string text;
};

/// A plugin to be loaded, by itself or as a part of a chain. On the wire three texts and two u32.
struct LoadedPart {
    std::string name = {};         ///< in a chain, where all are different
    std::string path = {};         ///< Windows or Unix path
    std::string plugin_class = {}; ///< which one of a file with several; empty for the first
    ChannelLayout inputs = ChannelLayout::own;
    ChannelLayout outputs = ChannelLayout::own;
};

/// Where an editor's window is: the corner of its outside and the size of its inside, in pixels.
struct EditorPlace {
    std::int32_t x = 0;
    std::int32_t y = 0;
    std::uint32_t width = 0; ///< zero, as the height: the plugin's own
    std::uint32_t height = 0;

    bool operator==(const EditorPlace&) const = default;
};

/// Of one of the windows that a plugin has: in a chain `part` is the plugin's name, else it is empty.
struct PartPlace {
    std::string part;
    EditorPlace place;
};

/// Editors are to be opened.
struct EditorRequest {
    std::string part;              ///< in a chain only this one; empty: all there are
    std::string title;             ///< for people; the plugin's name is added
    double scale = 0;              ///< as Editor::set_scale(); zero: what Windows says
    std::vector<PartPlace> places; ///< where windows were the last time
};

/// What has become of an editor's window.
struct EditorReport {
    std::string part;
    bool open = false;
    EditorPlace place;
};

/// `chain`: several plugins in series, which look like one.
enum class PluginFormat : std::uint32_t { vst2 = 1, vst3 = 2, clap = 3, chain = 4 };

struct PortDescription {
    std::string name;
    std::string group;    ///< name of the bus; ports of one bus have the same
    std::string position; ///< PipeWire's channel name, as FL, FR, MONO, AUX3
    bool side = false;    ///< belongs to a side-chain or auxiliary bus
};

struct ParameterDescription {
    std::uint32_t id = 0;
    std::string name;
    std::string unit;
    double minimum = 0;
    double maximum = 1;
    double initial = 0;
    std::uint32_t steps = 0; ///< 0: continuous; 1: a switch; n: n + 1 values
};

/// One of the plugins in a file.
struct PluginInFile {
    std::string id; ///< as in PluginDescription
    std::string name;
};

struct PluginDescription {
    PluginFormat format = PluginFormat::vst2;
    std::uint32_t bits = 64;
    std::string id; ///< unique id as the format writes it
    std::string name;
    std::string vendor;
    std::string version;
    bool instrument = false;
    bool midi_in = false;
    bool midi_out = false;
    bool has_editor = false;
    std::uint32_t latency = 0; ///< frames
    std::vector<PortDescription> inputs;
    std::vector<PortDescription> outputs;
    std::vector<ParameterDescription> parameters;
    std::vector<std::string> programs;
    std::vector<PluginInFile> in_file; ///< all plugins of the file, this one among them
};

inline std::vector<std::byte> encode(const Hello& hello)
{
    WireWriter out;
    out.put(hello.version).put(hello.bits).put_text(hello.wine);
    return {out.bytes().begin(), out.bytes().end()};
}

inline std::optional<Hello> decode_hello(std::span<const std::byte> payload)
{
    WireReader in(payload);
    Hello hello;
    hello.version = in.get<std::uint32_t>();
    hello.bits = in.get<std::uint32_t>();
    hello.wine = in.get_text();
    return in.complete() ? std::optional(hello) : std::nullopt;
}

inline std::vector<std::byte> encode(std::span<const LoadedPart> parts)
{
    WireWriter out;
    out.put(static_cast<std::uint32_t>(parts.size()));
    for (const auto& part : parts)
        out.put_text(part.name)
            .put_text(part.path)
            .put_text(part.plugin_class)
            .put(part.inputs)
            .put(part.outputs);
    return {out.bytes().begin(), out.bytes().end()};
}

/// Nothing if the payload is damaged or has no part.
inline std::optional<std::vector<LoadedPart>> decode_parts(std::span<const std::byte> payload)
{
    WireReader in(payload);
    const auto count = in.get<std::uint32_t>();
    std::vector<LoadedPart> parts;
    for (std::uint32_t i = 0; i < count && !in.failed(); ++i) {
        auto& part = parts.emplace_back();
        part.name = in.get_text();
        part.path = in.get_text();
        part.plugin_class = in.get_text();
        part.inputs = get_layout(in);
        part.outputs = get_layout(in);
    }
    return in.complete() && !parts.empty() ? std::optional(std::move(parts)) : std::nullopt;
}

inline void put(WireWriter& out, const EditorPlace& place)
{
    out.put(place.x).put(place.y).put(place.width).put(place.height);
}

/// Brought into the range that windows can have.
inline EditorPlace get_place(WireReader& in)
{
    constexpr std::int32_t farthest = 1 << 20;
    constexpr std::uint32_t largest = 16384;
    EditorPlace place;
    place.x = std::clamp(in.get<std::int32_t>(), -farthest, farthest);
    place.y = std::clamp(in.get<std::int32_t>(), -farthest, farthest);
    place.width = std::min(in.get<std::uint32_t>(), largest);
    place.height = std::min(in.get<std::uint32_t>(), largest);
    return place;
}

inline std::vector<std::byte> encode(const EditorRequest& request)
{
    WireWriter out;
    out.put_text(request.part).put_text(request.title).put(request.scale);
    out.put(static_cast<std::uint32_t>(request.places.size()));
    for (const auto& [part, place] : request.places) {
        out.put_text(part);
        put(out, place);
    }
    return {out.bytes().begin(), out.bytes().end()};
}

/// Nothing if the payload is damaged.
inline std::optional<EditorRequest> decode_editor_request(std::span<const std::byte> payload)
{
    constexpr double largest_scale = 8;
    WireReader in(payload);
    EditorRequest request;
    request.part = in.get_text();
    request.title = in.get_text();
    request.scale = in.get<double>();
    if (!(request.scale >= 0 && request.scale <= largest_scale))
        return std::nullopt;
    const auto count = in.get<std::uint32_t>();
    for (std::uint32_t i = 0; i < count && !in.failed(); ++i) {
        auto& each = request.places.emplace_back();
        each.part = in.get_text();
        each.place = get_place(in);
    }
    return in.complete() ? std::optional(std::move(request)) : std::nullopt;
}

inline std::vector<std::byte> encode(const EditorReport& report)
{
    WireWriter out;
    out.put_text(report.part).put(report.open);
    put(out, report.place);
    return {out.bytes().begin(), out.bytes().end()};
}

/// Nothing if the payload is damaged.
inline std::optional<EditorReport> decode_editor_report(std::span<const std::byte> payload)
{
    WireReader in(payload);
    EditorReport report;
    report.part = in.get_text();
    report.open = in.get<std::uint8_t>() != 0; // a bool may only be read from 0 and 1
    report.place = get_place(in);
    return in.complete() ? std::optional(std::move(report)) : std::nullopt;
}

inline std::vector<std::byte> encode(const Failure& failure)
{
    WireWriter out;
    out.put(failure.code).put_text(failure.text);
    return {out.bytes().begin(), out.bytes().end()};
}

inline std::optional<Failure> decode_failure(std::span<const std::byte> payload)
{
    WireReader in(payload);
    Failure failure;
    failure.code = in.get<FailureCode>();
    failure.text = in.get_text();
    return in.complete() ? std::optional(failure) : std::nullopt;
}

inline std::vector<std::byte> encode(const PluginDescription& plugin)
{
    WireWriter out;
    out.put(plugin.format).put(plugin.bits);
    out.put_text(plugin.id).put_text(plugin.name).put_text(plugin.vendor).put_text(plugin.version);
    out.put(plugin.instrument).put(plugin.midi_in).put(plugin.midi_out).put(plugin.has_editor);
    out.put(plugin.latency);
    for (const auto* ports : {&plugin.inputs, &plugin.outputs}) {
        out.put(static_cast<std::uint32_t>(ports->size()));
        for (const auto& port : *ports)
            out.put_text(port.name).put_text(port.group).put_text(port.position).put(port.side);
    }
    out.put(static_cast<std::uint32_t>(plugin.parameters.size()));
    for (const auto& parameter : plugin.parameters) {
        out.put(parameter.id).put_text(parameter.name).put_text(parameter.unit);
        out.put(parameter.minimum).put(parameter.maximum).put(parameter.initial).put(parameter.steps);
    }
    out.put(static_cast<std::uint32_t>(plugin.programs.size()));
    for (const auto& program : plugin.programs)
        out.put_text(program);
    out.put(static_cast<std::uint32_t>(plugin.in_file.size()));
    for (const auto& one : plugin.in_file)
        out.put_text(one.id).put_text(one.name);
    return {out.bytes().begin(), out.bytes().end()};
}

/// Nothing if the payload is damaged. More than 64 ports per direction count as damaged, as do more
/// parameters or programs than any plugin has: a few bytes on the wire become many in memory.
inline std::optional<PluginDescription> decode_plugin(std::span<const std::byte> payload)
{
    constexpr std::uint32_t most_ports = 64;
    constexpr std::uint32_t most_entries = 65536;
    WireReader in(payload);
    // A bool is read as a byte: any other value than 0 and 1 in a bool would be undefined.
    const auto get_bool = [&in] {
        return in.get<std::uint8_t>() != 0;
    };
    PluginDescription plugin;
    plugin.format = in.get<PluginFormat>();
    plugin.bits = in.get<std::uint32_t>();
    plugin.id = in.get_text();
    plugin.name = in.get_text();
    plugin.vendor = in.get_text();
    plugin.version = in.get_text();
    plugin.instrument = get_bool();
    plugin.midi_in = get_bool();
    plugin.midi_out = get_bool();
    plugin.has_editor = get_bool();
    plugin.latency = in.get<std::uint32_t>();
    for (auto* ports : {&plugin.inputs, &plugin.outputs}) {
        const auto count = in.get<std::uint32_t>();
        if (count > most_ports)
            return std::nullopt;
        for (std::uint32_t i = 0; i < count && !in.failed(); ++i) {
            auto& port = ports->emplace_back();
            port.name = in.get_text();
            port.group = in.get_text();
            port.position = in.get_text();
            port.side = get_bool();
        }
    }
    const auto parameters = in.get<std::uint32_t>();
    if (parameters > most_entries)
        return std::nullopt;
    for (std::uint32_t i = 0; i < parameters && !in.failed(); ++i) {
        auto& parameter = plugin.parameters.emplace_back();
        parameter.id = in.get<std::uint32_t>();
        parameter.name = in.get_text();
        parameter.unit = in.get_text();
        parameter.minimum = in.get<double>();
        parameter.maximum = in.get<double>();
        parameter.initial = in.get<double>();
        parameter.steps = in.get<std::uint32_t>();
    }
    const auto programs = in.get<std::uint32_t>();
    if (programs > most_entries)
        return std::nullopt;
    for (std::uint32_t i = 0; i < programs && !in.failed(); ++i)
        plugin.programs.push_back(in.get_text());
    const auto in_file = in.get<std::uint32_t>();
    if (in_file > most_entries)
        return std::nullopt;
    for (std::uint32_t i = 0; i < in_file && !in.failed(); ++i) {
        auto& one = plugin.in_file.emplace_back();
        one.id = in.get_text();
        one.name = in.get_text();
    }
    return in.complete() ? std::optional(std::move(plugin)) : std::nullopt;
}

} // namespace decant::protocol
