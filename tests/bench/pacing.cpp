// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/pacing.hpp"

#include "nodes/bridge/futex.hpp"
#include "tests/bench/scheduling.hpp"

#include <algorithm>
#include <exception>
#include <limits>
#include <memory>
#include <thread>

namespace decant::bench
{

namespace
{

using bridge::now_nsec;

/// From the start of the threads to the first period.
constexpr std::uint64_t head_start_nsec = 20'000'000;

/// An unpaced lane never runs longer than a burst without a rest: the kernel would throttle a SCHED_FIFO
/// thread that takes a whole CPU, and so falsify the figures.
constexpr std::uint64_t burst_nsec = 40'000'000;
constexpr std::uint64_t rest_nsec = 10'000'000;

std::uint32_t narrow(std::uint64_t nsec) noexcept
{
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(nsec, std::numeric_limits<std::uint32_t>::max()));
}

/// When a lane worked on a period; zero if it had to leave the period out.
struct Stamp {
    std::uint64_t start;
    std::uint64_t end;
};

class LaneRun
{
    const Lane& lane_;
    const Pace& pace_;
    std::uint64_t origin_;
    std::vector<Stamp> stamps_;
    std::vector<std::uint32_t> calls_;
    std::exception_ptr error_;
    std::thread thread_;

    Stamp work(std::uint64_t start, std::uint64_t deadline) noexcept
    {
        for (Subject* subject : lane_.subjects) {
            const std::uint64_t before = now_nsec();
            subject->call(start, deadline);
            calls_.push_back(narrow(now_nsec() - before)); // never reallocates, see the constructor
        }
        const Stamp stamp{start, now_nsec()};
        for (Subject* subject : lane_.subjects)
            subject->check();
        return stamp;
    }

    void run_paced() noexcept
    {
        for (std::uint32_t period = 0; period < pace_.periods;) {
            const std::uint64_t due = origin_ + period * pace_.period_nsec;
            sleep_until(due);
            const Stamp stamp = work(now_nsec(), due + pace_.deadline_nsec);
            stamps_[period] = stamp;
            const std::uint64_t passed = (stamp.end - origin_) / pace_.period_nsec;
            period = std::max(period + 1,
                              static_cast<std::uint32_t>(std::min<std::uint64_t>(passed + 1, pace_.periods)));
        }
    }

    void run_unpaced() noexcept
    {
        sleep_until(origin_);
        std::uint64_t burst_end = now_nsec() + burst_nsec;
        for (Stamp& stamp : stamps_) {
            if (now_nsec() >= burst_end) {
                sleep_until(now_nsec() + rest_nsec);
                burst_end = now_nsec() + burst_nsec;
            }
            const std::uint64_t start = now_nsec();
            stamp = work(start, start + burst_nsec);
        }
    }

    void run() noexcept
    {
        try {
            if (lane_.cpu)
                bind_thread(0, {*lane_.cpu});
            make_realtime(0, caller_priority);
        } catch (...) {
            error_ = std::current_exception();
            return;
        }
        if (pace_.paced)
            run_paced();
        else
            run_unpaced();
    }

public:
    LaneRun(const Lane& lane, const Pace& pace, std::uint64_t origin)
        : lane_(lane), pace_(pace), origin_(origin), stamps_(pace.periods, Stamp{0, 0})
    {
        // Touched once, so that the run meets no page fault.
        calls_.resize(pace.periods * lane.subjects.size());
        calls_.clear();
    }

    void start()
    {
        thread_ = std::thread([this] { run(); });
    }

    /// Throws what the thread met before its first period.
    void join()
    {
        if (thread_.joinable())
            thread_.join();
        if (error_)
            std::rethrow_exception(error_);
    }

    ~LaneRun()
    {
        if (thread_.joinable())
            thread_.join();
    }
    LaneRun(const LaneRun&) = delete;
    LaneRun& operator=(const LaneRun&) = delete;

    [[nodiscard]] const std::vector<Stamp>& stamps() const noexcept { return stamps_; }
    [[nodiscard]] const std::vector<std::uint32_t>& calls() const noexcept { return calls_; }
};

/// Puts period `index` of all lanes together.
void add_period(Recording& recording, const std::vector<std::unique_ptr<LaneRun>>& runs, const Pace& pace,
                std::uint64_t origin, std::uint32_t index)
{
    const std::uint64_t due = origin + index * pace.period_nsec;
    std::uint64_t first = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t last = 0;
    bool complete = true;
    bool overrun = false;
    bool begun_late = false;
    for (const auto& run : runs) {
        const Stamp& stamp = run->stamps()[index];
        if (stamp.end == 0) {
            complete = false;
            continue;
        }
        first = std::min(first, stamp.start);
        last = std::max(last, stamp.end);
        if (!pace.paced)
            continue;
        overrun |= stamp.end > due + pace.period_nsec;
        begun_late |= stamp.start > due + pace.period_nsec / 10;
        recording.delays.push_back(narrow(stamp.start - due));
        ++recording.sleeps;
    }
    recording.overruns += overrun;
    recording.begun_late += overrun && begun_late;
    if (complete)
        recording.periods.push_back(narrow(last - first));
}

} // namespace

void Recording::append(const Recording& other)
{
    calls.insert(calls.end(), other.calls.begin(), other.calls.end());
    periods.insert(periods.end(), other.periods.begin(), other.periods.end());
    delays.insert(delays.end(), other.delays.begin(), other.delays.end());
    due += other.due;
    sleeps += other.sleeps;
    overruns += other.overruns;
    begun_late += other.begun_late;
}

Recording run_lanes(std::span<const Lane> lanes, const Pace& pace)
{
    const std::uint64_t origin = now_nsec() + head_start_nsec;
    std::vector<std::unique_ptr<LaneRun>> runs;
    for (const Lane& lane : lanes)
        runs.push_back(std::make_unique<LaneRun>(lane, pace, origin));
    for (const auto& run : runs)
        run->start();
    for (const auto& run : runs)
        run->join();

    Recording recording;
    for (const auto& run : runs)
        recording.calls.insert(recording.calls.end(), run->calls().begin(), run->calls().end());
    for (std::uint32_t index = 0; index < pace.periods; ++index)
        add_period(recording, runs, pace, origin, index);
    recording.due = pace.periods;
    return recording;
}

} // namespace decant::bench
