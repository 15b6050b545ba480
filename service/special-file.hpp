// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string_view>

namespace decant::service
{

/// What stands in a file's place: "a folder", "a pipe", "a device", "a socket"; empty if it is a file, or
/// nothing is there. [any]
[[nodiscard]] std::string_view special_file(const std::filesystem::path& path) noexcept;

} // namespace decant::service
