// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>

namespace decant::service
{

/// What the surroundings say about the prefix; an empty path says nothing.
struct PrefixEnvironment {
    std::filesystem::path wineprefix; ///< $WINEPREFIX
    std::filesystem::path home;       ///< the user's home directory

    /// As this process sees it.
    [[nodiscard]] static PrefixEnvironment of_process();
};

/// The prefix that `path` lies in: the nearest parent with a `dosdevices` directory. Parents are tried as
/// written first and then with one symbolic link resolved after another, because people link plugins into a
/// prefix as well as out of it, and the place that they name is the prefix they mean. [any]
[[nodiscard]] std::optional<std::filesystem::path> prefix_around(const std::filesystem::path& path);

/// The prefix to run `plugin` in: `given`, else the one around it, else $WINEPREFIX, else ~/.wine. It need
/// not exist. Throws PluginError if there is not even a home directory. [any]
[[nodiscard]] std::filesystem::path wine_prefix_of(const std::filesystem::path& plugin,
                                                   const std::optional<std::filesystem::path>& given,
                                                   const PrefixEnvironment& environment);

} // namespace decant::service
