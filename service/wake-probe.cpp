// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/wake-probe.hpp"

#include "nodes/bridge/futex.hpp"
#include "nodes/bridge/host-thread.hpp"
#include "wine-host/protocol/next-block.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <sched.h>
#include <thread>

namespace decant::service
{

namespace
{

using bridge::now_nsec;

constexpr unsigned rounds = 64;
constexpr std::uint64_t millisecond = 1'000'000;
constexpr std::uint64_t most_nsec = 10 * millisecond;

/// Returns whether the thread has the priority.
bool take_place(unsigned cpu, int priority) noexcept
{
    bridge::bind_to(0, {cpu});
    return priority > 0 && bridge::promote(0, {SCHED_FIFO, priority});
}

/// Two threads that hand a number to and fro, as the bridge does: with a guard, the caller gives way, and
/// sleeps only if that has brought no answer; without one, it sleeps at once, with a timer.
class PingPong
{
    alignas(64) std::atomic<std::uint32_t> ping_ = 0;
    alignas(64) std::atomic<std::uint32_t> pong_ = 0;
    std::atomic<bool> caller_sleeps_ = false;
    bool sleep_;
    WakePair pair_;

    void await(std::atomic<std::uint32_t>& word, std::uint32_t wanted,
               std::uint64_t longest_sleep = 1000 * millisecond) const noexcept
    {
        const std::uint64_t start = now_nsec();
        for (std::uint32_t seen; (seen = word.load()) < wanted;)
            if (sleep_)
                bridge::futex_wait(word, seen, now_nsec() + longest_sleep);
            else if (now_nsec() < start + millisecond)
                protocol::relax_cpu();
            else // the other one does not run, perhaps because we do
                bridge::futex_wait(word, seen, now_nsec() + millisecond);
    }

    void call(std::uint32_t number) noexcept
    {
        ping_.store(number);
        if (sleep_)
            bridge::futex_wake(ping_);
    }

    void await_answer(std::uint32_t number, bool gives_way) noexcept
    {
        if (sleep_ && gives_way)
            bridge::give_way();
        if (pong_.load() >= number)
            return;
        caller_sleeps_ = true;
        if (pair_.guarded)
            await(pong_, number);
        else
            await(pong_, number, millisecond);
        caller_sleeps_ = false;
    }

    void answer(std::uint32_t number) noexcept
    {
        pong_.store(number);
        if (sleep_ && caller_sleeps_)
            bridge::futex_wake(pong_);
    }

public:
    PingPong(bool sleep, const WakePair& pair) noexcept : sleep_(sleep), pair_(pair) {}

    /// The usual time of a round trip, which an interrupt or two do not change.
    std::chrono::nanoseconds run(unsigned here, unsigned there)
    {
        std::vector<std::uint64_t> times;
        std::thread partner([&] {
            take_place(there, pair_.host_priority);
            for (std::uint32_t number = 1; number <= rounds; ++number) {
                await(ping_, number);
                answer(number);
            }
        });
        std::thread caller([&] {
            // As an ordinary thread it would give way to whatever the machine does.
            bool gives_way = take_place(here, pair_.loop_priority) && pair_.guarded;
            const std::uint64_t end = now_nsec() + most_nsec;
            for (std::uint32_t number = 1; number <= rounds; ++number) {
                const std::uint64_t start = now_nsec();
                call(number);
                await_answer(number, gives_way);
                times.push_back(now_nsec() - start);
                if (now_nsec() > end) {
                    call(rounds); // the partner runs through
                    gives_way = false;
                }
            }
        });
        caller.join();
        partner.join();
        std::sort(times.begin(), times.end());
        return std::chrono::nanoseconds(times[times.size() / 2]);
    }
};

} // namespace

std::optional<WakeTimes> probe_wake(const std::vector<unsigned>& cpus, WakePair pair)
{
    if (cpus.size() < 2)
        return std::nullopt;
    return WakeTimes{PingPong(true, pair).run(cpus[0], cpus[0]), PingPong(true, pair).run(cpus[0], cpus[1]),
                     PingPong(false, pair).run(cpus[0], cpus[1])};
}

} // namespace decant::service
