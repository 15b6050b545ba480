// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/guard-process.hpp"
#include "nodes/realtime/priority-mutex.hpp"

#include <atomic>
#include <thread>
#include <vector>

namespace decant::bridge
{

/// Keeps the deadlines of all blocks of all hosts of this process: a thread that runs before the data loops,
/// wakes an audio thread whose block is overdue, and takes the priority from the host's thread that has it,
/// until that is done with it.
///
/// It sleeps while nothing is processed, and else looks once per period.
class Guard
{
    GuardState state_;
    nodes::PriorityMutex mutex_; ///< for the list; held by the guard while it looks
    std::vector<Watch*> watches_;
    std::atomic<bool> ending_ = false;
    int priority_ = 0;
    std::thread thread_;

    [[nodiscard]] std::uint64_t look_at_all() noexcept;
    void run() noexcept;

public:
    /// `priority` above that of the data loops, 1..99. Throws std::system_error. [main]
    explicit Guard(int priority);
    ~Guard(); ///< Preconditions: nothing is watched any more.
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

    /// SCHED_FIFO priority that the system has granted; 0: none. A guard that does not run before the data
    /// loops and hosts is none. [any]
    [[nodiscard]] int priority() const noexcept { return priority_; }

    /// `watch` must live until forget(). Throws std::bad_alloc. [any but rt]
    void watch(Watch& watch);

    /// `watch` is not touched any more when this returns. [any but rt]
    void forget(Watch& watch) noexcept;

    [[nodiscard]] GuardState& state() noexcept { return state_; }
};

} // namespace decant::bridge
