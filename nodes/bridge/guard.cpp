// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/guard.hpp"

#include <algorithm>
#include <csignal>
#include <mutex>
#include <pthread.h>
#include <sched.h>

namespace decant::bridge
{

Guard::Guard(int priority)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); // signals are for the main loop
    thread_ = std::thread([this] { run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    pthread_setname_np(thread_.native_handle(), "decant-guard");
    const sched_param wanted{priority};
    if (pthread_setschedparam(thread_.native_handle(), SCHED_FIFO | SCHED_RESET_ON_FORK, &wanted) == 0)
        priority_ = priority;
}

Guard::~Guard()
{
    ending_.store(true, std::memory_order_seq_cst);
    state_.ring();
    thread_.join();
}

void Guard::watch(Watch& watch)
{
    const std::scoped_lock lock(mutex_);
    watches_.push_back(&watch);
}

void Guard::forget(Watch& watch) noexcept
{
    const std::scoped_lock lock(mutex_);
    std::erase(watches_, &watch);
}

std::uint64_t Guard::look_at_all() noexcept
{
    const std::scoped_lock lock(mutex_);
    const std::uint64_t now = now_nsec();
    std::uint64_t next = GuardState::never;
    for (Watch* watch : watches_)
        next = std::min(next, GuardState::look(*watch, now));
    return next;
}

void Guard::run() noexcept
{
    for (;;) {
        const std::uint32_t seen = state_.begin_look();
        if (ending_.load(std::memory_order_seq_cst)) // only now: a ring of before has been seen
            return;
        const std::uint64_t next = look_at_all();
        state_.plan_look(next);
        if (look_at_all() >= next)
            state_.sleep(seen, next);
    }
}

} // namespace decant::bridge
