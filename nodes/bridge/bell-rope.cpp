// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/bell-rope.hpp"

#include "nodes/bridge/futex.hpp"

#include <algorithm>

namespace decant::bridge
{

void BellRope::wake(protocol::Doorbell& bell) noexcept
{
    futex_wake(bell.value);
}

bool BellRope::sleep(protocol::Doorbell& bell, std::uint32_t seen, std::uint64_t deadline) noexcept
{
    constexpr std::uint64_t longest = 1'000'000'000;
    bell.sleepers.fetch_add(1, std::memory_order_seq_cst);
    // The flag is looked at after the bell was announced to have a sleeper and before the kernel compares
    // `value`: peer_is_gone() sets it first and changes `value` then.
    if (!peer_gone() && bell.value.load(std::memory_order_seq_cst) == seen)
        futex_wait(bell.value, seen, std::min(deadline, now_nsec() + longest));
    bell.sleepers.fetch_sub(1, std::memory_order_seq_cst);
    return !peer_gone();
}

std::uint64_t BellRope::now() noexcept
{
    return now_nsec();
}

void BellRope::peer_is_gone(protocol::Doorbell& own) noexcept
{
    peer_gone_.store(true, std::memory_order_seq_cst);
    interrupt(own);
}

void BellRope::interrupt(protocol::Doorbell& own) noexcept
{
    own.value.fetch_add(1, std::memory_order_seq_cst);
    futex_wake(own.value);
}

bool BellRope::peer_gone() const noexcept
{
    return peer_gone_.load(std::memory_order_seq_cst);
}

} // namespace decant::bridge
