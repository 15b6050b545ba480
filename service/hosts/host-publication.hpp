// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/hosts/plugin-connection.hpp"
#include "service/hosts/wish-box.hpp"

namespace decant::service
{

/// Makes a host known to the owner's thread for as long as it lives, and takes it out of the audio path
/// before it is destroyed.
class HostPublication
{
    WishBox& wishes_;
    PluginConnection& connection_;

public:
    HostPublication(WishBox& wishes, PluginConnection& connection, RunningHost& host)
        : wishes_(wishes), connection_(connection)
    {
        wishes_.set_host(&host);
    }
    ~HostPublication()
    {
        connection_.set_host(nullptr, 0);
        wishes_.set_host(nullptr);
    }
    HostPublication(const HostPublication&) = delete;
    HostPublication& operator=(const HostPublication&) = delete;
};

} // namespace decant::service
