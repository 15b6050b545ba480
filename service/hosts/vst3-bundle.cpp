// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/hosts/vst3-bundle.hpp"

#include "service/hosts/host-command.hpp"

#include <algorithm>
#include <string>
#include <system_error>
#include <vector>

namespace decant::service
{
namespace fs = std::filesystem;

namespace
{

/// What a directory has, in order; nothing if it is none.
std::vector<fs::path> entries_of(const fs::path& directory)
{
    std::vector<fs::path> entries;
    std::error_code error;
    for (fs::directory_iterator entry(directory, error); !error && entry != fs::directory_iterator();
         entry.increment(error))
        entries.push_back(entry->path());
    std::sort(entries.begin(), entries.end());
    return entries;
}

bool is_vst3(const fs::path& path)
{
    const std::string suffix = path.extension().string();
    return suffix == ".vst3" || suffix == ".VST3" || suffix == ".Vst3";
}

} // namespace

fs::path dll_of_plugin(const fs::path& plugin)
{
    std::error_code ignored;
    if (!fs::is_directory(plugin, ignored))
        return plugin;
    const fs::path directory = plugin.has_filename() ? plugin : plugin.parent_path();
    const fs::path contents = directory / "Contents";
    if (!is_vst3(directory) || !fs::is_directory(contents, ignored))
        throw PluginError(plugin.string() +
                          " is no plugin: it is a directory, and no VST3 bundle; give the file inside.");
    for (const char* build : {"x86_64-win", "x86-win"}) {
        const fs::path named = contents / build / directory.stem().concat(".vst3");
        if (fs::is_regular_file(named, ignored))
            return named;
        // A bundle that was renamed; the file inside keeps the name that it was built with.
        for (const auto& entry : entries_of(contents / build))
            if (is_vst3(entry) && fs::is_regular_file(entry, ignored))
                return entry;
    }
    std::string others;
    for (const auto& entry : entries_of(contents))
        if (fs::is_directory(entry, ignored) && entry.filename() != "Resources")
            others += (others.empty() ? "" : ", ") + entry.filename().string();
    throw PluginError(plugin.string() + " has no build for Windows on x86" +
                      (others.empty() ? "" : ", only for " + others) +
                      "; install the one for Windows, or load a native build in any Linux host.");
}

} // namespace decant::service
