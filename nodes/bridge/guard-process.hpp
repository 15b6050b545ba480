// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/futex.hpp"
#include "nodes/bridge/host-thread.hpp"
#include "nodes/realtime/annotations.hpp"

#include <atomic>
#include <cstdint>

namespace decant::bridge
{

/// The blocks of one host, as the guard sees them. In the service's own memory: the host cannot reach it.
///
/// The audio thread writes when a block has to be back, the guard looks at that, and ends what takes longer.
class Watch
{
    friend class GuardState;

    // The audio thread's.
    alignas(64) std::atomic<std::uint64_t> deadline_nsec_ = 0; ///< of the block that is out; 0: none is
    std::atomic<std::uint64_t> newest_nsec_ = 0;               ///< deadline of the newest block
    std::atomic<std::uint64_t> period_nsec_ = 0;

    std::atomic<std::uint32_t> bell_ = 0; ///< the audio thread sleeps on it, with the host's word
    std::atomic<bool> demoted_ = false;
    std::atomic<HostThread> thread_{}; ///< [main]

    // The guard's alone.
    Scheduling before_{};              ///< what to give back
    std::uint64_t demoted_block_ = 0;  ///< the newest block when the thread was demoted
    std::uint64_t demoted_nsec_ = 0;   ///< when
    std::uint64_t probation_nsec_ = 0; ///< not promoted before
    std::uint64_t cpu_nsec_ = 0;       ///< used until then
    std::uint64_t rested_block_ = 0;   ///< the newest block when none was expected any more
    std::uint64_t given_up_ = 0;       ///< a deadline that is over, whether anybody waits or not
    std::uint64_t asked_nsec_ = 0;     ///< when the kernel was last asked what the thread does

    static_assert(std::atomic<HostThread>::is_always_lock_free);

public:
    /// Which thread runs the plugin, once that is known; it has been verified. [any but rt]
    void set_thread(HostThread thread) noexcept { thread_.store(thread, std::memory_order_release); }
    [[nodiscard]] HostThread thread() const noexcept { return thread_.load(std::memory_order_acquire); }

    /// Ends the sleep of the audio thread. [any]
    void ring() noexcept DECANT_REALTIME
    {
        bell_.fetch_add(1, std::memory_order_seq_cst);
        futex_wake_private(bell_);
    }

    /// To sleep on, beside a word of the host's: what it was before the last look. [rt]
    [[nodiscard]] AwaitedWord bell() noexcept DECANT_REALTIME
    {
        return {bell_, bell_.load(std::memory_order_seq_cst)};
    }

    /// Whether the host's thread has lost its priority for now. [any]
    [[nodiscard]] bool demoted() const noexcept { return demoted_.load(std::memory_order_relaxed); }
};

/// What audio threads and guard share: when the guard looks next.
///
/// One timer per period does for all blocks of all hosts: the guard expects the next block of a host one
/// period after the last one, and sleeps until it would be late. A timer for each block, set and cancelled
/// again, costs several times as much as the whole hand-over, as the nearest timer is the one that the
/// hardware has to be told of.
class GuardState
{
    std::atomic<std::uint64_t> next_look_nsec_ = 0; ///< 0: it is looking
    std::atomic<std::uint32_t> bell_ = 0;

    void note(Watch& watch, std::uint64_t deadline, std::uint64_t newest,
              std::uint64_t period) noexcept DECANT_REALTIME;

    /// `newest`: the newest block when the host was looked at.
    static void demote_host(Watch& watch, std::uint64_t newest, std::uint64_t now) noexcept;
    static void promote_host(Watch& watch, std::uint64_t now) noexcept;

public:
    /// Deadlines are kept that well (ns), if the guard runs before everybody else: it need not be woken for a
    /// block that is due a little sooner than expected.
    [[nodiscard]] static std::uint64_t tolerance_nsec(std::uint64_t period) noexcept DECANT_REALTIME;

    /// A block has been posted, and has to be back by `deadline`; the next one is expected a `period` later.
    /// Usually no system call. [rt]
    void begin(Watch& watch, std::uint64_t deadline, std::uint64_t period) noexcept DECANT_REALTIME;

    /// A block has been posted that nobody waits for; the next one is expected at `when`. A host that is busy
    /// then loses its priority, one that sleeps does not. Usually no system call. [rt]
    void expect(Watch& watch, std::uint64_t when, std::uint64_t period) noexcept DECANT_REALTIME;

    /// Nobody waits for the block any more. [rt]
    static void end(Watch& watch) noexcept DECANT_REALTIME
    {
        watch.deadline_nsec_.store(0, std::memory_order_seq_cst);
    }

    /// A block has been posted that nobody sleeps for, and the guard should not miss the one that it may
    /// expect after an earlier one. [rt]
    static void expect_none(Watch& watch) noexcept DECANT_REALTIME
    {
        watch.newest_nsec_.store(0, std::memory_order_seq_cst);
    }

    /// Wakes the guard. At most one system call. [any]
    void ring() noexcept DECANT_REALTIME;

    /// Looks at one host: ends its block if that is overdue, and demotes or promotes its thread. Returns when
    /// to look again (CLOCK_MONOTONIC, ns), `never` if no block is expected. [guard]
    [[nodiscard]] static std::uint64_t look(Watch& watch, std::uint64_t now) noexcept;
    static constexpr std::uint64_t never = INT64_MAX;

    // For the guard's thread: begin_look(), look() at all, plan_look(), look() at all again, as an audio
    // thread may not have seen the plan, sleep() if there is nothing new.

    /// Returns what sleep() wants.
    [[nodiscard]] std::uint32_t begin_look() noexcept;
    void plan_look(std::uint64_t when) noexcept;
    void sleep(std::uint32_t seen, std::uint64_t until) noexcept;
};

} // namespace decant::bridge
