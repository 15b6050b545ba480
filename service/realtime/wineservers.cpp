// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/realtime/wineservers.hpp"

#include "nodes/bridge/host-thread.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

namespace decant::service
{
namespace
{

namespace fs = std::filesystem;

/// The prefix that a process was started for; empty if that cannot be read.
fs::path prefix_of(pid_t process)
{
    std::ifstream file(fmt::format("/proc/{}/environ", process));
    constexpr std::string_view name = "WINEPREFIX=";
    for (std::string variable; std::getline(file, variable, '\0');)
        if (variable.starts_with(name))
            return variable.substr(name.size());
    return {};
}

bool is_wineserver(const fs::path& process)
{
    std::string name;
    return std::getline(std::ifstream(process / "comm"), name) && name.starts_with("wineserver");
}

} // namespace

std::optional<pid_t> wineserver_of(const fs::path& prefix)
{
    struct stat directory{};
    if (prefix.empty() || stat(prefix.c_str(), &directory) != 0)
        return std::nullopt;
    // It works in a directory of this name; where that lies differs between distributions.
    const std::string workplace = fmt::format("server-{:x}-{:x}", directory.st_dev, directory.st_ino);
    std::error_code error;
    for (fs::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        pid_t process = 0;
        if (std::from_chars(name.data(), name.data() + name.size(), process).ec != std::errc() ||
            !is_wineserver(entry->path()))
            continue;
        std::error_code ignored; // somebody else's
        if (fs::read_symlink(entry->path() / "cwd", ignored).filename() == workplace)
            return process;
    }
    return std::nullopt;
}

int wineserver_priority(int audio) noexcept
{
    constexpr int below = 16; // as Wine-NSPA has it; room for the bands of plugins' threads
    return audio > 1 ? std::max(audio - below, 1) : 0;
}

Wineservers::Server::Server(RightsOffice& office, pid_t process)
    : keeper(office, {fmt::format("wineserver ({})", process)}, false)
{
}

void Wineservers::update(pid_t host, int audio)
{
    if (host == 0)
        return;
    auto known = server_of_.find(host);
    if (known == server_of_.end()) {
        const auto server = wineserver_of(prefix_of(host));
        known = server_of_.emplace(host, server.value_or(0)).first;
        if (server)
            servers_.try_emplace(*server, office_, *server);
    }
    const auto server = servers_.find(known->second);
    if (server == servers_.end())
        return;
    const pid_t process = server->first;
    lower(process, server->second, audio);
    server->second.keeper.update(
        {.process = process, .thread = process, .priority = wineserver_priority(audio)});
}

/// One that somebody has raised: a variable of wine-staging, a capability, or a hand.
void Wineservers::lower(pid_t process, Server& server, int audio)
{
    const auto has = bridge::scheduling_of(process);
    const bool above = has && audio > 0 && has->priority >= audio;
    if (std::exchange(server.was_above, above) == above || !above)
        return;
    const int wanted = wineserver_priority(audio);
    const bool lowered =
        wanted > 0 ? bridge::promote(process, {SCHED_FIFO, wanted}) : bridge::demote(process);
    log(Severity::warning,
        fmt::format("wineserver ({}) ran at priority {}, not below the audio threads of the plugins ({}){}",
                    process, has->priority, audio,
                    lowered ? ": it does now" : ", and cannot be lowered: end it with 'wineserver -k'"));
}

void Wineservers::forget(pid_t host) noexcept
{
    const auto known = server_of_.find(host);
    if (known == server_of_.end())
        return;
    const pid_t server = known->second;
    server_of_.erase(known);
    if (std::none_of(server_of_.begin(), server_of_.end(),
                     [server](const auto& each) { return each.second == server; }))
        servers_.erase(server);
}

} // namespace decant::service
