// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/node-parameters.hpp"
#include "service/cli/printable.hpp"
#include "service/cli/verbs.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace decant::cli
{

namespace
{

std::string shown(const ShownParameter& parameter, double value)
{
    if (parameter.is_switch)
        return value == parameter.minimum ? "off" : "on";
    return fmt::format("{:g}", value);
}

void print(const std::vector<ShownParameter>& parameters)
{
    if (parameters.empty())
        fmt::print("It has no parameters.\n");
    std::size_t widest = 0;
    for (const auto& each : parameters)
        widest = std::max(widest, each.name.size());
    for (const auto& each : parameters)
        fmt::print("{:<{}}  {:>10}  {}\n", printable(each.name), widest, shown(each, each.value),
                   each.is_switch ? fmt::format("on or off, starts {}", shown(each, each.initial))
                                  : fmt::format("{:g} … {:g}, starts at {:g}", each.minimum, each.maximum,
                                                each.initial));
}

void print_json(const std::vector<ShownParameter>& parameters)
{
    auto list = nlohmann::ordered_json::array();
    for (const auto& each : parameters)
        list.push_back({{"name", each.name},
                        {"value", each.value},
                        {"minimum", each.minimum},
                        {"maximum", each.maximum},
                        {"initial", each.initial},
                        {"switch", each.is_switch}});
    fmt::print("{}\n", list.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

void set(const std::string& name, const std::vector<std::string>& assignments)
try {
    NodeParameters node(name);
    const auto values = assigned_values(node.all(), assignments);
    node.set(values);
    for (const auto& [parameter, value] : values) {
        const auto& now = parameter_named(node.all(), parameter);
        constexpr double of_a_float = 1e-5;
        if (std::abs(now.value - value) > of_a_float * std::max(1.0, now.maximum - now.minimum))
            fmt::print(stderr, "decant: '{}' is {:g} now, the nearest to {:g} that it takes\n",
                       printable(parameter), now.value, value);
    }
} catch (const std::invalid_argument& error) {
    throw CLI::ValidationError(error.what());
}

} // namespace

void add_params(CLI::App& application)
{
    auto* verb = application.add_subcommand("params", "Show the parameters of a node and their values");
    const auto name = std::make_shared<std::string>();
    const auto json = std::make_shared<bool>(false);
    verb->add_option("NODE", *name, "Name of the node")->required();
    verb->add_flag("--json", *json, "Print JSON, for scripts");
    const auto names = std::make_shared<bool>(false);
    verb->add_flag("--names", *names, "Print the names alone, one a line");
    verb->footer("They are the node's Props, which 'pw-cli enum-params decant.NODE Props' shows, too.\n\n"
                 "Examples:\n  decant params bass\n"
                 "  decant params bass --json | jq -r '.[] | select(.value != .initial) | .name'");
    verb->callback([name, json, names] {
        const NodeParameters node(*name);
        if (*names)
            for (const auto& each : node.all())
                fmt::print("{}\n", each.name);
        else
            *json ? print_json(node.all()) : print(node.all());
    });
}

void add_set(CLI::App& application)
{
    auto* verb = application.add_subcommand("set", "Set parameters of a node");
    const auto name = std::make_shared<std::string>();
    const auto assignments = std::make_shared<std::vector<std::string>>();
    verb->add_option("NODE", *name, "Name of the node")->required();
    // With an equals sign in its name CLI11 2.4 refuses it, and with it the whole program.
    verb->add_option("SETTING", *assignments, "A number within the range that 'params' shows, on or off")
        ->option_text("PARAMETER=VALUE ...")
        ->required();
    verb->footer("All of one command arrive together. They are kept in the node's state, and come back with "
                 "it, until\n"
                 "the configuration is changed to have another value.\n\n"
                 "Examples:\n  decant set bass Cutoff=0.4 'Filter Type=3'\n  decant set piano Volume=-6");
    verb->callback([name, assignments] { set(*name, *assignments); });
}

} // namespace decant::cli
