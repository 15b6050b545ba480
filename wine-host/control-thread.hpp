// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/notices.hpp"
#include "wine-host/protocol/channel.hpp"
#include "wine-host/unix-bridge.hpp"

#include <deque>
#include <mutex>
#include <optional>

namespace decant::host
{

using HostChannel = protocol::Channel<UnixBridge>;

/// Sleeps on the host's bell for the main thread, which cannot: it has to wait for Windows messages.
/// Receives the service's messages and passes on that there are notices.
class ControlThread
{
    UnixBridge& bridge_;
    HostChannel& channel_;
    Notices& notices_;
    void* const event_;      ///< HANDLE
    void* thread_ = nullptr; ///< HANDLE
    std::mutex mutex_;
    std::deque<protocol::Message> inbox_;
    bool broken_ = false;

    static unsigned long __stdcall start(void* self) noexcept;
    void run();

public:
    /// Sets the Windows event `event` when there is a message or a notice, or when broken() turns true.
    /// Throws std::runtime_error if Windows makes no thread.
    ControlThread(UnixBridge& bridge, HostChannel& channel, Notices& notices, void* event);

    /// Leaves the region.
    ~ControlThread();

    ControlThread(const ControlThread&) = delete;
    ControlThread& operator=(const ControlThread&) = delete;

    /// The oldest message. [main]
    [[nodiscard]] std::optional<protocol::Message> next_message();

    /// Nothing sensible will come any more. [main]
    [[nodiscard]] bool broken();
};

} // namespace decant::host
