// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

namespace decant::cli
{

/// Whether the sampler plays the file, by its name: an SFZ text or a sound. To `probe` everything else is a
/// plugin.
[[nodiscard]] bool is_instrument_file(const std::filesystem::path& file);

/// Whether the name is that of an SFZ text.
[[nodiscard]] bool is_sfz_file(const std::filesystem::path& file);

/// Whether the name is that of a Windows plugin; not every plugin has one.
[[nodiscard]] bool is_plugin_file(const std::filesystem::path& file);

/// Throws std::runtime_error if the path leads to a folder, a pipe or a device: nobody waits for one that
/// never ends.
void require_no_special_file(const std::filesystem::path& path);

} // namespace decant::cli
