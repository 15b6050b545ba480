// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/realtime/wineservers.hpp"

#include "nodes/bridge/host-thread.hpp"
#include "service/wine-processes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include <sched.h>
#include <unistd.h>

namespace decant::service
{
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
