// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/realtime/plugin-threads.hpp"

#include "nodes/bridge/host-thread.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include <sys/syscall.h>
#include <unistd.h>

namespace decant::service
{
namespace
{

/// Whether it is still a thread of that process: one that was killed does not say that it ends, and its
/// number comes again, for whomever.
bool is_there(const ThreadWish& wish) noexcept
{
    return syscall(SYS_tgkill, wish.process, wish.thread, 0) == 0;
}

/// What the threads of the host are to have. The rest of them gets a nice.
std::map<pid_t, ThreadWish> wishes_of(pid_t host, const protocol::ThreadRefusals& refusals)
{
    auto asked = refusals.threads;
    std::ranges::stable_sort(asked, std::ranges::greater(), &protocol::ThreadRefusal::priority);
    std::map<pid_t, ThreadWish> wishes;
    std::size_t realtime = 0;
    for (const auto& each : asked) {
        const auto thread = bridge::verified_thread(static_cast<pid_t>(each.thread), host);
        if (!thread)
            continue;
        const bool first = realtime++ < PluginThreads::most_realtime;
        wishes.emplace(thread->thread, ThreadWish{.process = thread->process,
                                                  .thread = thread->thread,
                                                  .priority = first ? static_cast<int>(each.priority) : 0,
                                                  .gives_way = true});
    }
    return wishes;
}

} // namespace

PluginThreads::Thread::Thread(RightsOffice& office, const std::string& node, const ThreadWish& wanted)
    : wish(wanted), keeper(office, {fmt::format("thread {} of its plugin", wanted.thread), node}, false)
{
}

/// One that asks for something else begins again.
void PluginThreads::take(Process& process, pid_t host, const std::string& node,
                         const protocol::ThreadRefusals& refusals)
{
    const auto wishes = wishes_of(host, refusals);
    for (auto& [id, thread] : process.threads) {
        const auto wish = wishes.find(id);
        thread.left = wish == wishes.end() || wish->second.process != thread.wish.process ||
                      wish->second.priority != thread.wish.priority;
    }
    bool all = true;
    for (const auto& [id, wish] : wishes)
        if (!process.threads.try_emplace(id, office_, node, wish).second && process.threads.at(id).left)
            all = false;
    if (all)
        process.serial = refusals.serial;
}

void PluginThreads::update(pid_t host, const std::string& node, const protocol::ThreadRefusals& refusals)
{
    if (host == 0 || (refusals.threads.empty() && !processes_.contains(host)))
        return;
    auto& process = processes_[host];
    if (refusals.serial > process.serial)
        take(process, host, node, refusals);
    for (auto& [id, thread] : process.threads) {
        thread.left |= !is_there(thread.wish);
        if (!thread.left)
            thread.keeper.update(thread.wish);
    }
    std::erase_if(process.threads, [](const auto& each) {
        const Thread& thread = each.second;
        if (!thread.left || thread.keeper.asks()) // what it is about to get has to be taken from it
            return false;
        if (is_there(thread.wish))
            bridge::demote(thread.wish.thread);
        return true;
    });
    if (process.told)
        return;
    if (const std::string text = problem(host); !text.empty()) {
        process.told = true;
        log_of_node(node, Severity::warning, text);
    }
}

void PluginThreads::forget(pid_t host) noexcept
{
    processes_.erase(host);
}

ThreadCounts PluginThreads::counts(pid_t host) const noexcept
{
    ThreadCounts counts;
    const auto process = processes_.find(host);
    if (process == processes_.end())
        return counts;
    for (const auto& [id, thread] : process->second.threads) {
        const auto right = thread.keeper.right();
        ++(right >= ThreadRight::rtkit  ? counts.realtime
           : right == ThreadRight::nice ? counts.nice
                                        : counts.none);
    }
    return counts;
}

std::string PluginThreads::problem(pid_t host) const
{
    const auto process = processes_.find(host);
    if (process == processes_.end())
        return {};
    const auto& threads = process->second.threads;
    if (std::ranges::any_of(threads, [](const auto& each) { return !each.second.keeper.known(); }))
        return {};
    const ThreadCounts have = counts(host);
    if (have.realtime == have.all())
        return {};
    std::string reason = fmt::format("RealtimeKit is asked for no more than {} of a process", most_realtime);
    for (const auto& [id, thread] : threads)
        if (!thread.keeper.problem().empty())
            reason = thread.keeper.problem();
    return fmt::format("of the {} threads of its plugin that ask for real time {} have it, and {} a better "
                       "nice: {}. Allow 'rtprio 95' in /etc/security/limits.d, and log in again; 'decant "
                       "doctor' tells how",
                       have.all(), have.realtime, have.nice, reason);
}

} // namespace decant::service
