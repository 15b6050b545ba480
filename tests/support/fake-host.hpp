// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/host-link.hpp"
#include "nodes/bridge/shared-region.hpp"
#include "tests/support/child-process.hpp"
#include "tests/support/fake-host-plugin.hpp"

#include <memory>
#include <string>
#include <vector>

namespace decant::tests
{

/// Absolute path of the fake host, for who starts it another way.
[[nodiscard]] std::string fake_host_program();

/// A running fake host and the service's end of it.
class FakeHost
{
    std::shared_ptr<bridge::SharedRegion> region_ = std::make_shared<bridge::SharedRegion>();
    std::vector<bridge::Notification> heard_;
    bridge::HostLink link_;
    ChildProcess process_;

public:
    /// `options` go to the program besides --region; see fake-host-main.cpp.
    explicit FakeHost(const Arguments& options = {});

    [[nodiscard]] const std::shared_ptr<bridge::SharedRegion>& region() const noexcept { return region_; }
    [[nodiscard]] bridge::HostLink& link() noexcept { return link_; }
    [[nodiscard]] ChildProcess& process() noexcept { return process_; }

    /// All that the host has said on its own, when the link was used.
    [[nodiscard]] const std::vector<bridge::Notification>& heard() const noexcept { return heard_; }

    /// Greets, loads `plugin` and activates it.
    protocol::PluginDescription start(const std::string& plugin, double rate = 48000);
};

} // namespace decant::tests
