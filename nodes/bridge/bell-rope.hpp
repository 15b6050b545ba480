// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/protocol/channel.hpp"
#include "wine-host/protocol/layout.hpp"

#include <atomic>
#include <cstdint>

namespace decant::bridge
{

/// How the service sleeps on its bell and wakes the host; satisfies protocol::BellRope.
class BellRope
{
    std::atomic<bool> peer_gone_ = false;

public:
    /// [any]
    void wake(protocol::Doorbell& bell) noexcept;

    /// As protocol::BellRope says; returns after a second at the latest, as a hostile peer that writes to the
    /// bell can hide from us that it was rung. [any but rt]
    [[nodiscard]] bool sleep(protocol::Doorbell& bell, std::uint32_t seen, std::uint64_t deadline) noexcept;

    /// [any]
    [[nodiscard]] std::uint64_t now() noexcept;

    /// The peer will never ring again: ends the sleep on `own`, and every later one. [any]
    void peer_is_gone(protocol::Doorbell& own) noexcept;

    /// Ends the sleep on `own`, also if the peer has overwritten `sleepers`. [any]
    void interrupt(protocol::Doorbell& own) noexcept;

    /// [any]
    [[nodiscard]] bool peer_gone() const noexcept;
};

static_assert(protocol::BellRope<BellRope>);

} // namespace decant::bridge
