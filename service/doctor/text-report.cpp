// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/doctor/text-report.hpp"

#include "service/doctor/findings.hpp"
#include "service/doctor/words.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace decant::doctor
{

namespace
{

constexpr std::size_t state_width = 10;
constexpr std::size_t id_width = 24;

std::string_view colour_of(State state) noexcept
{
    switch (state) {
    case State::ok:
        return "\x1b[32m";
    case State::info:
        return "\x1b[36m";
    case State::bad:
        return "\x1b[1;31m";
    case State::unreadable:
        break;
    }
    return "\x1b[33m";
}

/// Letters, not bytes: of UTF-8 the first byte of each counts.
std::size_t letters_in(std::string_view text) noexcept
{
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xc0) != 0x80; }));
}

/// In lines of `width`, all but the first indented.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width)
{
    const std::size_t room = std::max<std::size_t>(width, indent + 30) - indent;
    std::string result;
    std::size_t used = 0;
    for (const auto word : words_of(text)) {
        const auto letters = letters_in(word);
        if (used != 0 && used + 1 + letters > room) {
            result += '\n' + std::string(indent, ' ');
            used = 0;
        } else if (used != 0) {
            result += ' ';
            ++used;
        }
        result += word;
        used += letters;
    }
    return result;
}

} // namespace

std::size_t count(std::span<const Result> results, State state) noexcept
{
    return static_cast<std::size_t>(
        std::count_if(results.begin(), results.end(),
                      [state](const Result& result) { return result.finding.state == state; }));
}

std::string summary_of(std::span<const Result> results)
{
    return fmt::format("{} bad, {} to know, {} ok, {} unreadable", count(results, State::bad),
                       count(results, State::info), count(results, State::ok),
                       count(results, State::unreadable));
}

std::string to_text(std::span<const Result> results, const Machine& machine, const TextStyle& style)
{
    std::string text = fmt::format("Judged for a period in which {} ({}).\n\n", period_of(machine),
                                   machine.facts.quantum.source);
    for (const auto& [check, finding] : results) {
        const auto state = fmt::format("{:<{}}", to_text(finding.state), state_width);
        text += style.colours ? fmt::format("{}{}\x1b[0m", colour_of(finding.state), state) : state;
        text += fmt::format("  {:<{}}  {}\n", check->id, id_width,
                            wrapped(in_one_line(finding.value), state_width + id_width + 4, style.width));
        const bool serious = finding.state == State::bad;
        const auto add = [&text, &style](std::string_view label, const std::string& words) {
            constexpr std::size_t indent = state_width + 2 + 5;
            text += fmt::format("{:{}}{:<5}{}\n", "", state_width + 2, label,
                                wrapped(words, indent, style.width));
        };
        if (serious || style.verbose)
            add("why", in_one_line(finding.why));
        if (finding.fix && (serious || style.verbose))
            add("fix", fmt::format("{} [{}]", in_one_line(finding.fix->text), to_text(finding.fix->effect)));
    }
    return text + fmt::format("\n{}.\n", summary_of(results));
}

} // namespace decant::doctor
