// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/file-finder.hpp"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <linux/magic.h>
#include <memory>
#include <sys/vfs.h>
#include <system_error>
#include <utf8proc.h>

namespace decant::sampler
{
namespace
{

namespace fs = std::filesystem;

// What names have in common that differ in case or in how their accents are composed.
std::string folded(std::string_view text)
{
    constexpr auto options = static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD);
    utf8proc_uint8_t* made = nullptr;
    const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                     static_cast<utf8proc_ssize_t>(text.size()), &made, options);
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(made, &std::free);
    if (length >= 0)
        return {reinterpret_cast<const char*>(made), static_cast<std::size_t>(length)};
    // Not UTF-8, as names of old archives are.
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return lower;
}

bool is_file(const fs::path& path)
{
    std::error_code error;
    return fs::is_regular_file(path, error);
}

// The kernel's files have no size, and reading some of them waits for what is to come, as /proc/kmsg does.
bool is_made_by_kernel(const fs::path& path)
{
    std::error_code error;
    struct statfs system{};
    return fs::file_size(path, error) == 0 && statfs(path.c_str(), &system) == 0 &&
           (system.f_type == PROC_SUPER_MAGIC || system.f_type == TRACEFS_MAGIC ||
            system.f_type == DEBUGFS_MAGIC);
}

} // namespace

std::string why_no_file(const fs::path& path)
{
    constexpr const char* endless = "this is not a file that can be read to its end; name one";
    std::error_code error;
    switch (fs::status(path, error).type()) {
    case fs::file_type::regular:
        return is_made_by_kernel(path) ? endless : "";
    case fs::file_type::directory:
        return "this is a directory; name a file in it";
    case fs::file_type::not_found:
        if (!fs::is_symlink(fs::symlink_status(path, error)))
            return "there is no such file; check the path";
        return fmt::format("this is a link to {}, which is not there; mend the link",
                           fs::read_symlink(path, error).string());
    case fs::file_type::none:
        return fmt::format("cannot be looked at ({}); check the path, and the permissions of its directories",
                           error.message());
    default: // a pipe or a device might block or never end
        return endless;
    }
}

std::string why_no_file(const fs::path& directory, std::string name)
{
    std::replace(name.begin(), name.end(), '\\', '/');
    const fs::path path = directory / name;
    std::error_code error;
    return fs::symlink_status(path, error).type() == fs::file_type::not_found ? "" : why_no_file(path);
}

const FileFinder::Directory& FileFinder::listing(const fs::path& directory)
{
    const auto [known, is_new] = directories_.try_emplace(directory);
    if (is_new) {
        std::error_code error;
        for (fs::directory_iterator entry(directory.empty() ? fs::path(".") : directory, error), end;
             !error && entry != end; entry.increment(error)) {
            std::string name = entry->path().filename().string();
            known->second.emplace(folded(name), std::move(name));
        }
    }
    return known->second;
}

std::optional<fs::path> FileFinder::find(const fs::path& directory, std::string_view name)
{
    std::string slashes(name);
    std::replace(slashes.begin(), slashes.end(), '\\', '/');
    if (slashes.find('\0') != std::string::npos)
        return std::nullopt;
    const fs::path wanted(slashes);
    fs::path found = wanted.is_absolute() ? wanted : directory / wanted;
    if (is_file(found)) {
        searched_.insert(found.parent_path());
        found_.insert(found);
        return found;
    }

    found = wanted.is_absolute() ? wanted.root_path() : directory;
    for (const fs::path& part : wanted.relative_path()) {
        if (part.empty() || part == ".")
            continue;
        if (part == "..") {
            found /= part;
            continue;
        }
        const Directory& names = listing(found);
        const auto [first, last] = names.equal_range(folded(part.string()));
        if (first == last) {
            searched_.insert(found);
            return std::nullopt;
        }
        const bool exact =
            std::any_of(first, last, [&](const auto& entry) { return entry.second == part.string(); });
        const auto smallest =
            std::min_element(first, last, [](const auto& a, const auto& b) { return a.second < b.second; });
        found /= exact ? part : fs::path(smallest->second);
    }
    searched_.insert(found.parent_path());
    if (!is_file(found))
        return std::nullopt;
    found_.insert(found);
    return found;
}

} // namespace decant::sampler
