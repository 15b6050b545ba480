// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace decant::sampler
{

/// Reads a whole regular file of at most `limit` bytes. Throws std::runtime_error. [main]
[[nodiscard]] std::string read_text_file(const std::filesystem::path& path, std::size_t limit);

} // namespace decant::sampler
