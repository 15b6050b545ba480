// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/configuration-files.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <pwd.h>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <unistd.h>

namespace decant::service
{

namespace
{

namespace fs = std::filesystem;

constexpr std::uintmax_t largest_file = 16 * 1024 * 1024; ///< more is no configuration

std::optional<fs::path> from_environment(const char* name)
{
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0' ? std::optional<fs::path>(value) : std::nullopt;
}

fs::path home_directory()
{
    if (const auto home = from_environment("HOME"))
        return *home;
    const passwd* user = getpwuid(getuid());
    return user != nullptr ? user->pw_dir : "/";
}

std::optional<fs::path> strongest(const ConfigurationDirectories& directories, const char* name)
{
    const auto& list = directories.directories;
    for (auto directory = list.rbegin(); directory != list.rend(); ++directory) {
        std::error_code error;
        if (fs::is_regular_file(*directory / name, error))
            return *directory / name;
    }
    return std::nullopt;
}

ConfigurationProblem unreadable(const fs::path& path, const std::string& reason)
{
    return {{path, {}}, "cannot be read: " + reason, {}, true};
}

/// What somebody can do about it.
std::string reason_of(const std::error_code& error)
{
    return error.message() + (error == std::errc::permission_denied ? "; check its permissions" : "");
}

/// The drop-ins in `name`.d of all directories, weaker directories first, each in the order of the alphabet.
std::vector<fs::path> drop_ins(const ConfigurationDirectories& directories, const char* name,
                               std::vector<ConfigurationProblem>& problems)
{
    std::vector<fs::path> files;
    for (const auto& directory : directories.directories) {
        std::error_code error;
        std::vector<fs::path> here;
        const auto folder = directory / (std::string(name) + ".d");
        for (const auto& entry : fs::directory_iterator(folder, error))
            if (entry.path().extension() == ".conf")
                here.push_back(entry.path());
        if (error == std::errc::permission_denied)
            problems.push_back(unreadable(folder, reason_of(error)));
        std::sort(here.begin(), here.end());
        std::erase_if(files, [&here](const fs::path& weaker) {
            return std::any_of(here.begin(), here.end(), [&weaker](const fs::path& file) {
                return file.filename() == weaker.filename();
            });
        });
        files.insert(files.end(), here.begin(), here.end());
    }
    return files;
}

std::optional<std::string> read_file(const fs::path& path, std::string& reason)
{
    std::error_code error;
    // Opened, a directory throws at the first letter, and a pipe never has one.
    if (const auto status = fs::status(path, error); !fs::is_regular_file(status)) {
        reason = fs::exists(status)
                     ? "it is no file; give it another name, one that does not end in .conf"
                     : reason_of(error ? error : std::make_error_code(std::errc::no_such_file_or_directory));
        return std::nullopt;
    }
    if (fs::file_size(path, error) > largest_file && !error) {
        reason = "it is too large to be a configuration; move it elsewhere";
        return std::nullopt;
    }
    std::ifstream file(path, std::ios::binary);
    std::string text;
    if (file.is_open()) {
        text.assign(std::istreambuf_iterator<char>(file), {});
        if (!file.bad())
            return text;
    }
    reason = reason_of({errno, std::generic_category()});
    return std::nullopt;
}

} // namespace

ConfigurationDirectories configuration_directories()
{
    ConfigurationDirectories result;
    result.home = home_directory();
    auto& list = result.directories;
    if (const auto only = from_environment("PIPEWIRE_CONFIG_DIR")) {
        list = {*only};
    } else {
        list = {"/usr/share/pipewire", fs::path(DECANT_DATA_DIR) / "pipewire", "/etc/pipewire"};
    }
    if (const auto build = from_environment("DECANT_CONFIG_DIR"))
        list.push_back(*build);
    list.push_back(from_environment("XDG_CONFIG_HOME").value_or(result.home / ".config") / "pipewire");
    // The installation may be in /usr itself.
    for (auto each = list.begin(); each != list.end(); ++each)
        list.erase(std::remove(std::next(each), list.end(), *each), list.end());
    return result;
}

fs::path find_main_file(const ConfigurationDirectories& directories)
{
    if (const auto file = strongest(directories, "decant.conf"))
        return *file;
    std::vector<std::string> places;
    for (const auto& directory : directories.directories)
        places.push_back(directory.string());
    throw std::runtime_error(
        fmt::format("there is no decant.conf in {}; install Decant completely ('meson install'), or set "
                    "DECANT_CONFIG_DIR to the directory 'config' of its source",
                    fmt::join(places, ", ")));
}

std::vector<ConfigurationText> read_configuration_files(const ConfigurationDirectories& directories,
                                                        std::vector<ConfigurationProblem>& problems)
{
    std::vector<fs::path> paths;
    for (const char* name : {"pipewire.conf", "decant.conf"}) {
        if (const auto main_file = strongest(directories, name))
            paths.push_back(*main_file);
        const auto files = drop_ins(directories, name, problems);
        paths.insert(paths.end(), files.begin(), files.end());
    }
    std::vector<ConfigurationText> texts;
    for (const auto& path : paths) {
        std::string reason;
        if (auto text = read_file(path, reason))
            texts.push_back({path, std::move(*text)});
        else
            problems.push_back(unreadable(path, reason));
    }
    return texts;
}

Configuration read_configuration(const NameHolders& holders)
{
    const auto directories = configuration_directories();
    std::vector<ConfigurationProblem> unreadable;
    const auto files = read_configuration_files(directories, unreadable);
    auto configuration = parse_configuration(files, directories.home, holders);
    configuration.problems.insert(configuration.problems.begin(), unreadable.begin(), unreadable.end());
    return configuration;
}

} // namespace decant::service
