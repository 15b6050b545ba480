// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/protocol/plugin-description.hpp"

#include <string>
#include <vector>

struct HINSTANCE__;

namespace decant::host
{

/// A DLL that Windows has loaded, and that stays loaded until the process ends.
struct LoadedFile {
    HINSTANCE__* module;
    std::string path;      ///< of Windows, in UTF-8
    std::string name;      ///< without directory and extension
    std::string directory; ///< Windows path in the Windows code page
};

/// The one among `plugins` whose id or name is `wanted`, or the first if that is empty. Throws PluginError
/// that names what `file` has.
[[nodiscard]] const protocol::PluginInFile& pick_plugin(const std::vector<protocol::PluginInFile>& plugins,
                                                        const std::string& wanted, const std::string& file);

} // namespace decant::host
