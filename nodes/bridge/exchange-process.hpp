// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/shared-region.hpp"
#include "nodes/realtime/annotations.hpp"
#include "wine-host/protocol/layout.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace decant::bridge
{

/// The blocks that go to one host: posted one at a time, and waited for no longer than wanted.
///
/// Made on the main side, used by the audio thread; the numbers of the blocks are kept here, in private
/// memory, and never read back from the region.
class BlockExchange
{
    std::shared_ptr<SharedRegion> region_;
    std::atomic<std::uint32_t> posted_; ///< number of the newest block
    std::atomic<std::uint64_t> posted_nsec_ = 0;
    std::atomic<bool> abandoned_ = false;

public:
    /// [main]
    explicit BlockExchange(std::shared_ptr<SharedRegion> region) noexcept
        : region_(std::move(region)), posted_(region_->memory().request.value.load(std::memory_order_relaxed))
    {
    }

    [[nodiscard]] protocol::Region& memory() const noexcept DECANT_REALTIME { return region_->memory(); }

    /// The host works no more, or should not be waited for any more; ends a wait. [any]
    void abandon() noexcept;

    /// [any]
    [[nodiscard]] bool abandoned() const noexcept DECANT_REALTIME
    {
        return abandoned_.load(std::memory_order_acquire);
    }

    /// Whether the host has answered all blocks; only then another one may be posted. [any]
    [[nodiscard]] bool idle() const noexcept DECANT_REALTIME
    {
        return memory().reply.value.load(std::memory_order_acquire) ==
               posted_.load(std::memory_order_acquire);
    }

    /// CLOCK_MONOTONIC (ns) of the newest block. [any]
    [[nodiscard]] std::uint64_t posted_nsec() const noexcept
    {
        return posted_nsec_.load(std::memory_order_relaxed);
    }

    /// Makes what was written to the region the next block, and wakes the host if it sleeps. At most one
    /// system call. [rt]
    void post(std::uint64_t now) noexcept DECANT_REALTIME;

    /// Waits for the newest block until CLOCK_MONOTONIC reaches `deadline`, `spin` nanoseconds of it without
    /// sleeping; false if it is not answered by then. Usually one system call. [rt]
    [[nodiscard]] bool wait(std::uint64_t deadline, std::uint32_t spin) noexcept DECANT_REALTIME;
};

} // namespace decant::bridge
