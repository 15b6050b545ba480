// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/known-node.hpp"
#include "service/cli/service-request.hpp"
#include "service/cli/user-drop-ins.hpp"
#include "service/cli/verbs.hpp"
#include "service/configuration-files.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace decant::cli
{

namespace
{

using Names = std::vector<std::string>;

/// Switches on again, or starts again what the service has given up.
void enable(const Names& names)
{
    Names given_up;
    UserDropIns().change_disabled([&names, &given_up](auto& disabled) {
        for (const auto& name : names)
            if (disabled.erase(name) == 0)
                given_up.push_back(name);
    });
    if (given_up.size() != names.size())
        reload_service();
    if (given_up.empty())
        return;
    const auto rack = service::read_configuration();
    for (const auto& node : rack.nodes)
        if (!node.enabled && std::find(given_up.begin(), given_up.end(), node.name) != given_up.end()) {
            const auto& where = rack.written.at(node.name).settings.at("enabled").where;
            throw std::runtime_error(fmt::format("'{}' is switched off in {}:{}; say enabled = true there",
                                                 node.name, where.file.string(), where.position.line));
        }
    ask_service(service::RequestVerb::enable, given_up);
}

void disable(const Names& names)
{
    const auto rack = service::read_configuration();
    for (const auto& name : names)
        (void)written_node(rack, name);
    UserDropIns().change_disabled([&names](auto& disabled) { disabled.insert(names.begin(), names.end()); });
    reload_service();
}

void add(CLI::App& application, const char* verb_name, const char* what, const char* footer,
         void (*action)(const Names&))
{
    auto* verb = application.add_subcommand(verb_name, what);
    const auto names = std::make_shared<Names>();
    verb->add_option("NODE", *names, "Names of nodes")->required();
    verb->footer(footer);
    verb->callback([names, action] { action(*names); });
}

} // namespace

void add_enable(CLI::App& application)
{
    add(application, "enable", "Switch nodes on, and start plugins again that were given up",
        "Takes back what 'decant disable' did, for good; and a plugin that failed too often is tried "
        "again.\n\n"
        "Example:\n  decant enable bass",
        enable);
}

void add_disable(CLI::App& application)
{
    add(application, "disable", "Switch nodes off; they stay in the configuration",
        "Kept in decant-disabled.conf in ~/.config/pipewire/decant.conf.d/, as a rule; no other file is "
        "changed.\n\n"
        "Example:\n  decant disable bass reverb",
        disable);
}

} // namespace decant::cli
