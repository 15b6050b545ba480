// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/bridge-setup.hpp"
#include "service/hosts/running-host.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace decant::service
{

/// The layout of a processor for `plugin`. [any]
[[nodiscard]] bridge::BridgeLayout bridge_layout_of(const protocol::PluginDescription& plugin) noexcept;

/// A plugin in a host of its own for as long as this object lives, without anybody who starts it again: for
/// commands.
///
/// Thread: the one that made it; the processor may be driven by another. Throws PluginError.
class OpenedPlugin
{
public:
    /// Starts a host and lets it load the plugin. `command` as from wine_host_command().
    OpenedPlugin(const HostCommand& command, PluginFile plugin, const HostTimeouts& timeouts,
                 const std::function<void(std::string_view)>& output);

    /// Ends the host in good order, or by force.
    ~OpenedPlugin();

    OpenedPlugin(const OpenedPlugin&) = delete;
    OpenedPlugin& operator=(const OpenedPlugin&) = delete;

    /// Makes the plugin ready to be played offline at `rate` Hz in blocks of up to `max_frames`.
    bridge::BridgeProcessor& activate(std::uint32_t rate, std::uint32_t max_frames);

    /// Throws if a block was not the plugin's, and says what became of the host. For use between blocks.
    void check_blocks();

    [[nodiscard]] RunningHost& host() noexcept { return host_; }
    [[nodiscard]] const protocol::PluginDescription& description() const noexcept
    {
        return host_.description();
    }

private:
    std::string name_;
    std::unique_ptr<bridge::BridgeProcessor> processor_;
    std::atomic<bridge::BridgeProcessor*> attached_ = nullptr; ///< to be detached when the host ends
    std::atomic<bool> ended_ = false;
    RunningHost host_; ///< last: its thread uses the above
};

} // namespace decant::service
