// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace decant::sampler
{

/// Why there is nothing to read at `path`, and what to do: it is a directory, a device, a link to nowhere, or
/// not there. Empty if it is a regular file. [any but rt]
[[nodiscard]] std::string why_no_file(const std::filesystem::path& path);

/// The same of what a name in `directory` means, as FileFinder::find() takes it; empty if there is nothing of
/// that name. [main]
[[nodiscard]] std::string why_no_file(const std::filesystem::path& directory, std::string name);

/// Finds the files that an instrument names. Most SFZ files were written on Windows: names come with
/// backslashes and in a case that only Windows and macOS forgive. macOS writes accents apart from their
/// letters, in archives too, which the others do not.
class FileFinder
{
    using Directory =
        std::multimap<std::string, std::string>; // name without its case and composition -> name

    std::map<std::filesystem::path, Directory> directories_; // read once, as many samples share a directory
    std::set<std::filesystem::path> searched_;
    std::set<std::filesystem::path> found_;

    const Directory& listing(const std::filesystem::path& directory);

public:
    /// Returns the regular file that `name` means, seen from `directory`. The exact name comes first, then
    /// the same name in another case or composition; of several, the first in the order of their bytes.
    [[nodiscard]] std::optional<std::filesystem::path> find(const std::filesystem::path& directory,
                                                            std::string_view name);

    /// The directories in which files were found, and those that have to change before others can be.
    [[nodiscard]] const std::set<std::filesystem::path>& searched() const noexcept { return searched_; }

    /// All that was found.
    [[nodiscard]] const std::set<std::filesystem::path>& found() const noexcept { return found_; }
};

} // namespace decant::sampler
