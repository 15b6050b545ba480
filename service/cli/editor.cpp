// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/service-request.hpp"
#include "service/cli/verbs.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <string>

namespace decant::cli
{

namespace
{

struct Options {
    std::string node;
    std::string action = "toggle";
    bool json = false;
};

void command(const Options& options)
{
    // Names of nodes have no colon; in a chain it stands before the name of a plugin, as with parameters.
    const auto colon = options.node.find(':');
    const auto node = options.node.substr(0, colon);
    auto argument = options.action;
    if (colon != std::string::npos)
        argument += " " + options.node.substr(colon + 1);
    const auto answer = ask_service(service::RequestVerb::editor, {node}, argument);
    if (options.json)
        fmt::print("{}\n",
                   nlohmann::json{{"node", node}, {"editor", answer.empty() ? "" : answer.front()}}.dump(
                       2, ' ', false, nlohmann::json::error_handler_t::replace));
}

} // namespace

void add_editor(CLI::App& application)
{
    auto* verb = application.add_subcommand("editor", "Open or close the window with a plugin's controls");
    verb->footer("A window that is open already is brought to the front by open.\n\n"
                 "Examples:\n"
                 "  decant editor bass\n"
                 "  decant editor strip:Reverb open    one plugin of a chain");
    const auto options = std::make_shared<Options>();
    verb->add_option("NODE", options->node, "Name of the node; in a chain perhaps NODE:PLUGIN")->required();
    verb->add_option("ACTION", options->action, "open, close or toggle")
        ->check(CLI::IsMember({"open", "close", "toggle"}))
        ->capture_default_str();
    verb->add_flag("--json", options->json, "Print what it is then, open or closed, as JSON");
    verb->callback([options] { command(*options); });
}

} // namespace decant::cli
