// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/file-kind.hpp"

#include "service/special-file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>
#include <string>
#include <string_view>

namespace decant::cli
{

namespace
{

std::string extension_of(const std::filesystem::path& file)
{
    std::string extension = file.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return extension;
}

} // namespace

bool is_instrument_file(const std::filesystem::path& file)
{
    constexpr std::array<std::string_view, 9> extensions{".sfz", ".wav", ".flac", ".aif", ".aiff",
                                                         ".ogg", ".oga", ".w64",  ".caf"};
    return std::find(extensions.begin(), extensions.end(), extension_of(file)) != extensions.end();
}

bool is_sfz_file(const std::filesystem::path& file)
{
    return extension_of(file) == ".sfz";
}

bool is_plugin_file(const std::filesystem::path& file)
{
    constexpr std::array<std::string_view, 3> extensions{".dll", ".vst3", ".clap"};
    return std::find(extensions.begin(), extensions.end(), extension_of(file)) != extensions.end();
}

void require_no_special_file(const std::filesystem::path& path)
{
    if (const auto other = service::special_file(path); !other.empty())
        throw std::runtime_error(
            fmt::format("{} is {}, and no instrument; give the name of a file", path.string(), other));
}

} // namespace decant::cli
