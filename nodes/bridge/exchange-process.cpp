// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/exchange-process.hpp"

#include "nodes/bridge/futex.hpp"
#include "wine-host/protocol/next-block.hpp"

#include <algorithm>
#include <utility>

namespace decant::bridge
{

namespace
{

/// Without a guard, abandon() cannot change the word that the audio thread sleeps on, as it is the host's, so
/// its wake may come between the last look and the sleep. Only offline rendering has deadlines beyond this.
constexpr std::uint64_t longest_sleep_nsec = 50'000'000;

/// With one, the timer is for the case that something is very wrong with it. Far away, so that it is never
/// the nearest of its CPU: to tell the hardware of the nearest one, and of its end, is what timers cost.
constexpr std::uint64_t safety_nsec = 500'000'000;

/// In so many blocks giving way to the host is tried once, if it is never of use.
constexpr std::uint32_t most_apart = 64;

} // namespace

BlockExchange::BlockExchange(std::shared_ptr<SharedRegion> region, std::shared_ptr<Guard> guard)
    : region_(std::move(region)), guard_(can_wait_for_pair() ? std::move(guard) : nullptr),
      posted_(region_->memory().request.value.load(std::memory_order_relaxed)), posted_nsec_(now_nsec())
{
    if (guard_)
        guard_->watch(watch_);
}

BlockExchange::~BlockExchange()
{
    if (guard_)
        guard_->forget(watch_);
}

void BlockExchange::identify(pid_t child) noexcept
{
    const auto claimed = memory().audio_thread.load(std::memory_order_acquire);
    if (const auto verified = verified_thread(static_cast<pid_t>(claimed), child))
        watch_.set_thread(*verified);
}

void BlockExchange::abandon() noexcept
{
    abandoned_.store(true, std::memory_order_seq_cst);
    watch_.ring();
    futex_wake(memory().reply.value);
}

void BlockExchange::begin_watch() noexcept DECANT_REALTIME
{
    if (guarded_)
        guard_->state().begin(watch_, due_.deadline_nsec, due_.period_nsec);
}

void BlockExchange::expect_next() noexcept DECANT_REALTIME
{
    if (guarded_)
        guard_->state().expect(watch_, due_.deadline_nsec, due_.period_nsec);
}

bool BlockExchange::post(std::uint64_t now, const Due& due) noexcept DECANT_REALTIME
{
    due_ = due;
    guarded_ = guard_ && due.period_nsec != 0;
    // Who looks for the reply without sleeping needs nobody to wake him; but who has lost his priority needs
    // the guard to get it back.
    if (!due.awaited)
        expect_next();
    else if (due.look_nsec == 0 || watch_.demoted())
        begin_watch();
    else if (guarded_)
        GuardState::expect_none(watch_);
    auto& request = memory().request;
    const std::uint32_t number = posted_.load(std::memory_order_relaxed) + 1;
    posted_nsec_.store(now, std::memory_order_relaxed);
    posted_.store(number, std::memory_order_release);
    request.value.store(number, std::memory_order_seq_cst);
    const bool awake = request.sleepers.load(std::memory_order_seq_cst) == 0;
    if (!awake)
        futex_wake(request.value);
    return awake;
}

/// Whether the reply came while we looked for it without sleeping.
bool BlockExchange::look() noexcept DECANT_REALTIME
{
    constexpr int looks_per_clock = 32;
    const std::uint64_t end = std::min(due_.deadline_nsec, now_nsec() + due_.look_nsec);
    do {
        for (int each = 0; each < looks_per_clock; ++each) {
            if (idle())
                return true;
            protocol::relax_cpu();
        }
    } while (now_nsec() < end && !abandoned());
    return false;
}

/// Whether the reply came while others ran on this CPU. A host on it that is as urgent as this thread has run
/// then, and has had nobody to wake. One that runs elsewhere, or sleeps within its block, has not, and is
/// waited for asleep, the longer the oftener that happens.
bool BlockExchange::hand_over() noexcept DECANT_REALTIME
{
    if (!guarded_ || watch_.demoted())
        return false;
    if (apart_ != 0) {
        --apart_;
        return false;
    }
    // A more urgent host has answered by now, and behind a deadline nobody is waited for; others of this
    // urgency would run first.
    if (idle())
        return true;
    if (now_nsec() >= due_.deadline_nsec)
        return false;
    give_way();
    if (idle()) {
        next_apart_ = 1;
        return true;
    }
    apart_ = next_apart_;
    next_apart_ = std::min(2 * next_apart_, most_apart);
    return false;
}

bool BlockExchange::wait() noexcept DECANT_REALTIME
{
    if (!std::exchange(due_.awaited, true))
        begin_watch();
    if (due_.look_nsec != 0) {
        if (look())
            return true;
        due_.look_nsec = 0;
        begin_watch();
    } else if (hand_over()) {
        return true;
    }
    auto& reply = memory().reply;
    const std::uint32_t wanted = posted_.load(std::memory_order_relaxed);
    reply.sleepers.fetch_add(1, std::memory_order_seq_cst);
    bool answered = false;
    for (;;) {
        const AwaitedWord bell = watch_.bell();
        const std::uint32_t seen = reply.value.load(std::memory_order_seq_cst);
        // The host may write any number at any time: only the wanted one is an answer, and no other ends the
        // wait.
        answered = seen == wanted;
        if (answered || abandoned())
            break;
        const std::uint64_t now = now_nsec();
        if (now >= due_.deadline_nsec)
            break;
        if (guarded_)
            futex_wait_pair({reply.value, seen}, bell, now + safety_nsec);
        else
            futex_wait(reply.value, seen, std::min(due_.deadline_nsec, now + longest_sleep_nsec));
    }
    reply.sleepers.fetch_sub(1, std::memory_order_seq_cst);
    return answered;
}

} // namespace decant::bridge
