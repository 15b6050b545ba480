// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/addition-finder.hpp"

#include "service/cli/file-kind.hpp"
#include "service/cli/included-files.hpp"
#include "service/hosts/vst3-bundle.hpp"
#include "service/hosts/wine-prefix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

namespace decant::cli
{

namespace fs = std::filesystem;

namespace
{

constexpr int deepest = 32; ///< folders in folders

/// Larger ones are no bridges: those have some hundred kilobytes, at most a few megabytes.
constexpr std::uintmax_t largest_bridge = 64 * 1024 * 1024;

std::vector<fs::path> entries_of(const fs::path& folder, std::error_code& error)
{
    std::vector<fs::path> entries;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
         entry.increment(error))
        entries.push_back(entry->path());
    std::sort(entries.begin(), entries.end());
    return entries;
}

bool has_text(const std::string& bytes, std::string_view text)
{
    return std::search(bytes.begin(), bytes.end(),
                       std::boyer_moore_horspool_searcher(text.begin(), text.end())) != bytes.end();
}

/// Where a symbolic link leads in one step, else the path itself: the next step may lead out of the prefix
/// that is meant.
fs::path one_step(const fs::path& path)
{
    std::error_code error;
    if (!fs::is_symlink(path, error))
        return path;
    const auto target = fs::read_symlink(path, error);
    return error ? path : (path.parent_path() / target).lexically_normal();
}

/// The plugin of a bundle: yabridge's own bundles link to the one that they stand for.
fs::path plugin_of_bundle(const fs::path& bundle)
{
    try {
        const auto inside = service::dll_of_plugin(bundle);
        std::error_code error;
        return fs::is_symlink(inside, error) ? one_step(inside) : bundle;
    } catch (const std::exception&) {
        return bundle; // a native one; whoever loads it is told so
    }
}

/// A DLL that Wine has put into a prefix, as in Program Files/Common Files/System: its winebuild says so
/// where other linkers put their DOS program.
bool is_built_by_wine(const fs::path& file)
{
    constexpr std::size_t behind_dos_header = 0x40;
    std::array<char, 24> bytes{};
    std::ifstream stream(file, std::ios::binary);
    stream.seekg(behind_dos_header);
    stream.read(bytes.data(), bytes.size());
    const std::string_view text(bytes.data(), static_cast<std::size_t>(stream.gcount()));
    return text.starts_with("Wine builtin DLL") || text.starts_with("Wine placeholder DLL");
}

/// A folder of Windows' user that Wine has linked into the home directory, or to all of it.
bool is_shell_folder(const fs::path& folder)
{
    constexpr std::array names{"Desktop",  "Documents", "Downloads", "Music",
                               "Pictures", "Templates", "Videos"};
    std::error_code error;
    return fs::is_symlink(folder, error) &&
           std::find(names.begin(), names.end(), folder.filename()) != names.end() &&
           folder.generic_string().find("/drive_c/users/") != std::string::npos;
}

bool is_of_wine(const fs::path& folder)
{
    const auto name = folder.filename();
    return is_shell_folder(folder) || name == "dosdevices" ||
           (name == "windows" && folder.parent_path().filename() == "drive_c");
}

} // namespace

const char* to_text(LinuxBridge bridge) noexcept
{
    return bridge == LinuxBridge::linvst ? "LinVst" : "yabridge";
}

std::optional<LinuxBridge> bridge_of(const fs::path& library)
{
    std::error_code error;
    const auto size = fs::file_size(library, error);
    if (error || size > largest_bridge || !fs::is_regular_file(library, error))
        return std::nullopt;
    std::ifstream file(library, std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    if (!bytes.starts_with("\x7f"
                           "ELF"))
        return std::nullopt;
    if (has_text(bytes, "yabridge"))
        return LinuxBridge::yabridge;
    // LinVst, LinVst-X and LinVst3 each name the server that they start.
    if (has_text(bytes, "lin-vst"))
        return LinuxBridge::linvst;
    return std::nullopt;
}

bool AdditionFinder::is_new(const fs::path& path)
{
    // Whichever way leads to a prefix, it is one; else a link to a folder above would have no end.
    const auto settled = [](const fs::path& way) {
        std::error_code error;
        const auto place = fs::canonical(way, error);
        return (error ? way : place).string();
    };
    const auto prefix = service::prefix_around(path);
    return seen_.insert(settled(path) + '\0' + (prefix ? settled(*prefix) : std::string())).second;
}

void AdditionFinder::add(FoundFile file)
{
    if (is_new(file.path))
        return found_.push_back(std::move(file));
    // Met before; what is new is who else uses it.
    std::error_code error;
    for (auto& each : found_)
        if (file.bridge && fs::equivalent(each.path, file.path, error)) {
            each.bridge = file.bridge;
            each.bridge_libraries.insert(each.bridge_libraries.end(), file.bridge_libraries.begin(),
                                         file.bridge_libraries.end());
        }
}

void AdditionFinder::take_plugin(const fs::path& path)
{
    std::error_code error;
    if (fs::is_directory(path, error))
        add({plugin_of_bundle(path)});
    else if (!is_built_by_wine(path))
        add({path});
}

/// The plugin lies beside the library, or beside what a link to the library leads to.
void AdditionFinder::take_library(const fs::path& library)
{
    const auto bridge = bridge_of(library);
    if (!bridge)
        return;
    fs::path place = library;
    for (int links = 0; links < 8; ++links) {
        std::error_code error;
        for (const char* suffix : {".dll", ".DLL", ".vst3", ".clap"}) {
            const auto plugin = fs::path(place).replace_extension(suffix);
            if (fs::exists(plugin, error))
                return add({plugin, bridge, {library}});
        }
        const auto next = one_step(place);
        if (next == place)
            break;
        place = next;
    }
    problems_.push_back(fmt::format("{} is a library of {} without its plugin; there is no .dll beside it",
                                    library.string(), to_text(*bridge)));
}

/// Programs of Windows have SFZ files of their own, with opcodes and sounds that only they know.
void AdditionFinder::take_instrument(const fs::path& path)
{
    if (service::prefix_around(path))
        ++left_out_;
    else
        add({path});
}

void AdditionFinder::drop_parts()
{
    std::set<fs::path> parts;
    for (const auto& each : found_)
        if (is_sfz_file(each.path))
            parts.merge(included_files(each.path));
    std::error_code error;
    std::erase_if(found_, [&](const FoundFile& each) {
        return is_sfz_file(each.path) && parts.contains(fs::canonical(each.path, error));
    });
}

void AdditionFinder::look_into(const fs::path& folder)
{
    enter(folder, 0);
    drop_parts();
}

void AdditionFinder::enter(const fs::path& folder, int depth)
{
    if (depth > deepest || !is_new(folder))
        return;
    std::error_code error;
    const auto entries = entries_of(folder, error);
    if (error)
        problems_.push_back(
            fmt::format("cannot look into {}: {}; check its permissions", folder.string(), error.message()));
    for (const auto& entry : entries) {
        std::error_code ignored;
        if (fs::is_other(entry, ignored))
            continue; // a pipe would be waited for until somebody writes
        const bool is_folder = fs::is_directory(entry, ignored);
        if (is_plugin_file(entry) && (!is_folder || fs::is_directory(entry / "Contents", ignored)))
            take_plugin(entry);
        else if (!is_folder && entry.extension() == ".so")
            take_library(entry);
        else if (!is_folder && is_sfz_file(entry))
            take_instrument(entry);
        else if (is_folder && recursive_ && !is_of_wine(entry))
            enter(entry, depth + 1);
    }
}

} // namespace decant::cli
