// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/wine-processes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>

#include <sys/stat.h>

namespace decant::service
{
namespace
{

namespace fs = std::filesystem;

std::vector<pid_t> processes()
{
    std::vector<pid_t> all;
    std::error_code error;
    for (fs::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        pid_t process = 0;
        if (std::from_chars(name.data(), name.data() + name.size(), process).ec == std::errc())
            all.push_back(process);
    }
    std::ranges::sort(all);
    return all;
}

fs::path folder_of(pid_t process)
{
    return fs::path("/proc") / std::to_string(process);
}

bool is_wineserver(pid_t process)
{
    std::string name;
    return std::getline(std::ifstream(folder_of(process) / "comm"), name) && name.starts_with("wineserver");
}

/// A program of Windows, whose loader has been wine, wine64 or wine64-preloader. The variable alone says
/// little: where it is set for a whole session, everything has it.
bool is_wine(pid_t process)
{
    std::error_code ignored; // somebody else's, or gone
    return fs::read_symlink(folder_of(process) / "exe", ignored).filename().string().starts_with("wine");
}

bool is_host(pid_t process)
{
    std::ifstream file(folder_of(process) / "cmdline", std::ios::binary);
    const std::string words{std::istreambuf_iterator<char>(file), {}};
    return words.find("decant-host") != std::string::npos;
}

} // namespace

fs::path prefix_of(pid_t process)
{
    std::ifstream file(folder_of(process) / "environ");
    constexpr std::string_view name = "WINEPREFIX=";
    for (std::string variable; std::getline(file, variable, '\0');)
        if (variable.starts_with(name))
            return variable.substr(name.size());
    return {};
}

std::optional<pid_t> wineserver_of(const fs::path& prefix)
{
    struct stat directory{};
    if (prefix.empty() || stat(prefix.c_str(), &directory) != 0)
        return std::nullopt;
    // It works in a directory of this name; where that lies differs between distributions.
    const std::string workplace = fmt::format("server-{:x}-{:x}", directory.st_dev, directory.st_ino);
    for (const pid_t process : processes()) {
        std::error_code ignored; // somebody else's
        if (is_wineserver(process) &&
            fs::read_symlink(folder_of(process) / "cwd", ignored).filename() == workplace)
            return process;
    }
    return std::nullopt;
}

std::vector<pid_t> programs_in(const fs::path& prefix)
{
    std::vector<pid_t> programs = processes();
    std::erase_if(programs, [&](pid_t process) {
        const fs::path own = prefix_of(process);
        std::error_code ignored; // one of both is gone
        return own.empty() || !fs::equivalent(own, prefix, ignored) || !is_wine(process) ||
               is_wineserver(process) || is_host(process);
    });
    return programs;
}

} // namespace decant::service
