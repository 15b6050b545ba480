// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/wine-prefix.hpp"

#include "service/hosts/host-command.hpp"

#include <cstdlib>
#include <system_error>

namespace decant::service
{
namespace fs = std::filesystem;

namespace
{

std::optional<fs::path> parent_with_dosdevices(const fs::path& path)
{
    std::error_code ignored;
    for (fs::path place = path; place.has_relative_path(); place = place.parent_path())
        if (fs::is_directory(place / "dosdevices", ignored))
            return place.lexically_normal() == place ? place : fs::canonical(place); // no `link/..` for Wine
    return std::nullopt;
}

/// `path` with the first symbolic link in it replaced by what it points to; nothing if there is none.
std::optional<fs::path> one_link_resolved(const fs::path& path)
{
    std::error_code error;
    fs::path walked;
    for (auto part = path.begin(); part != path.end(); ++part) {
        const fs::path parent = walked;
        walked /= *part;
        if (!fs::is_symlink(walked, error))
            continue;
        fs::path resolved = parent / fs::read_symlink(walked, error); // an absolute target replaces `parent`
        if (error)
            return std::nullopt;
        for (++part; part != path.end(); ++part)
            resolved /= *part;
        return resolved;
    }
    return std::nullopt;
}

} // namespace

PrefixEnvironment PrefixEnvironment::of_process()
{
    const auto variable = [](const char* name) {
        const char* value = std::getenv(name);
        return value != nullptr ? fs::path(value) : fs::path();
    };
    return {variable("WINEPREFIX"), variable("HOME")};
}

std::optional<fs::path> prefix_around(const fs::path& path)
{
    constexpr int most_links = 40; // as the kernel: a circle of links ends there
    std::optional<fs::path> place = fs::absolute(path);
    for (int links = 0; place && links <= most_links; ++links) {
        if (auto prefix = parent_with_dosdevices(*place))
            return prefix;
        place = one_link_resolved(*place);
    }
    return std::nullopt;
}

fs::path wine_prefix_of(const fs::path& plugin, const std::optional<fs::path>& given,
                        const PrefixEnvironment& environment)
{
    if (given && !given->empty())
        return fs::absolute(*given);
    if (auto prefix = prefix_around(plugin))
        return *prefix;
    if (environment.wineprefix.is_absolute())
        return environment.wineprefix;
    if (!environment.wineprefix.empty()) // Wine refuses it, too
        throw PluginError("WINEPREFIX is '" + environment.wineprefix.string() +
                          "', and must be an absolute path, as in WINEPREFIX=" +
                          (environment.home / ".wine").string() + ". Correct it or unset it.");
    if (environment.home.is_absolute())
        return environment.home / ".wine";
    throw PluginError("no Wine prefix for " + plugin.string() +
                      ": neither WINEPREFIX nor HOME is set. Give one with 'prefix = DIRECTORY'.");
}

} // namespace decant::service
