// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/bridge-setup.hpp"
#include "service/hosts/host-command.hpp"
#include "service/hosts/running-host.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <sys/types.h>

namespace decant::bench
{

/// A Windows plugin in a Wine host of its own or of its group, active and ready to process.
class BridgedPlugin
{
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    service::RunningHost host_;
    std::unique_ptr<bridge::BridgeProcessor> processor_;
    std::optional<protocol::ParameterDescription> burn_;
    pid_t audio_thread_ = 0;
    std::chrono::duration<double, std::milli> time_to_open_{};

public:
    /// Starts the host or joins it, loads the plugin, activates it for blocks of any size and sets its first
    /// parameter to `position` in its range, 0..1. `guard` may be null. With a `priority` its threads are
    /// real-time below that as far as they ask for it. Throws service::PluginError. [main]
    BridgedPlugin(const service::PluginFile& file, std::uint32_t rate, double position,
                  bridge::BridgeMode mode, std::shared_ptr<bridge::Guard> guard, int priority = 0);

    /// Ends the plugin, and the host with the last one.
    ~BridgedPlugin();
    BridgedPlugin(const BridgedPlugin&) = delete;
    BridgedPlugin& operator=(const BridgedPlugin&) = delete;

    /// Lets the plugin take `usec` for every block; only the burner of tests/plugins does, up to 10 ms.
    /// [main]
    void burn(std::uint32_t usec);

    [[nodiscard]] bridge::BridgeProcessor& processor() const noexcept { return *processor_; }
    [[nodiscard]] pid_t process() const noexcept { return host_.process(); }

    /// The thread that runs the plugin.
    [[nodiscard]] pid_t audio_thread() const noexcept { return audio_thread_; }

    /// From looking for Wine until the first block could be processed.
    [[nodiscard]] std::chrono::duration<double, std::milli> time_to_open() const noexcept
    {
        return time_to_open_;
    }
};

} // namespace decant::bench
