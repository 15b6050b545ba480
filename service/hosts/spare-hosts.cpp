// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/spare-hosts.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <utility>

namespace decant::service
{
namespace
{

std::atomic<SpareHosts*> running = nullptr;

bool same_process(const HostCommand& one, const HostCommand& other)
{
    return one.arguments == other.arguments && one.environment == other.environment;
}

} // namespace

SpareHosts::SpareHosts()
{
    running = this;
}

SpareHosts::~SpareHosts()
{
    running = nullptr;
}

SpareHosts* SpareHosts::of_process() noexcept
{
    return running;
}

std::shared_ptr<HostProcess> SpareHosts::take(const HostCommand& command, HostProcess::Member& member)
{
    std::shared_ptr<HostProcess> process;
    {
        const std::lock_guard lock(mutex_);
        const auto found = std::find_if(spares_.begin(), spares_.end(), [&](const Spare& spare) {
            return same_process(spare.command, command);
        });
        if (found == spares_.end())
            return nullptr;
        process = std::move(found->process);
        spares_.erase(found);
    }
    return process->enter(member) ? process : nullptr; // it may have ended meanwhile
}

void SpareHosts::replenish(const HostCommand& command) noexcept
{
    std::shared_ptr<HostProcess> surplus; // ends without the lock
    try {
        const std::lock_guard lock(mutex_);
        const auto known = std::find_if(spares_.begin(), spares_.end(), [&](const Spare& spare) {
            return same_process(spare.command, command);
        });
        if (known != spares_.end() && known->process->running()) {
            std::rotate(known, std::next(known), spares_.end());
            return;
        }
        if (known != spares_.end() || spares_.size() == most) {
            const auto last = known != spares_.end() ? known : spares_.begin();
            surplus = std::move(last->process);
            spares_.erase(last);
        }
        spares_.push_back({command, HostProcess::start_spare(command)});
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch)
        // A host that is needed will say what is wrong.
    }
}

void SpareHosts::wish(const HostCommand& command)
{
    const std::lock_guard lock(mutex_);
    wishes_.push_back(command);
}

void SpareHosts::forget_wish(const HostCommand& command) noexcept
{
    const std::lock_guard lock(mutex_);
    const auto known = std::find_if(wishes_.begin(), wishes_.end(),
                                    [&](const auto& wish) { return same_process(wish, command); });
    if (known != wishes_.end())
        wishes_.erase(known);
}

void SpareHosts::end_unwanted() noexcept
{
    std::vector<std::shared_ptr<HostProcess>> unwanted; // end without the lock
    const std::lock_guard lock(mutex_);
    std::erase_if(spares_, [&](Spare& spare) {
        if (std::any_of(wishes_.begin(), wishes_.end(),
                        [&](const auto& wish) { return same_process(wish, spare.command); }))
            return false;
        unwanted.push_back(std::move(spare.process));
        return true;
    });
}

bool SpareHosts::ready()
{
    const std::lock_guard lock(mutex_);
    return !spares_.empty() && std::all_of(spares_.begin(), spares_.end(),
                                           [](const Spare& spare) { return spare.process->started(); });
}

} // namespace decant::service
