// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/clap-interface.hpp"

#include <string>
#include <vector>

namespace decant::host
{

/// A preset that comes with a CLAP plugin, and where its own clap::PluginPresetLoad finds it.
struct ClapPreset {
    std::string name;
    clap::PlaceKind kind;
    std::string path; ///< Windows' own, in UTF-8; empty for clap::place_plugin
    std::string key;  ///< of one of several in a file, else empty
};

/// The presets that the maker of plugin `id` has put into its file or beside it, in an order that stays:
/// those of people are files, which they name. Without `only_one`, presets that name no plugin are another
/// one's. [main]
[[nodiscard]] std::vector<ClapPreset> find_clap_presets(const clap_plugin_entry_t& entry,
                                                        const std::string& id, bool only_one);

} // namespace decant::host
