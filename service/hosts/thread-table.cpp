// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/thread-table.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <sched.h>
#include <sstream>
#include <stdexcept>
#include <unistd.h>
#include <utility>
#include <vector>

namespace decant::service
{
namespace
{

std::string text_of(const std::filesystem::path& file)
{
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string name_of(char state)
{
    switch (state) {
    case 'R':
        return "runs";
    case 'S':
        return "sleeps";
    case 'D':
        return "waits for the disk";
    case 'T':
    case 't':
        return "is stopped";
    default:
        return fmt::format("state {}", state);
    }
}

std::string name_of(int policy, int priority)
{
    switch (policy) {
    case SCHED_FIFO:
        return fmt::format("FIFO {}", priority);
    case SCHED_RR:
        return fmt::format("RR {}", priority);
    default:
        return "no real time";
    }
}

/// proc(5), /proc/PID/stat; empty if there is no such thread any more.
std::string line_of(const std::filesystem::path& thread)
{
    const std::string stat = text_of(thread / "stat");
    const auto name_begin = stat.find('(');
    const auto name_end = stat.rfind(')'); // the name may hold anything
    if (name_begin == std::string::npos || name_end == std::string::npos || name_end < name_begin)
        return {};
    std::istringstream rest(stat.substr(name_end + 1));
    const std::vector<std::string> fields{std::istream_iterator<std::string>(rest), {}};
    constexpr std::size_t state = 0; // field 3 there
    constexpr std::size_t user_time = 11;
    constexpr std::size_t system_time = 12;
    constexpr std::size_t priority = 37;
    constexpr std::size_t policy = 38;
    if (fields.size() <= policy || fields[state].empty())
        return {};
    try {
        const double ticks = std::stod(fields[user_time]) + std::stod(fields[system_time]);
        std::string place = text_of(thread / "wchan"); // "0" if it runs, or to who may not know
        place = place.empty() || place == "0" ? "" : " in " + place;
        return fmt::format("{} {}{}, {}, {:.2f} s of CPU time",
                           stat.substr(name_begin + 1, name_end - name_begin - 1),
                           name_of(fields[state].front()), place,
                           name_of(std::stoi(fields[policy]), std::stoi(fields[priority])),
                           ticks / static_cast<double>(sysconf(_SC_CLK_TCK)));
    } catch (const std::exception&) { // no number
        return {};
    }
}

} // namespace

std::vector<std::string> thread_table(pid_t process, const std::filesystem::path& proc)
{
    std::vector<std::filesystem::path> threads;
    std::error_code error;
    const auto folder = proc / std::to_string(process) / "task";
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error))
        threads.push_back(entry->path());
    std::ranges::sort(threads);
    std::vector<std::string> table;
    for (const auto& thread : threads)
        if (auto line = line_of(thread); !line.empty())
            table.push_back(std::move(line));
    return table;
}

} // namespace decant::service
