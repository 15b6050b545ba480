// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

namespace decant::service
{

/// The DLL to load for `plugin`: that file itself, or, if it is the directory of a VST3 bundle, the build for
/// Windows inside, 64-bit before 32-bit. A directory without one throws PluginError that says what there is.
/// [any]
[[nodiscard]] std::filesystem::path dll_of_plugin(const std::filesystem::path& plugin);

} // namespace decant::service
