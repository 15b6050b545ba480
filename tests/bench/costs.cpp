// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/costs.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

namespace decant::bench
{

namespace
{

/// The sum of the numbers that follow any of `names` in a file of "name: number" lines.
std::uint64_t sum_of_fields(const std::string& file, std::initializer_list<std::string_view> names)
{
    std::ifstream in(file);
    std::uint64_t sum = 0;
    std::string name;
    while (in >> name) {
        for (const std::string_view wanted : names) {
            std::uint64_t value = 0;
            if (name == wanted && in >> value)
                sum += value;
        }
        in.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    }
    return sum;
}

} // namespace

Costs& Costs::operator+=(const Costs& other) noexcept
{
    switches += other.switches;
    cpu_nsec += other.cpu_nsec;
    return *this;
}

Costs Costs::operator-(const Costs& other) const noexcept
{
    return {switches - other.switches, cpu_nsec - other.cpu_nsec};
}

Costs own_costs()
{
    rusage usage;
    timespec cpu;
    if (getrusage(RUSAGE_SELF, &usage) != 0 || clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu) != 0)
        throw std::system_error(errno, std::generic_category(), "the costs of this process");
    return {static_cast<std::uint64_t>(usage.ru_nvcsw + usage.ru_nivcsw),
            static_cast<std::uint64_t>(cpu.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(cpu.tv_nsec)};
}

Costs costs_of(pid_t process)
{
    Costs costs;
    // In nanoseconds, where /proc/PID/stat has hundredths of a second.
    clockid_t clock;
    timespec cpu;
    if (clock_getcpuclockid(process, &clock) == 0 && clock_gettime(clock, &cpu) == 0)
        costs.cpu_nsec =
            static_cast<std::uint64_t>(cpu.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(cpu.tv_nsec);
    for (const pid_t thread : threads_of(process))
        costs.switches += sum_of_fields(fmt::format("/proc/{}/task/{}/status", process, thread),
                                        {"voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:"});
    return costs;
}

Costs costs_of(const std::vector<pid_t>& processes)
{
    Costs sum;
    for (const pid_t process : processes)
        sum += costs_of(process);
    return sum;
}

std::vector<pid_t> threads_of(pid_t process)
{
    std::vector<pid_t> threads;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(fmt::format("/proc/{}/task", process), error), end;
         !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename();
        pid_t thread = 0;
        if (std::from_chars(name.data(), name.data() + name.size(), thread).ec == std::errc())
            threads.push_back(thread);
    }
    return threads;
}

double stolen_seconds()
{
    std::ifstream in("/proc/stat");
    std::string all;
    std::array<double, 8> ticks{}; // user, nice, system, idle, iowait, irq, softirq, steal
    in >> all;
    for (double& each : ticks)
        in >> each;
    return ticks.back() / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::size_t share_of_memory(pid_t process)
{
    return 1024 * sum_of_fields(fmt::format("/proc/{}/smaps_rollup", process), {"Pss:"});
}

} // namespace decant::bench
