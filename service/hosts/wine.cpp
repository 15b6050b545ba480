// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/wine.hpp"

#include "service/hosts/child-process.hpp"
#include "service/hosts/host-command.hpp"

#include <array>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>
#include <vector>

#include <unistd.h>

namespace decant::service
{
namespace fs = std::filesystem;

namespace
{

bool is_executable(const fs::path& file)
{
    std::error_code ignored;
    return fs::is_regular_file(file, ignored) && access(file.c_str(), X_OK) == 0;
}

bool is_script(const fs::path& file)
{
    std::array<char, 2> head{};
    std::ifstream(file, std::ios::binary).read(head.data(), head.size());
    return head[0] == '#' && head[1] == '!';
}

std::vector<fs::path> directories_of(const std::string& path)
{
    std::vector<fs::path> result;
    std::istringstream parts(path);
    for (std::string part; std::getline(parts, part, ':');)
        if (fs::path(part).is_absolute())
            result.emplace_back(part);
    return result;
}

std::optional<fs::path> find_loader(const WineSearch& search)
{
    std::vector<fs::path> directories = directories_of(search.path);
    for (const char* place : {"usr/bin", "usr/local/bin", "opt/wine-stable/bin", "opt/wine-staging/bin",
                              "opt/wine-devel/bin", "usr/lib/wine", "usr/lib64/wine"})
        directories.push_back(search.root / place);

    // Up to Wine 10 the 64-bit loader is `wine64`, and `wine` may be the 32-bit one, which starts 64-bit
    // programs just as well; Wine 11 has `wine` only.
    std::optional<fs::path> script;
    for (const auto& directory : directories) {
        for (const char* name : {"wine64", "wine"}) {
            fs::path candidate = directory / name;
            if (!is_executable(candidate))
                continue;
            if (!is_script(candidate))
                return candidate;
            // The wrapper of a distribution stands for a loader elsewhere; the first one found says whose.
            if (!script)
                script = candidate;
            if (fs::path behind = search.root / "usr/lib/wine/wine64"; is_executable(behind))
                return behind;
        }
    }
    return script;
}

std::optional<fs::path> find_chosen(const WineSearch& search)
{
    if (const fs::path chosen = search.chosen; chosen.is_absolute())
        return is_executable(chosen) ? std::optional(chosen) : std::nullopt;
    for (const auto& directory : directories_of(search.path))
        if (is_executable(directory / search.chosen))
            return directory / search.chosen;
    return std::nullopt;
}

/// Wine's 32-bit half is there if its ntdll is: a PE file everywhere, beside an i386-unix directory on old
/// WoW64.
bool has_32_bit_half(const fs::path& loader, const fs::path& root)
{
    std::error_code ignored;
    const fs::path bin = fs::weakly_canonical(loader, ignored).parent_path();
    for (const fs::path& place : {bin / "../lib/wine", bin / "../lib64/wine", bin / "../lib32/wine",
                                  bin / "../lib/i386-linux-gnu/wine", bin / "../lib/x86_64-linux-gnu/wine",
                                  bin, // Debian's loaders are in /usr/lib/wine itself
                                  bin / "../i386-linux-gnu/wine", bin / "../x86_64-linux-gnu/wine",
                                  root / "usr/lib/i386-linux-gnu/wine"})
        if (fs::exists(place / "i386-windows/ntdll.dll", ignored))
            return true;
    return false;
}

/// Up to Wine 10, a Wine with 32-bit libraries has a loader `wine` of that width beside `wine64`.
fs::path loader_of_32_bit(const fs::path& loader)
{
    const std::string name = loader.filename();
    const fs::path sibling = loader.parent_path() / name.substr(0, name.rfind("64"));
    return name.ends_with("64") && is_executable(sibling) && !is_script(sibling) ? sibling : fs::path();
}

} // namespace

WineSearch WineSearch::of_process()
{
    const auto variable = [](const char* name) {
        const char* value = std::getenv(name);
        return std::string(value != nullptr ? value : "");
    };
    return {variable("DECANT_WINE"), variable("PATH"), "/"};
}

Wine find_wine(const WineSearch& search)
{
    const auto loader = search.chosen.empty() ? find_loader(search) : find_chosen(search);
    if (!loader && !search.chosen.empty())
        throw PluginError("DECANT_WINE is '" + search.chosen +
                          "', which is no program. Give the path of a Wine loader, or unset it.");
    if (!loader)
        throw PluginError("Wine is not installed, and Windows plugins need it.\n"
                          "  Debian, Ubuntu: sudo apt install wine64\n"
                          "  Fedora:         sudo dnf install wine-core\n"
                          "  Arch:           sudo pacman -S wine\n"
                          "Wine elsewhere? Set DECANT_WINE to its loader.");
    return {*loader, has_32_bit_half(*loader, search.root), loader_of_32_bit(*loader)};
}

std::string wine_version(const Wine& wine)
{
    std::string version;
    ChildProcess process({{wine.loader, "--version"}, {{"WINEDEBUG", "-all"}}},
                         [&version](std::string_view line) {
                             if (version.empty())
                                 version = line;
                         },
                         {});
    if (!process.wait(std::chrono::seconds(10)) || !process.succeeded() || version.empty())
        throw PluginError(wine.loader.string() +
                          " --version does not answer. Is it Wine? Does 'wine --version' work?");
    return version;
}

} // namespace decant::service
