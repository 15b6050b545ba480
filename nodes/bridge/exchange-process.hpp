// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/guard.hpp"
#include "nodes/bridge/shared-region.hpp"
#include "nodes/realtime/annotations.hpp"
#include "wine-host/protocol/layout.hpp"

#include <atomic>
#include <cstdint>
#include <memory>

namespace decant::bridge
{

/// When a block has to be back.
struct Due {
    std::uint64_t deadline_nsec; ///< CLOCK_MONOTONIC
    std::uint64_t period_nsec;   ///< the next block is due so much later; 0: nobody knows
    std::uint64_t look_nsec = 0; ///< wait() looks so long for the reply before it sleeps
    bool awaited = true;         ///< somebody calls wait() at once
};

/// The blocks that go to one host: posted one at a time, and waited for no longer than wanted.
///
/// Made on the main side, used by the audio thread; the numbers of the blocks are kept here, in private
/// memory, and never read back from the region.
class BlockExchange
{
    std::shared_ptr<SharedRegion> region_;
    std::shared_ptr<Guard> guard_; ///< may be null: then each wait has a timer of its own
    Watch watch_;
    std::atomic<std::uint32_t> posted_; ///< number of the newest block
    std::atomic<std::uint64_t> posted_nsec_;
    std::atomic<bool> abandoned_ = false;

    // The audio thread's, about the block that is out.
    Due due_{};
    bool guarded_ = false;
    std::uint32_t apart_ = 0;      ///< blocks until giving way to the host is tried again
    std::uint32_t next_apart_ = 1; ///< the same, after the next time that it is of no use

    void begin_watch() noexcept DECANT_REALTIME;
    void expect_next() noexcept DECANT_REALTIME;
    [[nodiscard]] bool look() noexcept DECANT_REALTIME;
    [[nodiscard]] bool hand_over() noexcept DECANT_REALTIME;

public:
    /// Throws std::bad_alloc. [main]
    explicit BlockExchange(std::shared_ptr<SharedRegion> region, std::shared_ptr<Guard> guard = nullptr);
    ~BlockExchange();
    BlockExchange(const BlockExchange&) = delete;
    BlockExchange& operator=(const BlockExchange&) = delete;

    [[nodiscard]] protocol::Region& memory() const noexcept DECANT_REALTIME { return region_->memory(); }

    /// Looks which thread the host says runs the plugin, and believes it if that is one of `child`'s. [any
    /// but rt]
    void identify(pid_t child) noexcept;

    /// The host's audio thread, if it has been identified. [any]
    [[nodiscard]] HostThread thread() const noexcept { return watch_.thread(); }

    /// Whether the guard has taken that thread's priority for now. [any]
    [[nodiscard]] bool host_demoted() const noexcept { return watch_.demoted(); }

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

    /// CLOCK_MONOTONIC (ns) of the newest block; while there was none, of this object. [any]
    [[nodiscard]] std::uint64_t posted_nsec() const noexcept
    {
        return posted_nsec_.load(std::memory_order_relaxed);
    }

    /// Makes what was written to the region the next block, and wakes the host if it sleeps; whether it was
    /// awake. At most one system call, as a rule. When it is due, the guard takes the priority from the
    /// host's thread. [rt]
    bool post(std::uint64_t now, const Due& due) noexcept DECANT_REALTIME;

    /// Waits for the newest block until it is due; false if it is not answered by then. Usually one system
    /// call, or none. [rt]
    [[nodiscard]] bool wait() noexcept DECANT_REALTIME;

    /// The answer to the newest block has come, or is waited for no more. [rt]
    void settle() noexcept DECANT_REALTIME
    {
        if (guarded_)
            GuardState::end(watch_);
    }
};

} // namespace decant::bridge
