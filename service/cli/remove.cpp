// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/known-node.hpp"
#include "service/cli/service-request.hpp"
#include "service/cli/user-drop-ins.hpp"
#include "service/cli/verbs.hpp"
#include "service/configuration-files.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace decant::cli
{

namespace
{

/// Only what `decant add` has made; what somebody wrote by hand he takes out by hand.
void remove(const std::vector<std::string>& names)
{
    const auto rack = service::read_configuration();
    const UserDropIns drop_ins;
    std::vector<std::filesystem::path> files;
    for (const auto& name : names) {
        const auto& where = written_node(rack, name).where;
        if (where.file.parent_path() != drop_ins.folder() || !UserDropIns::is_added(where.file))
            throw std::runtime_error(fmt::format("'{}' was not made by 'decant add': take it out of {}:{} "
                                                 "yourself, or switch it off with 'decant "
                                                 "disable {}'",
                                                 name, where.file.string(), where.position.line, name));
        files.push_back(where.file);
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
        drop_ins.change_disabled([&](auto& disabled) {
            std::error_code error;
            std::filesystem::remove(files[i], error);
            if (error)
                throw std::runtime_error(fmt::format("cannot delete {}: {}; check its permissions",
                                                     files[i].string(), error.message()));
            disabled.erase(names[i]);
        });
        fmt::print("{} is removed; its plugin, and the state that it had, are still there\n", names[i]);
    }
    reload_service();
}

} // namespace

void add_remove(CLI::App& application)
{
    auto* verb =
        application.add_subcommand("remove", "Take nodes that 'decant add' has made out of the rack");
    const auto names = std::make_shared<std::vector<std::string>>();
    verb->add_option("NODE", *names, "Names of nodes")->required();
    verb->footer("Deletes the node's file in ~/.config/pipewire/decant.conf.d/ and nothing else.\n\n"
                 "Example:\n  decant remove bass reverb");
    verb->callback([names] { remove(*names); });
}

} // namespace decant::cli
