// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/realtime/host-rights.hpp"

#include <utility>

namespace decant::service
{

Rights::Rights(RightsOffice::Post post) : office(std::move(post)) {}

HostRights::HostRights(Rights& rights, std::string node)
    : rights_(rights), node_(std::move(node)), audio_thread_(rights.office, {"its audio thread", node_})
{
}

HostRights::~HostRights()
{
    update_host(0, 0);
}

void HostRights::update_host(pid_t host, int audio_priority)
{
    if (const pid_t before = std::exchange(host_, host); before != host) {
        rights_.wineservers.forget(before);
        rights_.plugin_threads.forget(before);
    }
    rights_.wineservers.update(host, audio_priority);
    rights_.plugin_threads.update(host, node_, refusals_);
}

void HostRights::update_audio_thread(const ThreadWish& wish, bool held_back)
{
    audio_thread_.update(wish, held_back);
}

ThreadCounts HostRights::plugin_threads() const noexcept
{
    return rights_.plugin_threads.counts(host_);
}

std::string HostRights::problem() const
{
    return rights_.plugin_threads.problem(host_);
}

} // namespace decant::service
