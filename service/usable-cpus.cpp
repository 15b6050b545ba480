// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/usable-cpus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sched.h>
#include <string>

namespace decant::service
{

namespace
{

constexpr unsigned most_cpus = CPU_SETSIZE;

std::vector<unsigned> cpus_in(const std::filesystem::path& file)
{
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return parse_cpu_list(line);
}

bool contains(const std::vector<unsigned>& cpus, unsigned cpu)
{
    return std::find(cpus.begin(), cpus.end(), cpu) != cpus.end();
}

} // namespace

std::vector<unsigned> parse_cpu_list(std::string_view text)
{
    std::vector<unsigned> cpus;
    const char* place = text.data();
    const char* const end = place + text.size();
    while (true) {
        unsigned first = 0;
        auto [rest, error] = std::from_chars(place, end, first);
        if (error != std::errc())
            return cpus;
        unsigned last = first;
        if (rest != end && *rest == '-') {
            const auto range = std::from_chars(rest + 1, end, last);
            if (range.ec != std::errc())
                return cpus;
            rest = range.ptr;
        }
        for (unsigned cpu = first; cpu <= last && cpu < most_cpus; ++cpu)
            cpus.push_back(cpu);
        if (rest == end || *rest != ',')
            return cpus;
        place = rest + 1;
    }
}

std::vector<unsigned> spread_cpus(const std::vector<unsigned>& allowed, const std::filesystem::path& system)
{
    const auto isolated = cpus_in(system / "isolated");
    const bool all_isolated =
        std::all_of(allowed.begin(), allowed.end(), [&](unsigned cpu) { return contains(isolated, cpu); });
    std::vector<unsigned> spread;
    for (const unsigned cpu : allowed) {
        if (!all_isolated && contains(isolated, cpu))
            continue;
        const auto siblings =
            cpus_in(system / fmt::format("cpu{}", cpu) / "topology" / "thread_siblings_list");
        if (std::none_of(siblings.begin(), siblings.end(),
                         [&](unsigned sibling) { return contains(spread, sibling); }))
            spread.push_back(cpu);
    }
    return spread;
}

std::vector<unsigned> allowed_cpus()
{
    cpu_set_t set;
    CPU_ZERO(&set);
    std::vector<unsigned> cpus;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        for (unsigned cpu = 0; cpu < most_cpus; ++cpu)
            if (CPU_ISSET(cpu, &set))
                cpus.push_back(cpu);
    return cpus;
}

} // namespace decant::service
