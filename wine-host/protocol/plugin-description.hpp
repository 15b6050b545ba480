// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wire.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What a plugin is and has, as the host finds it when it loads it.
namespace decant::protocol
{

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
