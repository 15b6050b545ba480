// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/prefix-option.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

namespace decant::cli
{

namespace
{

std::string missing_prefix(const std::string& text)
{
    namespace fs = std::filesystem;
    std::error_code error;
    const auto prefix = fs::absolute(text, error).lexically_normal();
    if (text.empty() || error)
        return "needs the directory of a Wine prefix";
    if (fs::exists(prefix, error))
        return {};
    if (error)
        return fmt::format(
            "the Wine prefix '{}' cannot be reached: {}; look at the rights of its directories",
            prefix.string(), error.message());
    return fmt::format(
        "there is no Wine prefix '{0}'; correct it, or make one there: WINEPREFIX='{0}' wineboot",
        prefix.string());
}

} // namespace

CLI::Option* add_prefix_option(CLI::App& verb, std::string& prefix)
{
    return verb
        .add_option("--prefix", prefix,
                    "Wine prefix, one that there is; found from the path of each plugin by default")
        ->check(CLI::Validator(missing_prefix, "DIRECTORY"));
}

} // namespace decant::cli
