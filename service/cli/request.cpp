// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/service-request.hpp"
#include "service/cli/verbs.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>
#include <vector>

namespace decant::cli
{

void add_save(CLI::App& application)
{
    auto* verb = application.add_subcommand("save", "Save the states of plugins now");
    const auto nodes = std::make_shared<std::vector<std::string>>();
    verb->add_option("NODE", *nodes, "Names of nodes; all without one");
    verb->callback([nodes] { ask_service(service::RequestVerb::save, *nodes); });
}

void add_enable(CLI::App& application)
{
    auto* verb = application.add_subcommand("enable", "Start nodes again that were given up");
    const auto nodes = std::make_shared<std::vector<std::string>>();
    verb->add_option("NODE", *nodes, "Names of nodes")->required();
    verb->callback([nodes] { ask_service(service::RequestVerb::enable, *nodes); });
}

} // namespace decant::cli
