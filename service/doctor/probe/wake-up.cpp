// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/doctor/probe/wake-up.hpp"

#include "service/doctor/probe/pace.hpp"

#include <fmt/format.h>
#include <thread>

namespace decant::doctor
{

namespace
{

using bridge::now_nsec;

void measure(unsigned cpu, int priority, std::uint64_t end, Histogram& times) noexcept
{
    take_place(cpu, priority);
    for (std::uint64_t point = now_nsec() + interval_nsec; point < end;) {
        sleep_until(point);
        const std::uint64_t now = now_nsec();
        times.add(now - point);
        point = next_point(point, now);
    }
}

} // namespace

std::vector<Series> measure_wake_ups(const std::vector<unsigned>& cpus, int priority,
                                     std::chrono::nanoseconds time)
{
    std::vector<Series> series;
    for (const unsigned cpu : cpus)
        series.push_back({fmt::format("CPU {}", cpu), {}});
    const std::uint64_t end = now_nsec() + static_cast<std::uint64_t>(time.count());
    std::vector<std::jthread> threads; // joined also if one of them cannot be made
    for (std::size_t i = 0; i < cpus.size(); ++i)
        threads.emplace_back(measure, cpus[i], priority, end, std::ref(series[i].times));
    threads.clear();
    return series;
}

} // namespace decant::doctor
