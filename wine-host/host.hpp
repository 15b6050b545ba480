// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/audio-thread.hpp"
#include "wine-host/control-thread.hpp"
#include "wine-host/crash-handler.hpp"
#include "wine-host/notices.hpp"
#include "wine-host/options.hpp"
#include "wine-host/plugin.hpp"
#include "wine-host/unix-bridge.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace decant::host
{

/// The main thread: loads the plugin, runs its windows and timers, and does what the service asks.
class Host final : private CrashListener
{
    UnixBridge& bridge_;
    HostChannel channel_;
    Notices notices_;
    UnixBridge::Scheduling scheduling_{};
    AudioThread audio_;
    ControlThread control_;

    std::unique_ptr<Plugin> plugin_;
    std::uint32_t rate_ = 0; ///< of the last activation
    std::uint32_t max_frames_ = 0;
    bool active_ = false;
    bool finished_ = false;
    std::uint32_t told_latency_ = 0;
    std::uint64_t next_notices_ = 0; ///< CLOCK_MONOTONIC in ns

    const std::uint32_t main_thread_;
    std::uint32_t request_ = 0; ///< id of the one being worked on; 0 for none

    void send(protocol::MessageType type, std::uint32_t id, std::span<const std::byte> payload = {});
    void log(std::string_view line);
    void report_scheduling(int wanted);

    void wait();
    void pump_windows();
    void send_notices();
    void tell_latency();

    void serve(const protocol::Message& message);
    void load(protocol::WireReader request, std::uint32_t id);
    void activate(protocol::WireReader request, std::uint32_t id);
    void deactivate();
    void set_state(protocol::WireReader request, std::uint32_t id);
    void get_values(std::uint32_t id);
    [[nodiscard]] Plugin& plugin();
    void attach() noexcept;
    void detach();

    void crashed(const char* what) noexcept override;

public:
    /// Says hello. Throws std::runtime_error.
    Host(UnixBridge& bridge, const Options& options);

    /// Until the service says quit. Throws std::runtime_error when the service does not keep to the protocol.
    void run();
};

} // namespace decant::host
