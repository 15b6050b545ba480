// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/host-thread.hpp"

#include <array>
#include <ctime>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <limits>
#include <sched.h>
#include <string>
#include <string_view>
#include <unistd.h>

namespace decant::bridge
{

namespace
{

/// A number of /proc/ID/status, which there is for every thread, too; 0 if that is gone.
pid_t status_field(pid_t id, std::string_view wanted)
{
    std::ifstream in(fmt::format("/proc/{}/status", id));
    std::string name;
    while (in >> name) {
        pid_t value = 0;
        if (name == wanted && in >> value)
            return value;
        in.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    }
    return 0;
}

} // namespace

std::optional<HostThread> verified_thread(pid_t claimed, pid_t child) noexcept
try {
    if (claimed <= 0 || child <= 0)
        return std::nullopt;
    constexpr int most_generations = 16;
    const pid_t process = status_field(claimed, "Tgid:");
    pid_t ancestor = process;
    for (int generation = 0; ancestor > 1 && generation < most_generations; ++generation) {
        if (ancestor == child)
            return HostThread{claimed, process};
        ancestor = status_field(ancestor, "PPid:");
    }
    return std::nullopt;
} catch (...) { // no memory
    return std::nullopt;
}

std::optional<Scheduling> scheduling_of(pid_t thread) noexcept
{
    sched_param parameter{};
    const int policy = sched_getscheduler(thread);
    if (policy < 0 || sched_getparam(thread, &parameter) != 0)
        return std::nullopt;
    return Scheduling{policy & ~SCHED_RESET_ON_FORK, parameter.sched_priority};
}

bool wants_cpu(HostThread thread) noexcept
try {
    std::array<char, 64> path{};
    fmt::format_to_n(path.begin(), path.size() - 1, "/proc/{}/task/{}/stat", thread.process, thread.thread);
    const int file = open(path.data(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return true;
    // Number, name, state; the name is short, and may hold anything.
    std::array<char, 64> text{};
    const ssize_t size = read(file, text.data(), text.size());
    close(file);
    const std::string_view fields(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    const auto name_end = fields.rfind(") ");
    return name_end == std::string_view::npos || fields.substr(name_end + 2).starts_with('R');
} catch (...) { // the format is a constant
    return true;
}

// The flag cannot be taken away without a privilege, so whoever changes the policy has to pass it.

bool demote(pid_t thread) noexcept
{
    const sched_param none{};
    return sched_setscheduler(thread, SCHED_OTHER | SCHED_RESET_ON_FORK, &none) == 0;
}

bool promote(pid_t thread, Scheduling scheduling) noexcept
{
    const sched_param parameter{scheduling.priority};
    return sched_setscheduler(thread, scheduling.policy | SCHED_RESET_ON_FORK, &parameter) == 0;
}

bool bind_to(pid_t thread, const std::vector<unsigned>& cpus) noexcept
{
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const unsigned cpu : cpus)
        if (cpu < CPU_SETSIZE)
            CPU_SET(cpu, &set);
    return sched_setaffinity(thread, sizeof set, &set) == 0;
}

std::uint64_t cpu_time_nsec(pid_t process) noexcept
{
    clockid_t clock = 0;
    timespec used{};
    if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &used) != 0)
        return 0;
    return static_cast<std::uint64_t>(used.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(used.tv_nsec);
}

} // namespace decant::bridge
