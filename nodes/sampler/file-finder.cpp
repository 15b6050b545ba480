// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/file-finder.hpp"

#include <algorithm>
#include <system_error>

namespace decant::sampler
{
namespace
{

namespace fs = std::filesystem;

// ASCII only: what falls outside is compared as it is.
std::string lower_case(std::string_view text)
{
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

} // namespace

const FileFinder::Directory& FileFinder::listing(const fs::path& directory)
{
    const auto [known, is_new] = directories_.try_emplace(directory);
    if (is_new) {
        std::error_code error;
        for (fs::directory_iterator entry(directory.empty() ? fs::path(".") : directory, error), end;
             !error && entry != end; entry.increment(error)) {
            std::string name = entry->path().filename().string();
            known->second.emplace(lower_case(name), std::move(name));
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
    if (is_file(found))
        return found;

    found = wanted.is_absolute() ? wanted.root_path() : directory;
    for (const fs::path& part : wanted.relative_path()) {
        if (part.empty() || part == ".")
            continue;
        if (part == "..") {
            found /= part;
            continue;
        }
        const Directory& names = listing(found);
        const auto [first, last] = names.equal_range(lower_case(part.string()));
        if (first == last)
            return std::nullopt;
        const bool exact =
            std::any_of(first, last, [&](const auto& entry) { return entry.second == part.string(); });
        const auto smallest =
            std::min_element(first, last, [](const auto& a, const auto& b) { return a.second < b.second; });
        found /= exact ? part : fs::path(smallest->second);
    }
    if (is_file(found))
        return found;
    return std::nullopt;
}

} // namespace decant::sampler
