// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"

#include <atomic>
#include <cstdint>

/// The futex, as far as the bridge needs it: words in memory shared by two processes, deadlines on the clock
/// that PipeWire's cycles are counted in.
namespace decant::bridge
{

/// CLOCK_MONOTONIC in nanoseconds; no system call, as the kernel maps it into the process. [any]
[[nodiscard]] std::uint64_t now_nsec() noexcept DECANT_REALTIME;

/// Wakes everybody, in any process, who sleeps on `word`. One system call. [any]
void futex_wake(std::atomic<std::uint32_t>& word) noexcept DECANT_REALTIME;

/// Wakes everybody in this process who sleeps on `word` as the private one of a pair. One system call. [any]
void futex_wake_private(std::atomic<std::uint32_t>& word) noexcept DECANT_REALTIME;

/// Sleeps while `word` is `expected`, until woken or until CLOCK_MONOTONIC reaches `deadline_nsec`. May
/// return early: look at the condition again. One system call. [any]
void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t expected,
                std::uint64_t deadline_nsec) noexcept DECANT_REALTIME;

/// A word, and the value that it has while there is nothing to do.
struct AwaitedWord {
    std::atomic<std::uint32_t>& word;
    std::uint32_t expected;
};

/// As futex_wait(), on two words at once: `shared` with another process, and `own`, which no other process
/// can reach. Whatever the other process does, even if it moves the sleeper to another word (FUTEX_REQUEUE),
/// futex_wake_private(own) ends the sleep. Needs can_wait_for_pair(). [any]
void futex_wait_pair(AwaitedWord shared, AwaitedWord own,
                     std::uint64_t deadline_nsec) noexcept DECANT_REALTIME;

/// Lets the others run that wait for this CPU and are as urgent as this thread; it goes on after them,
/// without anybody's waking it. One system call. [any]
void give_way() noexcept DECANT_REALTIME;

/// Whether the kernel has futex_waitv (Linux 5.16), and nothing forbids it. [any but rt]
[[nodiscard]] bool can_wait_for_pair() noexcept;

} // namespace decant::bridge
