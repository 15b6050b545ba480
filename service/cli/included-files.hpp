// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <set>

namespace decant::cli
{

/// The files that an SFZ file takes headers or opcodes from by #include, without symbolic links: parts of an
/// instrument, and none by themselves. Empty if it cannot be read. [any]
[[nodiscard]] std::set<std::filesystem::path> included_files(const std::filesystem::path& sfz);

} // namespace decant::cli
