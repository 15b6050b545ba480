// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/realtime/thread-right.hpp"

#include "nodes/bridge/host-thread.hpp"
#include "service/realtime/realtime-kit.hpp"
#include "wine-host/protocol/run-time-limit.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <sched.h>
#include <sys/resource.h>

namespace decant::service
{
namespace
{

constexpr std::array<std::string_view, 4> names{"none", "nice", "rtkit", "limits"};

/// errno, or 0. What counts is the limit of the thread's own process; where that allows less, it gets less.
int grant_by_limits(const ThreadWish& wish) noexcept
{
    if (bridge::promote(wish.thread, {SCHED_FIFO, wish.priority}))
        return 0;
    const int error = errno;
    rlimit limit{};
    if (error != EPERM || prlimit(wish.process, RLIMIT_RTPRIO, nullptr, &limit) != 0 || limit.rlim_cur == 0)
        return error;
    const int allowed = static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 98));
    return bridge::promote(wish.thread, {SCHED_FIFO, std::min(wish.priority, allowed)}) ? 0 : errno;
}

/// RealtimeKit wants a hard limit, beyond which the kernel kills. The soft one comes sooner, with a signal,
/// and is moved each time, so it is set anew. Neither can be taken back from the process.
bool limit_time(pid_t process, std::uint64_t usec) noexcept
{
    rlimit time{};
    if (prlimit(process, RLIMIT_RTTIME, nullptr, &time) != 0)
        return false;
    time.rlim_max = std::min<rlim_t>(time.rlim_max, usec);
    time.rlim_cur = protocol::warning_usec(time.rlim_max);
    return prlimit(process, RLIMIT_RTTIME, &time, nullptr) == 0;
}

/// As where PipeWire has asked RealtimeKit for its own threads.
bool has_limit(pid_t process, std::uint64_t usec) noexcept
{
    rlimit time{};
    return prlimit(process, RLIMIT_RTTIME, nullptr, &time) == 0 && time.rlim_max <= usec;
}

std::string grant_by_kit(const ThreadWish& wish, RealtimeKit& kit)
{
    const auto terms = kit.terms();
    if (!terms)
        return "RealtimeKit does not answer";
    if (!wish.gives_way && !has_limit(wish.process, terms->max_usec))
        return "RealtimeKit has a time limit, which would kill it";
    if (wish.gives_way && !limit_time(wish.process, terms->max_usec))
        return std::string("its time cannot be limited, as RealtimeKit wants it: ") + std::strerror(errno);
    const std::string refusal = kit.make_realtime(
        wish.process, wish.thread, std::clamp(wish.priority, 1, std::max(terms->max_priority, 1)));
    return refusal.empty() ? refusal : "RealtimeKit refuses: " + refusal;
}

bool grant_nice(const ThreadWish& wish, RealtimeKit& kit)
{
    const auto thread = static_cast<id_t>(wish.thread);
    errno = 0;
    if (const int now = getpriority(PRIO_PROCESS, thread); errno == 0 && now <= wish.nice)
        return true;
    if (setpriority(PRIO_PROCESS, thread, wish.nice) == 0)
        return true;
    const auto terms = kit.terms();
    return terms &&
           kit.make_high_priority(wish.process, wish.thread, std::max(wish.nice, terms->min_nice)).empty();
}

} // namespace

std::string_view to_text(ThreadRight right) noexcept
{
    return names.at(static_cast<std::size_t>(right));
}

ThreadGrant grant(const ThreadWish& wish, RealtimeKit& kit)
{
    ThreadGrant result;
    if (wish.priority > 0) {
        const int error = grant_by_limits(wish);
        if (error == 0)
            return {ThreadRight::limits, {}};
        result.problem = "the limit \"rtprio\" does not allow it";
        if (error != EPERM)
            result.problem = std::strerror(error);
        const std::string refusal = grant_by_kit(wish, kit);
        if (refusal.empty())
            return {ThreadRight::rtkit, result.problem};
        result.problem += ", and " + refusal;
    }
    if (grant_nice(wish, kit))
        result.right = ThreadRight::nice;
    return result;
}

bool ran_over(pid_t process) noexcept
{
    rlimit time{};
    return prlimit(process, RLIMIT_RTTIME, nullptr, &time) == 0 && time.rlim_max != RLIM_INFINITY &&
           time.rlim_cur != protocol::warning_usec(time.rlim_max);
}

} // namespace decant::service
