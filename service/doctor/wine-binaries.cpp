// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/doctor/wine-binaries.hpp"

#include "service/hosts/host-command.hpp"
#include "service/hosts/wine.hpp"

#include <fstream>
#include <initializer_list>
#include <string>

namespace decant::doctor
{

namespace fs = std::filesystem;

namespace
{

std::optional<fs::path> loader_of(const Machine& machine)
{
    const auto variable = [&machine](const char* name) {
        const auto found = machine.facts.environment.find(name);
        return found == machine.facts.environment.end() ? std::string() : found->second;
    };
    try {
        service::WineSearch search{variable("DECANT_WINE"), variable("PATH"), machine.root()};
        if (machine.root() != "/")
            search.chosen = search.path = ""; // they mean this machine
        return service::find_wine(search).loader;
    } catch (const service::PluginError&) {
        return std::nullopt;
    }
}

std::optional<fs::path> first_of(std::initializer_list<fs::path> files)
{
    std::error_code ignored;
    for (const auto& file : files)
        if (fs::is_regular_file(file, ignored))
            return file;
    return std::nullopt;
}

} // namespace

std::optional<fs::path> wine_binary(const Machine& machine, WineBinary which)
{
    const auto loader = loader_of(machine);
    if (!loader || which == WineBinary::loader)
        return loader;
    std::error_code ignored;
    const fs::path bin = fs::weakly_canonical(*loader, ignored).parent_path();
    const fs::path usr = machine.at("/usr");
    if (which == WineBinary::server) // Debian's `wineserver` is a script beside wineserver64
        return first_of({bin / "wineserver64", bin / "wineserver", usr / "lib/wine/wineserver64",
                         usr / "lib/wine/wineserver", usr / "bin/wineserver"});
    return first_of({bin / "../lib/wine/x86_64-unix/ntdll.so", bin / "../lib64/wine/x86_64-unix/ntdll.so",
                     bin / "../lib/x86_64-linux-gnu/wine/x86_64-unix/ntdll.so",
                     bin / "../x86_64-linux-gnu/wine/x86_64-unix/ntdll.so",
                     usr / "lib/x86_64-linux-gnu/wine/x86_64-unix/ntdll.so"});
}

bool contains_text(const fs::path& file, std::string_view text)
{
    constexpr std::size_t overlap = 64;
    std::ifstream in(file, std::ios::binary);
    std::string piece(1 << 16, '\0');
    std::string window;
    while (in) {
        in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        window.append(piece, 0, static_cast<std::size_t>(in.gcount()));
        if (window.find(text) != std::string::npos)
            return true;
        if (window.size() > overlap)
            window.erase(0, window.size() - overlap);
    }
    return false;
}

bool wine_knows(const Machine& machine, std::string_view text)
{
    for (const auto which : {WineBinary::server, WineBinary::ntdll})
        if (const auto file = wine_binary(machine, which); file && contains_text(*file, text))
            return true;
    return false;
}

} // namespace decant::doctor
