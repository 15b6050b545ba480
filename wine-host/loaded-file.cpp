// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/loaded-file.hpp"

#include "wine-host/plugin.hpp"

#include <algorithm>

namespace decant::host
{

const protocol::PluginInFile& pick_plugin(const std::vector<protocol::PluginInFile>& plugins,
                                          const std::string& wanted, const std::string& file)
{
    if (plugins.empty())
        throw PluginError(protocol::FailureCode::not_found, file + " is a collection without plugins");
    if (wanted.empty())
        return plugins.front();
    // An id before a name: names are for people and may be anything.
    for (const auto member : {&protocol::PluginInFile::id, &protocol::PluginInFile::name}) {
        const auto found = std::find_if(plugins.begin(), plugins.end(),
                                        [&](const auto& plugin) { return plugin.*member == wanted; });
        if (found != plugins.end())
            return *found;
    }
    std::string names;
    for (const auto& plugin : plugins)
        names += (names.empty() ? "\"" : ", \"") + plugin.name + "\"";
    throw PluginError(protocol::FailureCode::not_found,
                      file + " has no plugin \"" + wanted + "\", it has " + names);
}

} // namespace decant::host
