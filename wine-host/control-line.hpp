// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/control-thread.hpp"
#include "wine-host/notices.hpp"
#include "wine-host/unix-bridge.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace decant::host
{

/// A region, and the messages that go through it.
struct ControlLine {
    UnixBridge bridge;
    HostChannel channel;
    Notices notices;
    ControlThread control;

    /// Maps the region. `event` as for ControlThread. Throws std::runtime_error.
    ControlLine(const std::string& region, void* event);

    /// Says hello. [main]
    void greet();

    /// Throws std::runtime_error if the service takes nothing any more. [main]
    void send(protocol::MessageType type, std::uint32_t id, std::span<const std::byte> payload = {});

    /// [main]
    void send_failed(std::uint32_t id, protocol::FailureCode code, const std::string& text);

    /// A line for the service's log. [main]
    void log(std::string_view line);
};

} // namespace decant::host
