// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/realtime/thread-keeper.hpp"

#include "nodes/bridge/host-thread.hpp"

#include <fmt/format.h>

#include <ctime>
#include <utility>

#include <sys/resource.h>

namespace decant::service
{
namespace
{

using namespace std::chrono_literals;

constexpr auto between_looks = 2s;
constexpr auto after_refusal = 30s; ///< RealtimeKit counts how often it is asked, and answers no more
constexpr auto rest = 10s;          ///< of a thread that ran over its time

std::chrono::nanoseconds now(clockid_t clock) noexcept
{
    timespec time{};
    clock_gettime(clock, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// Who has made it real-time before we came shows in the time limit that RealtimeKit wants.
ThreadRight right_of_realtime(pid_t process) noexcept
{
    rlimit time{};
    const bool limited =
        prlimit(process, RLIMIT_RTTIME, nullptr, &time) == 0 && time.rlim_max != RLIM_INFINITY;
    return limited ? ThreadRight::rtkit : ThreadRight::limits;
}

} // namespace

Uptime uptime() noexcept
{
    const auto awake = now(CLOCK_MONOTONIC);
    return {awake, now(CLOCK_BOOTTIME) - awake};
}

ThreadKeeper::ThreadKeeper(RightsOffice& office, ThreadTitle title, bool complains, Clock clock)
    : office_(office), title_(std::move(title)), complains_(complains), clock_(std::move(clock))
{
}

bool ThreadKeeper::has_resumed(std::chrono::nanoseconds suspended) noexcept
{
    constexpr auto noticeable = 100ms; // more than the time between two looks at clocks
    const auto before = std::exchange(suspended_, suspended);
    return before && suspended - *before > noticeable;
}

void ThreadKeeper::say(Severity severity, const std::string& text)
{
    if (std::exchange(told_, text) != text)
        log_of_node(title_.node, severity, title_.text + " " + text);
}

void ThreadKeeper::update(const ThreadWish& wish, bool held_back)
{
    const auto [now, suspended] = clock_();
    if (std::exchange(thread_, wish.thread) != wish.thread) {
        right_ = ThreadRight::none;
        known_ = suspect_ = rested_ = false;
        problem_.clear();
        next_look_ = now;
    }
    if (has_resumed(suspended))
        next_look_ = now;
    if (wish.thread == 0 || asking_ || now < next_look_)
        return;
    if (held_back) {
        suspect_ = false;
        return;
    }
    const auto has = bridge::scheduling_of(wish.thread);
    if (!has)
        return;
    if (has->priority > 0 || (wish.priority == 0 && known_)) {
        if (!std::exchange(known_, true))
            right_ = right_of_realtime(wish.process);
        suspect_ = rested_ = false;
        next_look_ = now + between_looks;
        return;
    }
    // Twice in a row: whoever holds it back may have been about to say so.
    if (!std::exchange(suspect_, true))
        return;
    suspect_ = false;
    if (right_ == ThreadRight::rtkit && wish.gives_way && ran_over(wish.process) &&
        !std::exchange(rested_, true)) {
        right_ = ThreadRight::none;
        known_ = false;
        next_look_ = now + rest;
        told_.clear();
        return say(Severity::warning,
                   fmt::format("ran for longer without a pause than RealtimeKit allows: it plays on without "
                               "real time, and gets it again in {} seconds. A limit 'rtprio 95' in "
                               "/etc/security/limits.d instead of RealtimeKit has no such end",
                               rest.count()));
    }
    ask(wish);
}

void ThreadKeeper::ask(const ThreadWish& wish)
{
    asking_ = true;
    office_.ask(wish, [this, watch = std::weak_ptr(life_), wish](const ThreadGrant& granted) {
        if (watch.expired())
            return;
        asking_ = false;
        if (thread_ == wish.thread)
            hear(granted, wish.priority > 0);
    });
}

void ThreadKeeper::hear(const ThreadGrant& granted, bool wants_realtime)
{
    const bool had_it = known_ && right_ >= ThreadRight::rtkit;
    known_ = true;
    right_ = granted.right;
    next_look_ = clock_().awake + between_looks;
    problem_ = wants_realtime && right_ < ThreadRight::rtkit ? granted.problem : std::string();
    if (!wants_realtime)
        return;
    if (right_ < ThreadRight::rtkit) {
        next_look_ = clock_().awake + after_refusal;
        if (!complains_)
            return;
        return say(
            Severity::warning,
            fmt::format("{}is not real-time: {}. Allow 'rtprio 95' in /etc/security/limits.d, and log in "
                        "again; 'decant doctor' tells how",
                        had_it ? "has lost its priority, and " : "", granted.problem));
    }
    if (had_it) {
        told_.clear();
        return say(Severity::warning,
                   right_ == ThreadRight::rtkit
                       ? "had lost its real-time priority, which RealtimeKit takes back after a suspend or a "
                         "busy moment, and has it again"
                       : "had lost its real-time priority, and has it again");
    }
    if (right_ == ThreadRight::rtkit && complains_)
        say(Severity::info, "is real-time by RealtimeKit, as " + granted.problem +
                                "; it has a time limit, and may be taken back: see 'decant doctor'");
}

} // namespace decant::service
