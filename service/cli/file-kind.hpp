// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

namespace decant::cli
{

/// Whether the sampler plays the file, by its name: an SFZ text or a sound. Everything else is taken for a
/// plugin.
[[nodiscard]] bool is_instrument_file(const std::filesystem::path& file);

} // namespace decant::cli
