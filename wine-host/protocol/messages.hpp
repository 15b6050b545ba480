// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "channel-layout.hpp"
#include "wire.hpp"

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
    activate = 2,   ///< f64 rate in Hz, u32 largest block, u32 1 if nobody waits for the blocks, else 0
                    ///< -> done | failed. Blocks are answered from now on
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
    state_changed = 112,     ///< nothing: the plugin says so, and it is no parameter that has
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

} // namespace decant::protocol
