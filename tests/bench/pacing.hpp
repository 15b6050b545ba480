// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/statistics.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace decant::bench
{

/// Something with a round trip: a partner of the floor, or a bridged plugin.
class Subject
{
public:
    virtual ~Subject() = default;

    /// One round trip, which is what the clock is held against. `start_nsec` and `deadline_nsec` are
    /// CLOCK_MONOTONIC: when the period began, and when the call must be done. [rt]
    virtual void call(std::uint64_t start_nsec, std::uint64_t deadline_nsec) noexcept = 0;

    /// Looks, outside the measured time, at what the last call brought. [rt]
    virtual void check() noexcept {}

    /// Calls so far without an answer in time.
    [[nodiscard]] virtual std::uint64_t late() const noexcept = 0;

    /// Calls so far with an answer that is not the right one.
    [[nodiscard]] virtual std::uint64_t wrong() const noexcept { return 0; }
};

/// A thread that calls its subjects one after another in every period, as a data loop of PipeWire does.
struct Lane {
    std::vector<Subject*> subjects;
    std::optional<unsigned> cpu; ///< bound to it
};

struct Pace {
    std::uint64_t period_nsec;
    std::uint32_t periods;       ///< length of a run
    std::uint64_t deadline_nsec; ///< after a period's start: when its calls must be done
    bool paced = true; ///< at the real period; else without waiting, in bursts that leave others some CPU
};

/// What was measured, over one run or several.
struct Recording {
    std::vector<std::uint32_t> calls;   ///< ns, each round trip
    std::vector<std::uint32_t> periods; ///< ns, from the first lane's start to the last lane's end
    std::vector<std::uint32_t> delays;  ///< ns, how late the lanes woke up; the machine's, not the subjects'
    std::uint64_t due = 0;              ///< periods that passed by, those left out after an overrun included
    std::uint64_t overruns = 0;         ///< periods that some lane had not finished when the next was due
    std::uint64_t begun_late =
        0;                    ///< of these, where a lane woke later than a tenth of the period: the machine's
    std::uint64_t sleeps = 0; ///< of lanes until their next period: one system call and one switch each

    void append(const Recording& other);
};

/// Runs all lanes at the same time, as SCHED_FIFO threads. After an overrun a lane goes on with the first
/// period that is still to come, as PipeWire's driver does. Throws what make_realtime() throws. [main]
Recording run_lanes(std::span<const Lane> lanes, const Pace& pace);

} // namespace decant::bench
