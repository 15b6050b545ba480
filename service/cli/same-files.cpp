// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/same-files.hpp"

#include "service/cli/file-kind.hpp"
#include "service/hosts/wine-prefix.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <system_error>
#include <tuple>

namespace decant::cli
{

namespace fs = std::filesystem;

namespace
{

/// Of two files of one size.
bool have_same_bytes(const fs::path& one, const fs::path& other)
{
    std::error_code error;
    if (fs::equivalent(one, other, error))
        return true;
    std::ifstream first(one, std::ios::binary);
    std::ifstream second(other, std::ios::binary);
    std::array<char, 64 * 1024> of_first{};
    std::array<char, 64 * 1024> of_second{};
    while (first && second) {
        first.read(of_first.data(), of_first.size());
        second.read(of_second.data(), of_second.size());
        if (!std::equal(of_first.begin(), of_first.begin() + first.gcount(), of_second.begin(),
                        of_second.begin() + second.gcount()))
            return false;
    }
    return first.eof() && second.eof(); // and not an error of one
}

} // namespace

std::vector<std::vector<std::size_t>> same_files(const std::vector<Addition>& additions)
{
    using Likeness = std::tuple<fs::path, fs::path, std::uintmax_t, std::string>;
    std::vector<std::vector<std::size_t>> groups;
    std::map<Likeness, std::vector<std::size_t>> alike; // groups
    for (std::size_t i = 0; i < additions.size(); ++i) {
        const auto& path = additions[i].file.path;
        groups.push_back({i});
        std::error_code error;
        const auto size = fs::file_size(path, error); // a bundle has none
        if (error || is_instrument_file(path))
            continue;
        auto& others = alike[{path.parent_path(), service::prefix_around(path).value_or(fs::path()), size,
                              additions[i].plugin}];
        const auto same = std::find_if(others.begin(), others.end(), [&](std::size_t group) {
            return have_same_bytes(additions[groups[group].front()].file.path, path);
        });
        if (same == others.end()) {
            others.push_back(groups.size() - 1);
            continue;
        }
        groups.pop_back();
        groups[*same].push_back(i);
    }
    return groups;
}

} // namespace decant::cli
