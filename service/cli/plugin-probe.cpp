// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/plugin-probe.hpp"

#include "service/hosts/opened-plugin.hpp"

namespace decant::cli
{

PluginReport probe_plugin(const service::PluginFile& plugin, std::chrono::milliseconds timeout,
                          const service::Progress& progress,
                          const std::function<void(std::string_view)>& output)
{
    const auto command = service::wine_host_command(plugin, progress);
    service::OpenedPlugin opened(command, plugin, {.hello = timeout, .load = timeout, .request = timeout},
                                 output);
    return {plugin.path, command.environment.at("WINEPREFIX"), opened.host().hello(), opened.description()};
}

} // namespace decant::cli
