// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "channel.hpp"
#include "layout.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>

namespace decant::protocol
{

/// For the body of a loop that looks at a word again and again: spares the other thread of the core, and
/// power.
inline void relax_cpu() noexcept
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb"); // its `yield` does nothing on cores with one thread, which are most
#endif
}

/// The host's audio thread: waits for another block than `finished`, and returns its number; nothing if the
/// peer is gone. Sleeps until `window` begins, is awake in it, and sleeps again after it, so that a block
/// that comes within it costs neither side a system call.
///
/// The words of `window` are the service's to change as soon as the reply is published: pass a copy that was
/// taken before.
template <BellRope Rope>
[[nodiscard]] std::optional<std::uint32_t> await_block(Rope& rope, Doorbell& request, std::uint32_t finished,
                                                       PollWindow window) noexcept
{
    constexpr int looks_per_clock = 32; // to read the clock takes as long as a look or two
    const std::uint64_t until =
        window.until - window.from < longest_poll_nsec ? window.until : window.from + longest_poll_nsec;
    bool may_poll = window.until > window.from;
    for (;;) {
        const std::uint32_t number = request.value.load(std::memory_order_acquire);
        if (number != finished)
            return number;
        const std::uint64_t now = may_poll ? rope.now() : 0;
        may_poll = may_poll && now < until;
        if (!may_poll) {
            if (!rope.sleep(request, finished, std::numeric_limits<std::uint64_t>::max()))
                return std::nullopt;
        } else if (now < window.from) {
            if (!rope.sleep(request, finished, window.from))
                return std::nullopt;
        } else {
            for (int look = 0;
                 look < looks_per_clock && request.value.load(std::memory_order_relaxed) == finished; ++look)
                relax_cpu();
        }
    }
}

} // namespace decant::protocol
