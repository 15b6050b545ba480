// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/display-environment.hpp"
#include "service/hosts/host-command.hpp"
#include "service/hosts/pe-file.hpp"
#include "service/hosts/prefix-setup.hpp"
#include "service/hosts/vst3-bundle.hpp"
#include "service/hosts/wine-prefix.hpp"
#include "service/hosts/wine.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <string_view>
#include <system_error>

namespace decant::service
{
namespace fs = std::filesystem;

namespace
{

/// Below it lie the parts of the hosts, as x86_64-windows/ and i386-unix/, which is what WINEDLLPATH expects.
fs::path host_root()
{
    const char* root = std::getenv("DECANT_WINE_ROOT");
    return fs::path(root != nullptr && *root != '\0' ? root : DECANT_WINE_ROOT_INSTALLED);
}

fs::path program_below(const fs::path& root, int bits)
{
    return root / (bits == 64 ? "x86_64-windows/decant-host64.exe" : "i386-windows/decant-host32.exe");
}

/// Throws PluginError where no Windows plugin can run.
void require_hosts([[maybe_unused]] const fs::path& root)
{
#if !defined(__x86_64__)
    throw PluginError(
        "Windows plugins need a computer with an x86-64 processor, and this one has another. SFZ "
        "instruments play here.");
#elif !defined(DECANT_WINE_HOST)
    std::error_code ignored; // DECANT_WINE_ROOT may name the hosts of another build
    if (!fs::exists(program_below(root, 64), ignored))
        throw PluginError(fmt::format("Windows plugins need hosts, and there are none in {}. {}.",
                                      root.string(), how_to_install_hosts()));
#endif
}

/// The host for plugins of `bits`. Throws PluginError if it is not installed.
fs::path host_program(const fs::path& root, int bits)
{
    const fs::path program = program_below(root, bits);
    std::error_code ignored;
    if (fs::exists(program, ignored))
        return program;
    if (bits == 32)
        throw PluginError(
            "this is a 32-bit plugin, and " + program.string() +
            " is not there: Decant was built without 32-bit support. Install the plugin's 64-bit build, or "
            "build "
            "Decant again with i686-w64-mingw32-g++ (Debian, Ubuntu: sudo apt install g++-mingw-w64-i686).");
    throw PluginError(fmt::format(
        "Decant's Windows half is missing: {}. {}, or run it uninstalled with 'meson devenv -C build'.",
        program.string(), how_to_install_hosts()));
}

std::string variable_or(const char* name, const std::string& otherwise)
{
    const char* value = std::getenv(name);
    return value != nullptr ? value : otherwise;
}

std::string joined(const std::string& first, char separator, const char* variable)
{
    const std::string others = variable_or(variable, "");
    return others.empty() ? first : first + separator + others;
}

/// The width of all plugins of a file or chain. Throws PluginError if they cannot share a process.
int bits_of(const PluginFile& plugin)
{
    const int bits = bits_of_dll(dll_of_plugin(plugin.path));
    const auto surroundings = PrefixEnvironment::of_process();
    const fs::path prefix = wine_prefix_of(plugin.path, plugin.prefix, surroundings);
    for (const auto& part : plugin.chain) {
        if (bits_of_dll(dll_of_plugin(part.path)) != bits)
            throw PluginError("the chain has plugins for 32 and for 64 bits (" + part.path +
                              "), which cannot share a process. Install the same build of all, or make two "
                              "nodes of them.");
        if (const fs::path other = wine_prefix_of(part.path, plugin.prefix, surroundings); other != prefix)
            throw PluginError("the chain has plugins of two Wine prefixes, " + prefix.string() + " and " +
                              other.string() +
                              ". Say which one with 'prefix = DIRECTORY', or make two nodes "
                              "of them.");
    }
    return bits;
}

} // namespace

std::string_view how_to_install_hosts() noexcept
{
#if defined(DECANT_WINE_HOST)
    return "Install Decant again (meson install)";
#else
    return "This Decant was built without Windows plugins (-Dwine_host=false): build it with them "
           "('meson configure -Dwine_host=true' in its build directory) and install it again";
#endif
}

HostCommand wine_host_command(const PluginFile& plugin, const Progress& progress)
{
    const fs::path root = host_root();
    require_hosts(root);
    const int bits = bits_of(plugin);
    const Wine wine = find_wine();
    if (bits == 32 && !wine.runs_32_bit)
        throw PluginError(plugin.path.string() + " is a 32-bit plugin, and this Wine (" +
                          wine.loader.string() +
                          ") runs 64-bit programs only. Install the plugin's 64-bit build, or 32-bit Wine:\n"
                          "  Debian, Ubuntu: sudo dpkg --add-architecture i386 && sudo apt update && "
                          "sudo apt install wine32:i386\n"
                          "  Fedora:         sudo dnf install wine-core.i686\n"
                          "  Arch:           the package wine has it; update it");
    const fs::path host = host_program(root, bits);
    const fs::path prefix = wine_prefix_of(plugin.path, plugin.prefix, PrefixEnvironment::of_process());
    ensure_wine_prefix(wine, prefix, bits, progress);

    const fs::path& loader = wine.loader_for(bits);
    HostCommand command;
    command.arguments = {loader, host};
    command.environment = {
        {"WINEPREFIX", prefix},
        {"WINELOADER", loader},
        {"WINEDLLPATH", joined(root, ':', "WINEDLLPATH")},
        {"WINEDEBUG", variable_or("WINEDEBUG", "-all")},
        // No debugger that opens a dialog over a crashed plugin, no entries in the user's menus, and our own
        // scheduler of multimedia threads, which lies beside the host.
        {"WINEDLLOVERRIDES", joined("winemenubuilder.exe,winedbg.exe=d;avrt=n,b", ';', "WINEDLLOVERRIDES")},
    };
    command.environment.merge(display_environment());
    for (const auto& [name, value] : plugin.environment) {
        auto& variable = command.environment[name];
        // Ours keep windows away that nobody would see; a later override counts.
        variable = name == "WINEDLLOVERRIDES" ? variable + ";" + value : value;
    }
    return command;
}

} // namespace decant::service
