// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/service-request.hpp"
#include "service/cli/verbs.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace decant::cli
{

namespace
{

enum class Without { not_allowed, means_all };

CLI::App* add(CLI::App& application, service::RequestVerb request, const char* name, const char* what,
              Without without)
{
    auto* verb = application.add_subcommand(name, what);
    const auto nodes = std::make_shared<std::vector<std::string>>();
    verb->add_option("NODE", *nodes,
                     without == Without::means_all ? "Names of nodes; all without one" : "Names of nodes")
        ->required(without == Without::not_allowed);
    verb->callback([nodes, request] { ask_service(request, *nodes); });
    return verb;
}

} // namespace

void add_save(CLI::App& application)
{
    add(application, service::RequestVerb::save, "save", "Save the states of plugins now", Without::means_all)
        ->footer("Examples:\n  decant save\n  decant save bass && cp -r ~/.local/state/decant backup");
}

void add_restart(CLI::App& application)
{
    add(application, service::RequestVerb::restart, "restart", "Start nodes again, plugins with their states",
        Without::not_allowed)
        ->footer("A plugin's state is saved before, if it still answers. Nodes and links stay where that is "
                 "possible.\n\nExample:\n  decant restart bass");
}

void add_panic(CLI::App& application)
{
    add(application, service::RequestVerb::panic, "panic", "Silence: all notes off, all sound off",
        Without::means_all)
        ->footer("On every MIDI channel: pedal up (64), all sound off (120), all notes off (123).\n\n"
                 "Examples:\n  decant panic\n  decant panic bass");
}

void add_bypass(CLI::App& application)
{
    auto* verb = application.add_subcommand("bypass", "Do not hear a plugin for a while, or hear it again");
    const auto node = std::make_shared<std::string>();
    const auto action = std::make_shared<std::string>("toggle");
    verb->add_option("NODE", *node, "Name of the node")->required();
    verb->add_option("ACTION", *action, "on, off or toggle")
        ->check(CLI::IsMember({"on", "off", "toggle"}))
        ->capture_default_str();
    verb->footer("An effect's input is heard in place of what it makes of it, as late as it would have been, "
                 "and of an\ninstrument nothing. The plugin runs on. It lasts until decantd ends.\n\n"
                 "Examples:\n  decant bypass reverb\n  decant bypass reverb off");
    verb->callback([node, action] { ask_service(service::RequestVerb::bypass, {*node}, *action); });
}

void add_balance(CLI::App& application)
{
    auto* verb = application.add_subcommand("balance", "Spread the nodes over the CPUs by what they cost");
    verb->footer("A node that moves leaves the graph and comes back, with its links: it is silent for "
                 "some blocks, and its notes\nend. Nodes that have nothing to do move by "
                 "themselves.\n\nExample:\n  decant balance");
    verb->callback([] {
        for (const auto& line : ask_service(service::RequestVerb::balance, {}))
            fmt::print("{}\n", line);
    });
}

void add_reload(CLI::App& application)
{
    auto* verb = application.add_subcommand("reload", "Let decantd read the configuration again");
    verb->footer(
        "decantd does so by itself when a file changes; this waits until it is done, and fails if something "
        "is\nwrong. Nodes that did not change play on.\n\nExample:\n  decant reload");
    verb->callback([] {
        for (const auto& warning : ask_service(service::RequestVerb::reload, {}))
            fmt::print(stderr, "decant: {}\n", warning);
    });
}

} // namespace decant::cli
