// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/guard-process.hpp"

#include <algorithm>
#include <sched.h>

namespace decant::bridge
{

namespace
{

/// So many periods without a block, and none is expected any more: the graph rests.
constexpr std::uint64_t patient_periods = 8;

/// Between two attempts to end the same sleep, the first of which may have come just before it.
constexpr std::uint64_t again_nsec = 200'000;

/// So many attempts are enough: who is awake sees himself that his time is over.
constexpr std::uint64_t most_attempts = 8;

/// How long a host runs without priority that has taken the CPU although it had nothing to do.
constexpr std::uint64_t probation_nsec = 1'000'000'000;

} // namespace

std::uint64_t GuardState::tolerance_nsec(std::uint64_t period) noexcept DECANT_REALTIME
{
    constexpr std::uint64_t most = 100'000;
    return std::min(period / 16, most);
}

void GuardState::begin(Watch& watch, std::uint64_t deadline, std::uint64_t period) noexcept DECANT_REALTIME
{
    note(watch, deadline, deadline, period);
}

void GuardState::expect(Watch& watch, std::uint64_t when, std::uint64_t period) noexcept DECANT_REALTIME
{
    note(watch, 0, when - period, period);
}

void GuardState::note(Watch& watch, std::uint64_t deadline, std::uint64_t newest,
                      std::uint64_t period) noexcept DECANT_REALTIME
{
    const std::uint64_t look = deadline != 0 ? deadline : newest + period;
    watch.period_nsec_.store(period, std::memory_order_relaxed);
    watch.newest_nsec_.store(newest, std::memory_order_relaxed);
    watch.deadline_nsec_.store(deadline, std::memory_order_seq_cst);
    // Either we see the guard's plan here, or the guard sees our block when it looks again after it has made
    // its plan.
    if (look + tolerance_nsec(period) < next_look_nsec_.load(std::memory_order_seq_cst) ||
        watch.demoted_.load(std::memory_order_seq_cst))
        ring();
}

void GuardState::ring() noexcept DECANT_REALTIME
{
    bell_.fetch_add(1, std::memory_order_seq_cst);
    futex_wake(bell_);
}

std::uint64_t GuardState::look(Watch& watch, std::uint64_t now) noexcept
{
    const std::uint64_t deadline = watch.deadline_nsec_.load(std::memory_order_seq_cst);
    const std::uint64_t newest = watch.newest_nsec_.load(std::memory_order_relaxed);
    const std::uint64_t period = watch.period_nsec_.load(std::memory_order_relaxed);
    if (deadline != 0 && deadline != watch.given_up_) {
        if (deadline <= now) {
            // Before the wake, which could not take its CPU from it otherwise.
            demote_host(watch, newest, now);
            watch.ring();
            // Of a block whose host has gone nobody says that it is over.
            if (deadline + most_attempts * again_nsec <= now)
                watch.given_up_ = deadline;
            return now + again_nsec;
        }
        if (watch.demoted())
            promote_host(watch, now);
        return deadline;
    }
    if (newest == 0 || newest == watch.rested_block_)
        return never;
    const std::uint64_t expected = newest + period;
    if (expected > now) {
        if (watch.demoted()) // the block that it was given again came and went before this look
            promote_host(watch, now);
        return expected;
    }
    if (newest + patient_periods * period <= now) {
        demote_host(watch, newest, now);
        watch.rested_block_ = newest;
        return never;
    }
    if (watch.demoted())
        return now + period;
    // To ask the kernel takes as long as to end a dozen waits, and every look is made twice.
    if (now < watch.asked_nsec_ + period)
        return watch.asked_nsec_ + period;
    watch.asked_nsec_ = now;
    // It has not been posted to for a whole period, and perhaps neither have those that share its CPU because
    // its thread holds that, although it has answered. Most only sleep while the graph leaves cycles out.
    if (wants_cpu(watch.thread())) {
        if (watch.newest_nsec_.load(std::memory_order_seq_cst) != newest)
            return now; // it runs, as it has been given a block meanwhile
        demote_host(watch, newest, now);
    }
    return now + period;
}

void GuardState::demote_host(Watch& watch, std::uint64_t newest, std::uint64_t now) noexcept
{
    const HostThread host = watch.thread();
    if (watch.demoted() || host.thread == 0)
        return;
    const auto scheduling = scheduling_of(host.thread);
    if (!scheduling || scheduling->priority == 0)
        return;
    if (!demote(host.thread))
        return;
    const std::uint64_t cpu = cpu_time_nsec(host.process);
    const std::uint64_t since = now - watch.demoted_nsec_;
    const bool took_cpu = cpu - watch.cpu_nsec_ > since / 4;
    const std::uint64_t period = watch.period_nsec_.load(std::memory_order_relaxed);
    if (watch.demoted_nsec_ != 0 && since < 2 * patient_periods * period && took_cpu)
        watch.probation_nsec_ = now + probation_nsec;
    watch.cpu_nsec_ = cpu;
    watch.demoted_nsec_ = now;
    watch.before_ = *scheduling;
    watch.demoted_block_ = newest;
    watch.demoted_.store(true, std::memory_order_seq_cst);
}

/// When the host is given a block again, which it only is when it has answered the last one.
void GuardState::promote_host(Watch& watch, std::uint64_t now) noexcept
{
    if (watch.newest_nsec_.load(std::memory_order_relaxed) == watch.demoted_block_ ||
        now < watch.probation_nsec_)
        return;
    promote(watch.thread().thread, watch.before_);
    watch.demoted_.store(false, std::memory_order_seq_cst);
}

std::uint32_t GuardState::begin_look() noexcept
{
    next_look_nsec_.store(0, std::memory_order_seq_cst);
    return bell_.load(std::memory_order_seq_cst);
}

void GuardState::plan_look(std::uint64_t when) noexcept
{
    next_look_nsec_.store(when, std::memory_order_seq_cst);
}

void GuardState::sleep(std::uint32_t seen, std::uint64_t until) noexcept
{
    futex_wait(bell_, seen, until);
}

} // namespace decant::bridge
