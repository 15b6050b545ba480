// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/rack-screen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <iterator>

namespace decant::cli
{

namespace
{

constexpr std::size_t frame_lines = 4; ///< title, headings, and two at the foot
constexpr std::size_t heading_lines = 2;
constexpr std::size_t longest_name = 20;
constexpr double mebibyte = 1024.0 * 1024.0;

/// Of letters that people see, as far as UTF-8 can be counted without a terminal.
std::string cut(const std::string& text, std::size_t letters)
{
    std::string result;
    std::size_t count = 0;
    for (const char byte : text) {
        const bool begins = (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
        if (begins && ++count > letters)
            break;
        result += std::iscntrl(static_cast<unsigned char>(byte)) != 0 ? ' ' : byte;
    }
    return result;
}

/// A bar that is full at the whole period.
std::string bar(double load)
{
    constexpr std::size_t width = 8;
    const auto filled = static_cast<std::size_t>(std::clamp(load, 0.0, 1.0) * width + 0.5);
    return std::string(filled, '|') + std::string(width - filled, ' ');
}

std::string row_of(const std::string& name, const service::NodeStatus& status, std::size_t width)
{
    const auto& trip = status.round_trip;
    const auto& message =
        status.message.empty() && !status.warnings.empty() ? status.warnings.front() : status.message;
    return fmt::format(
        "{:<{}}  {:<10} {:>5.1f} [{}] {:>11} {:>6} {:>6} {:>6} {:>8}  {}", cut(name, width), width,
        state_of(status), status.load * 100, bar(status.load),
        trip ? fmt::format("{:.0f}/{:.0f}", trip->p50, trip->max) : "-", status.late, status.xruns,
        status.voices ? std::to_string(*status.voices) : "-",
        status.memory != 0 ? fmt::format("{:.1f}", static_cast<double>(status.memory) / mebibyte) : "-",
        message);
}

} // namespace

std::size_t RackScreen::room() const
{
    return rows > frame_lines ? rows - frame_lines : 0;
}

std::size_t RackScreen::first_shown() const
{
    const auto at = static_cast<std::size_t>(std::distance(nodes.begin(), nodes.lower_bound(selected)));
    const auto place = room();
    return selected.empty() || at < place ? 0 : at + 1 - place;
}

std::size_t RackScreen::selected_line() const
{
    const auto found = nodes.find(selected);
    if (found == nodes.end())
        return SIZE_MAX;
    return heading_lines + static_cast<std::size_t>(std::distance(nodes.begin(), found)) - first_shown();
}

std::vector<std::string> RackScreen::lines() const
{
    double load = 0;
    std::uint64_t memory = 0;
    std::size_t failed = 0;
    std::size_t width = 4;
    for (const auto& [name, status] : nodes) {
        load += status.load;
        memory += status.memory;
        failed += status.state == service::NodeState::failed ? 1 : 0;
        width = std::max(width, std::min(name.size(), longest_name));
    }
    std::vector<std::string> result;
    result.push_back(fmt::format("decant: {} node{}, {} failed, load {:.1f} %, {:.1f} MiB", nodes.size(),
                                 nodes.size() == 1 ? "" : "s", failed, load * 100,
                                 static_cast<double>(memory) / mebibyte));
    result.push_back(fmt::format("{:<{}}  {:<10} {:>16} {:>11} {:>6} {:>6} {:>6} {:>8}  {}", "NAME", width,
                                 "STATE", "LOAD %", "TRIP us", "LATE", "XRUNS", "VOICES", "MiB", "MESSAGE"));
    std::size_t index = 0;
    for (const auto& [name, status] : nodes)
        if (index++ >= first_shown() && result.size() < heading_lines + room())
            result.push_back(row_of(name, status, width));
    result.push_back(cut(notice, columns));
    result.emplace_back("q quit  o editor  b bypass  r restart  e enable  p panic  P all  s save  up/down");
    if (result.size() > rows)
        result.resize(rows);
    for (auto& line : result)
        line = cut(line, columns);
    return result;
}

void RackScreen::select_next()
{
    const auto next = nodes.upper_bound(selected);
    if (next != nodes.end())
        selected = next->first;
}

void RackScreen::select_previous()
{
    const auto at = nodes.lower_bound(selected);
    if (at != nodes.begin())
        selected = std::prev(at)->first;
}

} // namespace decant::cli
