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

/// Sleeps while `word` is `expected`, until woken or until CLOCK_MONOTONIC reaches `deadline_nsec`. May
/// return early: look at the condition again. One system call. [any]
void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t expected,
                std::uint64_t deadline_nsec) noexcept DECANT_REALTIME;

} // namespace decant::bridge
