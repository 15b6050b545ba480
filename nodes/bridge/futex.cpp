// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/futex.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <ctime>
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace decant::bridge
{

namespace
{

constexpr std::uint64_t nsec_per_sec = 1'000'000'000;

timespec to_timespec(std::uint64_t nsec) noexcept DECANT_REALTIME
{
    return {static_cast<time_t>(nsec / nsec_per_sec), static_cast<long>(nsec % nsec_per_sec)};
}

} // namespace

std::uint64_t now_nsec() noexcept DECANT_REALTIME
{
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * nsec_per_sec + static_cast<std::uint64_t>(now.tv_nsec);
}

// FUTEX_PRIVATE_FLAG is left out on purpose, the pair's own word apart: the sleeper may be another process.

void futex_wake(std::atomic<std::uint32_t>& word) noexcept DECANT_REALTIME
{
    const int before = errno;
    syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
    errno = before;
}

void futex_wake_private(std::atomic<std::uint32_t>& word) noexcept DECANT_REALTIME
{
    const int before = errno;
    syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
    errno = before;
}

void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t expected,
                std::uint64_t deadline_nsec) noexcept DECANT_REALTIME
{
    // FUTEX_WAIT takes a duration; only FUTEX_WAIT_BITSET takes a point in time, so that an interrupted sleep
    // does not start anew.
    const timespec deadline = to_timespec(deadline_nsec);
    const int before = errno;
    // Whatever ends it (a wake, EAGAIN because the word has changed, EINTR, ETIMEDOUT), the caller looks
    // again.
    syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, expected, &deadline, nullptr, FUTEX_BITSET_MATCH_ANY);
    errno = before;
}

void futex_wait_pair(AwaitedWord shared, AwaitedWord own,
                     std::uint64_t deadline_nsec) noexcept DECANT_REALTIME
{
    const std::array<::futex_waitv, 2> words{
        ::futex_waitv{shared.expected, reinterpret_cast<std::uintptr_t>(&shared.word), FUTEX_32, 0},
        ::futex_waitv{own.expected, reinterpret_cast<std::uintptr_t>(&own.word),
                      FUTEX_32 | FUTEX_PRIVATE_FLAG, 0}};
    const timespec deadline = to_timespec(deadline_nsec);
    const int before = errno;
    syscall(SYS_futex_waitv, words.data(), words.size(), 0, &deadline, CLOCK_MONOTONIC);
    errno = before;
}

void give_way() noexcept DECANT_REALTIME
{
    sched_yield();
}

bool can_wait_for_pair() noexcept
{
    std::atomic<std::uint32_t> word = 1;
    const ::futex_waitv changed{0, reinterpret_cast<std::uintptr_t>(&word), FUTEX_32 | FUTEX_PRIVATE_FLAG, 0};
    return syscall(SYS_futex_waitv, &changed, 1, 0, nullptr, CLOCK_MONOTONIC) < 0 && errno == EAGAIN;
}

} // namespace decant::bridge
