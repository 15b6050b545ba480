// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/spare-wish.hpp"

#include "service/hosts/spare-hosts.hpp"

namespace decant::service
{

void SpareWish::forget() noexcept
{
    if (auto* spares = SpareHosts::of_process(); spares != nullptr && command_)
        spares->forget_wish(*command_);
    command_.reset();
}

void SpareWish::follow(const PluginFile& plugin, const HostCommand& command)
{
    auto* spares = SpareHosts::of_process();
    if (spares == nullptr || !plugin.group.empty())
        return;
    forget();
    if (!plugin.spare)
        return spares->end_unwanted();
    spares->wish(command);
    command_ = command;
    spares->replenish(command);
}

} // namespace decant::service
