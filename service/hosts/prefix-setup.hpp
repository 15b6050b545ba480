// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/hosts/host-command.hpp"
#include "service/hosts/wine.hpp"

#include <filesystem>

namespace decant::service
{

/// Makes sure that `prefix` is a Wine prefix that can run a program of `bits`: makes it if it is missing or
/// half made, updates one that another version of Wine made, both without a window. That takes some seconds,
/// and `progress` hears of it; others who want the same prefix meanwhile wait. Who gives it up ends it: Wine
/// begins again when the prefix is needed next. Throws PluginError. [any]
void ensure_wine_prefix(const Wine& wine, const std::filesystem::path& prefix, int bits,
                        const Progress& progress);

} // namespace decant::service
