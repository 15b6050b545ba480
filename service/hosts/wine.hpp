// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

namespace decant::service
{

/// Where Wine is looked for.
struct WineSearch {
    std::string chosen;               ///< $DECANT_WINE: a program or a name in `path`; empty leaves it to us
    std::string path;                 ///< $PATH
    std::filesystem::path root = "/"; ///< below which the usual places lie

    /// As this process sees it.
    [[nodiscard]] static WineSearch of_process();
};

struct Wine {
    std::filesystem::path loader; ///< the program that runs a Windows program
    bool runs_32_bit = false;     ///< whether it also runs 32-bit ones
    /// The program that runs a 32-bit one; empty: the same. A loader of the wrong width would start another
    /// process, which nobody here would know.
    std::filesystem::path loader_of_32_bit = {};

    [[nodiscard]] const std::filesystem::path& loader_for(int bits) const noexcept
    {
        return bits == 32 && !loader_of_32_bit.empty() ? loader_of_32_bit : loader;
    }
};

/// Finds Wine. Loaders that are programs are preferred to wrappers: Debian's `wine` is a script that
/// complains about a missing wine32. Throws PluginError that names the packages if there is none. [any]
[[nodiscard]] Wine find_wine(const WineSearch& search = WineSearch::of_process());

/// What `wine --version` prints, as "wine-8.0 (Debian 8.0~repack-4)". Starts a process. Throws PluginError.
/// [any]
[[nodiscard]] std::string wine_version(const Wine& wine);

} // namespace decant::service
