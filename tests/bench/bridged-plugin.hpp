// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/bridge-setup.hpp"
#include "nodes/bridge/host-link.hpp"
#include "nodes/bridge/shared-region.hpp"
#include "service/hosts/child-process.hpp"
#include "service/hosts/host-command.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <sys/types.h>

namespace decant::bench
{

/// A Windows plugin in a Wine host of its own, active and ready to process.
class BridgedPlugin
{
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    std::shared_ptr<bridge::SharedRegion> region_;
    bridge::HostLink link_;
    std::atomic<bool> ending_ = false;
    service::ChildProcess process_; ///< after what its listener uses
    std::unique_ptr<bridge::BridgeProcessor> processor_;
    pid_t audio_thread_ = 0;
    std::chrono::duration<double, std::milli> time_to_open_{};

public:
    /// Starts the host, loads the plugin, activates it for blocks of any size and sets its first parameter to
    /// `position` in its range, 0..1. `guard` may be null. Throws service::PluginError and bridge::HostError.
    /// [main]
    BridgedPlugin(const service::PluginFile& file, std::uint32_t rate, double position,
                  bridge::BridgeMode mode, std::shared_ptr<bridge::Guard> guard);

    /// Ends the host, and waits for that.
    ~BridgedPlugin();
    BridgedPlugin(const BridgedPlugin&) = delete;
    BridgedPlugin& operator=(const BridgedPlugin&) = delete;

    [[nodiscard]] bridge::BridgeProcessor& processor() const noexcept { return *processor_; }
    [[nodiscard]] pid_t process() const noexcept { return process_.pid(); }

    /// The thread that runs the plugin.
    [[nodiscard]] pid_t audio_thread() const noexcept { return audio_thread_; }

    /// From looking for Wine until the first block could be processed.
    [[nodiscard]] std::chrono::duration<double, std::milli> time_to_open() const noexcept
    {
        return time_to_open_;
    }
};

} // namespace decant::bench
