// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/plugin-report.hpp"

#include "service/cli/printable.hpp"
#include "service/hosts/plugin-kind.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <type_traits>
#include <vector>

namespace decant::cli
{

namespace
{

/// A VST3 plugin cannot be asked: it makes the editor, or does not, and that may take long and wants a
/// screen.
bool knows_editor(const protocol::PluginDescription& plugin)
{
    return !plugin.has_editor || plugin.format != protocol::PluginFormat::vst3;
}

std::string_view yes_no(bool value)
{
    return value ? "yes" : "no";
}

void add_ports(std::string& text, std::string_view title, const std::vector<protocol::PortDescription>& ports)
{
    fmt::format_to(std::back_inserter(text), "{:<11} {}\n", title, ports.size());
    for (const auto& port : ports)
        fmt::format_to(std::back_inserter(text), "  {}{}{}{}\n", printable(port.name),
                       port.position.empty() ? "" : " (" + printable(port.position) + ")",
                       port.group.empty() ? "" : " in " + printable(port.group),
                       port.side ? ", side-chain" : "");
}

/// VST2 and VST3 tell the unit of what they display, and not of the values from 0 to 1 that are set.
bool has_plain_values(const protocol::PluginDescription& plugin)
{
    return plugin.format == protocol::PluginFormat::clap;
}

std::string range_of(const protocol::ParameterDescription& parameter, bool plain)
{
    std::string text = fmt::format("{:g} … {:g}", parameter.minimum, parameter.maximum);
    if (plain && !parameter.unit.empty())
        text += " " + printable(parameter.unit);
    text += fmt::format(", starts at {:g}", parameter.initial);
    if (parameter.steps == 1)
        text += ", a switch";
    else if (parameter.steps > 1)
        text += fmt::format(", {} values", std::uint64_t{parameter.steps} + 1);
    return text;
}

nlohmann::ordered_json ports_json(const std::vector<protocol::PortDescription>& ports)
{
    auto list = nlohmann::ordered_json::array();
    for (const auto& port : ports)
        list.push_back({{"name", port.name},
                        {"group", port.group},
                        {"position", port.position},
                        {"side_chain", port.side}});
    return list;
}

} // namespace

std::string to_text(const PluginReport& report)
{
    const auto& plugin = report.plugin;
    std::string text;
    const auto line = [&text](std::string_view title, const auto& value) {
        if constexpr (std::is_convertible_v<decltype(value), std::string_view>)
            fmt::format_to(std::back_inserter(text), "{:<11} {}\n", title, printable(value));
        else
            fmt::format_to(std::back_inserter(text), "{:<11} {}\n", title, value);
    };
    line("Name", plugin.name);
    line("Vendor", plugin.vendor);
    line("Version", plugin.version);
    line("Format", service::kind_of(report.plugin));
    line("Id", plugin.id);
    line("MIDI", fmt::format("in {}, out {}", yes_no(plugin.midi_in), yes_no(plugin.midi_out)));
    line("Editor", knows_editor(plugin) ? yes_no(plugin.has_editor)
                                        : "perhaps; a VST3 plugin says so when it is opened");
    line("Latency", fmt::format("{} frames", plugin.latency));
    if (plugin.in_file.size() > 1) {
        line("In the file", plugin.in_file.size());
        for (const auto& one : plugin.in_file)
            fmt::format_to(std::back_inserter(text), "  {}  {}\n", printable(one.id), printable(one.name));
    }
    line("Prefix", report.prefix);
    if (!report.host.wine.empty())
        line("Wine", report.host.wine);
    add_ports(text, "Inputs", plugin.inputs);
    add_ports(text, "Outputs", plugin.outputs);

    line("Parameters", plugin.parameters.size());
    std::size_t width = 0;
    for (const auto& parameter : plugin.parameters)
        width = std::min<std::size_t>(std::max(width, parameter.name.size()), 32);
    for (const auto& parameter : plugin.parameters)
        fmt::format_to(std::back_inserter(text), "  {:<{}}  {}\n", printable(parameter.name), width,
                       range_of(parameter, has_plain_values(plugin)));

    line("Programs", plugin.programs.size());
    for (std::size_t i = 0; i < plugin.programs.size(); ++i)
        fmt::format_to(std::back_inserter(text), "  {:>3}  {}\n", i + 1, plugin.programs[i]);
    return text;
}

nlohmann::ordered_json to_json(const PluginReport& report)
{
    const auto& plugin = report.plugin;
    auto parameters = nlohmann::ordered_json::array();
    for (const auto& parameter : plugin.parameters)
        parameters.push_back({{"id", parameter.id},
                              {"name", parameter.name},
                              {"unit", has_plain_values(plugin) ? parameter.unit : std::string()},
                              {"displayed_unit", parameter.unit},
                              {"minimum", parameter.minimum},
                              {"maximum", parameter.maximum},
                              {"initial", parameter.initial},
                              {"steps", parameter.steps}});
    auto in_file = nlohmann::ordered_json::array();
    for (const auto& one : plugin.in_file)
        in_file.push_back({{"id", one.id}, {"name", one.name}});
    return {{"file", report.file.string()},
            {"kind", "plugin"},
            {"format", service::name_of(plugin.format)},
            {"bits", plugin.bits},
            {"id", plugin.id},
            {"name", plugin.name},
            {"vendor", plugin.vendor},
            {"version", plugin.version},
            {"instrument", plugin.instrument},
            {"midi_in", plugin.midi_in},
            {"midi_out", plugin.midi_out},
            {"editor",
             knows_editor(plugin) ? nlohmann::ordered_json(plugin.has_editor) : nlohmann::ordered_json()},
            {"latency", plugin.latency},
            {"prefix", report.prefix},
            {"wine", report.host.wine},
            {"inputs", ports_json(plugin.inputs)},
            {"outputs", ports_json(plugin.outputs)},
            {"parameters", std::move(parameters)},
            {"programs", plugin.programs},
            {"in_file", std::move(in_file)}};
}

} // namespace decant::cli
