// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/configuration.hpp"

#include <filesystem>
#include <vector>

namespace decant::service
{

/// Where configuration is looked for.
///
/// As PipeWire does it, with two differences. libpipewire only knows the prefix that it was built for itself,
/// so an installation elsewhere, and a build tree through $DECANT_CONFIG_DIR, are added; the user's own files
/// always count. And of two drop-ins with the same name the user's counts: PipeWire before 1.6 takes the one
/// in /usr/share.
struct ConfigurationDirectories {
    std::vector<std::filesystem::path> directories; ///< from the weakest to the strongest
    std::filesystem::path home;
};

/// From the environment of this process. [any]
[[nodiscard]] ConfigurationDirectories configuration_directories();

/// The strongest decant.conf, which this client of PipeWire is set up with. Throws std::runtime_error if
/// there is none.
[[nodiscard]] std::filesystem::path find_main_file(const ConfigurationDirectories& directories);

/// The files that may hold sections of ours, in the order in which they count: decant.conf and pipewire.conf,
/// the strongest of each, and all drop-ins of both. A file that cannot be read becomes a problem.
[[nodiscard]] std::vector<ConfigurationText>
read_configuration_files(const ConfigurationDirectories& directories,
                         std::vector<ConfigurationProblem>& problems);

/// All of it, from the environment of this process: what a service with these nodes would make of it now.
/// [any]
[[nodiscard]] Configuration read_configuration(const NameHolders& holders = {});

} // namespace decant::service
