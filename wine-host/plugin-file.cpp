// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/plugin-file.hpp"

#include "wine-host/clap-plugin.hpp"
#include "wine-host/file-view.hpp"
#include "wine-host/pe-image.hpp"
#include "wine-host/text.hpp"
#include "wine-host/vst2-plugin.hpp"
#include "wine-host/vst3-plugin.hpp"

#include <windows.h>

#include <algorithm>
#include <optional>
#include <set>

namespace decant::host
{
namespace
{

using protocol::FailureCode;
using protocol::PeHeader;

constexpr std::uint16_t own_machine = sizeof(void*) == 8 ? PeHeader::x86_64 : PeHeader::i386;

std::wstring directory_of(const std::wstring& path)
{
    const auto slash = path.find_last_of(L"\\/");
    return slash == std::wstring::npos ? std::wstring() : path.substr(0, slash + 1);
}

/// The file's name without directory and extension.
std::string stem_of(const std::string& path)
{
    const std::string name = path.substr(path.find_last_of("\\/") + 1);
    return name.substr(0, name.rfind('.'));
}

/// Throws unless Windows could load the file as a DLL into this process.
void check_image(const std::wstring& path, const std::string& name)
{
    const DWORD attributes = GetFileAttributesW(path.c_str());
    if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0)
        throw PluginError(FailureCode::not_a_plugin, name + " is a directory, not a plugin's DLL");
    const FileView file(path);
    if (!file.is_open() && file.error() == ERROR_INVALID_NAME)
        throw PluginError(FailureCode::other,
                          name + " cannot be read, as its name has a character that Windows does not allow, "
                                 "one of : * ? \" < > | \\; rename it");
    if (!file.is_open())
        throw PluginError(FailureCode::not_found, name + " cannot be read: " + windows_error(file.error()));
    const std::optional<PeImage> image = read_pe_image(file.bytes());
    if (!image)
        throw PluginError(FailureCode::not_a_plugin,
                          name +
                              " is no Windows DLL, or damaged; install the plugin again, and give the .dll, "
                              ".vst3 or .clap that this leaves");
    if (image->header.machine != own_machine) {
        const char* made_for = image->header.machine == PeHeader::i386     ? "32-bit Windows"
                               : image->header.machine == PeHeader::x86_64 ? "64-bit Windows"
                               : image->header.machine == PeHeader::arm64  ? "ARM processors"
                                                                           : "another processor";
        throw PluginError(FailureCode::wrong_architecture, name + " is made for " + made_for +
                                                               ", this host is " +
                                                               std::to_string(sizeof(void*) * 8) + "-bit");
    }
    if (!image->header.dll())
        throw PluginError(FailureCode::not_a_plugin,
                          name + " is a program, perhaps the plugin's installer; the plugin is a DLL");
}

/// The first DLL that `path` needs, directly or through others, and that is nowhere.
std::optional<std::string> missing_import(const std::wstring& path, std::set<std::string>& seen)
{
    const FileView file(path);
    const auto image = read_pe_image(file.bytes());
    if (!image)
        return std::nullopt;
    const std::wstring directory = directory_of(path);
    for (const std::string& name : image->imports) {
        if (!seen.insert(name).second)
            continue;
        const std::wstring neighbour = directory + to_wide(name);
        const bool beside = GetFileAttributesW(neighbour.c_str()) != INVALID_FILE_ATTRIBUTES;
        const HMODULE module = beside
                                   ? LoadLibraryExW(neighbour.c_str(), nullptr, LOAD_WITH_ALTERED_SEARCH_PATH)
                                   : LoadLibraryW(to_wide(name).c_str());
        if (module != nullptr)
            continue; // stays loaded: this process has no future
        if (!beside)
            return name;
        if (auto deeper = missing_import(neighbour, seen))
            return deeper;
    }
    return std::nullopt;
}

HMODULE load_library(const std::wstring& path, const std::string& name)
{
    // The plugin's own directory comes first in the search for what it needs.
    const HMODULE module = LoadLibraryExW(path.c_str(), nullptr, LOAD_WITH_ALTERED_SEARCH_PATH);
    if (module != nullptr)
        return module;
    switch (const DWORD error = GetLastError()) {
    case ERROR_MOD_NOT_FOUND: {
        std::set<std::string> seen;
        const auto missing = missing_import(path, seen);
        throw PluginError(
            FailureCode::missing_dependency,
            name + " needs " + missing.value_or("another DLL") +
                ", which is not in its directory and not in Windows; install what it belongs to into "
                "the same Wine prefix (winetricks has the Visual C++ runtimes)");
    }
    case ERROR_BAD_EXE_FORMAT:
        throw PluginError(FailureCode::not_a_plugin, name + " is damaged or not whole; install it again");
    case ERROR_DLL_INIT_FAILED:
        throw PluginError(FailureCode::refused,
                          name + " refused to start; it may need files or a licence that its "
                                 "installer puts into the Wine prefix");
    default:
        throw PluginError(FailureCode::other, name + " cannot be loaded: " + windows_error(error));
    }
}

} // namespace

std::unique_ptr<Plugin> load_plugin(const protocol::LoadedPart& part, PluginListener& listener)
{
    using protocol::ChannelLayout;
    const std::string& path = part.path;
    const std::wstring windows_path = to_windows_path(path);
    check_image(windows_path, path);
    const HMODULE module = load_library(windows_path, path);
    const LoadedFile file{module, to_utf8(windows_path), stem_of(path), to_ansi(directory_of(windows_path))};
    // One file may have the entry points of several formats: the one that tells more comes first.
    for (const auto open : {open_clap_plugin, open_vst3_plugin, open_vst2_plugin}) {
        auto plugin = open(file, part.plugin_class, listener);
        if (plugin == nullptr)
            continue;
        if (part.inputs != ChannelLayout::own || part.outputs != ChannelLayout::own)
            plugin->arrange(part.inputs, part.outputs);
        return plugin;
    }
    throw PluginError(FailureCode::not_a_plugin,
                      path + " is a DLL, but has no entry point of VST2, VST3 or CLAP; it may be a part of a "
                             "plugin: give the file that a Windows program would load");
}

} // namespace decant::host
