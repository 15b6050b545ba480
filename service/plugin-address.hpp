// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

namespace decant::service
{

/// Where a plugin is, as people write it: "FILE", or "FILE#PLUGIN" for one of a file with several.
struct PluginAddress {
    std::filesystem::path file;
    std::string plugin; ///< name or id; empty for the first
};

/// Parts an address. A file whose own name has the sign in it is found if it is there. [any]
[[nodiscard]] PluginAddress parse_plugin_address(const std::filesystem::path& address);

} // namespace decant::service
