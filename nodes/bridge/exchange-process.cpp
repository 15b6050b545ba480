// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/exchange-process.hpp"

#include "nodes/bridge/futex.hpp"

#include <algorithm>

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

namespace decant::bridge
{

namespace
{

/// abandon() cannot change the word that the audio thread sleeps on, as it is the host's, so its wake may
/// come between the last look and the sleep. Only offline rendering has deadlines beyond this.
constexpr std::uint64_t longest_sleep_nsec = 50'000'000;

void relax_cpu() noexcept DECANT_REALTIME
{
#if defined(__x86_64__) || defined(__i386__)
    _mm_pause();
#endif
}

} // namespace

void BlockExchange::abandon() noexcept
{
    abandoned_.store(true, std::memory_order_release);
    futex_wake(memory().reply.value);
}

void BlockExchange::post(std::uint64_t now) noexcept DECANT_REALTIME
{
    auto& request = memory().request;
    const std::uint32_t number = posted_.load(std::memory_order_relaxed) + 1;
    posted_nsec_.store(now, std::memory_order_relaxed);
    posted_.store(number, std::memory_order_release);
    request.value.store(number, std::memory_order_seq_cst);
    if (request.sleepers.load(std::memory_order_seq_cst) != 0)
        futex_wake(request.value);
}

bool BlockExchange::wait(std::uint64_t deadline, std::uint32_t spin) noexcept DECANT_REALTIME
{
    if (spin != 0) {
        const std::uint64_t spin_end = std::min(deadline, now_nsec() + spin);
        do {
            if (idle())
                return true;
            relax_cpu();
        } while (now_nsec() < spin_end);
    }
    auto& reply = memory().reply;
    const std::uint32_t wanted = posted_.load(std::memory_order_relaxed);
    reply.sleepers.fetch_add(1, std::memory_order_seq_cst);
    std::uint32_t seen;
    // The host may write any number at any time: only the wanted one is an answer, and no other ends the
    // wait.
    while ((seen = reply.value.load(std::memory_order_seq_cst)) != wanted && !abandoned()) {
        const std::uint64_t now = now_nsec();
        if (now >= deadline)
            break;
        futex_wait(reply.value, seen, std::min(deadline, now + longest_sleep_nsec));
    }
    reply.sleepers.fetch_sub(1, std::memory_order_seq_cst);
    return seen == wanted;
}

} // namespace decant::bridge
