// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/host-command.hpp"

namespace decant::service
{

std::string name_in_messages(const PluginFile& plugin)
{
    if (plugin.chain.empty())
        return plugin.path.filename().string();
    std::string names;
    for (const auto& part : plugin.chain)
        names.append(names.empty() ? "" : " > ").append(std::filesystem::path(part.path).filename().string());
    return names;
}

} // namespace decant::service
