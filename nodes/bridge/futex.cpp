// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/futex.hpp"

#include <cerrno>
#include <climits>
#include <ctime>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace decant::bridge
{

namespace
{

constexpr std::uint64_t nsec_per_sec = 1'000'000'000;

} // namespace

std::uint64_t now_nsec() noexcept DECANT_REALTIME
{
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * nsec_per_sec + static_cast<std::uint64_t>(now.tv_nsec);
}

// FUTEX_PRIVATE_FLAG is left out on purpose everywhere: the sleeper may be another process.

void futex_wake(std::atomic<std::uint32_t>& word) noexcept DECANT_REALTIME
{
    const int before = errno;
    syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
    errno = before;
}

void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t expected,
                std::uint64_t deadline_nsec) noexcept DECANT_REALTIME
{
    // FUTEX_WAIT takes a duration; only FUTEX_WAIT_BITSET takes a point in time, so that an interrupted sleep
    // does not start anew.
    const timespec deadline{static_cast<time_t>(deadline_nsec / nsec_per_sec),
                            static_cast<long>(deadline_nsec % nsec_per_sec)};
    const int before = errno;
    // Whatever ends it (a wake, EAGAIN because the word has changed, EINTR, ETIMEDOUT), the caller looks
    // again.
    syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, expected, &deadline, nullptr, FUTEX_BITSET_MATCH_ANY);
    errno = before;
}

} // namespace decant::bridge
