// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/printable.hpp"
#include "service/cli/rack-view.hpp"
#include "service/cli/verbs.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace decant::cli
{

namespace
{

constexpr std::size_t columns = 10;
using Row = std::array<std::string, columns>;

/// One a line.
std::vector<std::string> remarks_on(const service::NodeStatus& status)
{
    std::vector<std::string> lines;
    std::istringstream message(status.message);
    for (std::string line; std::getline(message, line);)
        lines.push_back(in_one_line(line));
    for (const auto& warning : status.warnings)
        lines.push_back("warning: " + in_one_line(warning));
    return lines;
}

Row row_of(const RackNode& node)
{
    const auto& status = node.status;
    const auto& trip = status.round_trip;
    std::string midi;
    if (node.midi_inputs != 0)
        midi += "in";
    if (node.midi_outputs != 0)
        midi += midi.empty() ? "out" : "+out";
    return {printable(node.name),
            printable(status.type),
            std::string(state_of(status)),
            node.id ? fmt::format("{}/{}", node.inputs, node.outputs) : "-",
            midi.empty() ? "-" : midi,
            node.id ? fmt::format("{:.1f}", status.load * 100) : "-",
            trip ? fmt::format("{:.0f}/{:.0f}", trip->p50, trip->max) : "-",
            status.rt.empty() ? "-" : status.rt,
            std::to_string(status.late),
            std::to_string(status.xruns)};
}

/// Those of which no node of the table tells.
void print_problems(const RackView& rack)
{
    for (const auto& problem : rack.problems)
        if (std::none_of(rack.nodes.begin(), rack.nodes.end(), [&problem](const auto& node) {
                return node.status.message.find(problem) != std::string::npos;
            }))
            fmt::print(stderr, "decant: {}\n", in_one_line(problem));
}

void print_table(const std::vector<RackNode>& rack)
{
    if (rack.empty()) {
        fmt::print("The rack is empty: add nodes to ~/.config/pipewire/decant.conf.d/\n");
        return;
    }
    std::vector<Row> rows{
        {"NAME", "TYPE", "STATE", "IN/OUT", "MIDI", "LOAD %", "TRIP us", "RT", "LATE", "XRUNS"}};
    for (const auto& node : rack)
        rows.push_back(row_of(node));
    std::array<std::size_t, columns> widths{};
    for (const auto& row : rows)
        for (std::size_t i = 0; i < columns; ++i)
            widths[i] = std::max(widths[i], row[i].size());
    for (std::size_t row = 0; row < rows.size(); ++row) {
        std::string line;
        for (std::size_t i = 0; i < columns; ++i)
            line += fmt::format("{:<{}}  ", rows[row][i], widths[i]);
        line.erase(line.find_last_not_of(' ') + 1);
        fmt::print("{}\n", line);
        if (row != 0)
            for (const auto& remark : remarks_on(rack[row - 1].status))
                fmt::print("    {}\n", remark);
    }
}

void print_json(const std::vector<RackNode>& rack)
{
    auto list = nlohmann::json::array();
    for (const auto& node : rack) {
        auto entry = nlohmann::json::parse(to_json(node.status));
        entry["name"] = node.name;
        entry["description"] = node.description;
        entry["id"] = node.id ? nlohmann::json(*node.id) : nlohmann::json();
        entry["ports"] = {{"inputs", node.inputs},
                          {"outputs", node.outputs},
                          {"midi-inputs", node.midi_inputs},
                          {"midi-outputs", node.midi_outputs}};
        list.push_back(std::move(entry));
    }
    fmt::print("{}\n", list.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

} // namespace

void add_list(CLI::App& application)
{
    auto* verb = application.add_subcommand("list", "Show the nodes of the rack");
    const auto json = std::make_shared<bool>(false);
    verb->add_flag("--json", *json, "Print JSON: loads as a part of the period, round trips in microseconds");
    verb->footer("What is wrong with a node is in the lines below its own.\n\n"
                 "Examples:\n"
                 "  decant list\n"
                 "  decant list --json | jq -r '.[] | select(.state == \"failed\") | .name, .message'");
    verb->callback([json] {
        const auto rack = read_rack();
        if (*json)
            print_json(rack.nodes);
        else
            print_table(rack.nodes);
        print_problems(rack);
    });
}

} // namespace decant::cli
