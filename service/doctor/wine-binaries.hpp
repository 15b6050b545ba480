// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/doctor/machine.hpp"

#include <filesystem>
#include <optional>
#include <string_view>

/// What a Wine can do shows in its files: names of variables and devices that it asks for are in there, or
/// not.
namespace decant::doctor
{

enum class WineBinary { loader, server, ntdll };

/// Where it lies, below the machine's root; nothing if there is no Wine. [main]
[[nodiscard]] std::optional<std::filesystem::path> wine_binary(const Machine& machine, WineBinary which);

/// Whether a file holds these bytes, which are to be fewer than 64. [main]
[[nodiscard]] bool contains_text(const std::filesystem::path& file, std::string_view text);

/// Whether server or ntdll, which read the variables of all of Wine, know of it. [main]
[[nodiscard]] bool wine_knows(const Machine& machine, std::string_view text);

} // namespace decant::doctor
