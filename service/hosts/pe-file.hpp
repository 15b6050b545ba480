// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

namespace decant::service
{

/// The word size of a Windows DLL, 32 or 64, read from its header so that the right host can be started, and
/// a file that is no plugin is refused before there is one. Throws PluginError that says what the file is
/// instead. [any]
[[nodiscard]] int bits_of_dll(const std::filesystem::path& path);

} // namespace decant::service
