// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/opcode-values.hpp"

#include "nodes/sampler/problem.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <utility>

namespace decant::sampler
{
namespace
{

using Outcome = OpcodeResult::Outcome;

// The number at the start of a text and what stands behind it.
std::optional<std::pair<double, std::string_view>> leading_number(std::string_view text)
{
    if (text.starts_with('+') && !text.starts_with("+-"))
        text.remove_prefix(1);
    double number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || !std::isfinite(number))
        return std::nullopt;
    return std::pair(number, text.substr(static_cast<std::size_t>(rest - text.data())));
}

} // namespace

OpcodeResult applied()
{
    return {.outcome = Outcome::applied, .message = {}};
}

OpcodeResult refused(std::string message)
{
    return {.outcome = Outcome::refused, .message = std::move(message)};
}

ReadNumber read_number(std::string_view value, double lowest, double highest)
{
    const auto read = leading_number(value);
    if (!read)
        return {.result = refused(fmt::format("'{}' is no number; it is left out", shown(value))),
                .number = {}};
    const auto [number, rest] = *read;
    const double used = std::clamp(number, lowest, highest);
    const auto adjusted = [used = used](std::string message) {
        return ReadNumber{.result = {.outcome = Outcome::adjusted, .message = std::move(message)},
                          .number = used};
    };
    if (used != number)
        return adjusted(
            fmt::format("{} is out of range {}…{}; {} is used", shown(value), lowest, highest, used));
    if (!rest.empty())
        return adjusted(
            fmt::format("'{}' is not understood behind the number; {} is used", shown(rest), used));
    return {.result = applied(), .number = used};
}

std::optional<unsigned> number_behind(std::string_view name, std::string_view prefix)
{
    if (!name.starts_with(prefix))
        return std::nullopt;
    const std::string_view digits = name.substr(prefix.size());
    unsigned number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || end != digits.data() + digits.size())
        return std::nullopt;
    return number;
}

std::string lower_case(std::string_view text)
{
    std::string lower(text);
    for (char& c : lower)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return lower;
}

std::optional<int> parse_key(std::string_view text)
{
    int number = 0;
    if (const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        error == std::errc() && end == text.data() + text.size())
        // -1 is how SFZ says that no key starts the region.
        return number >= -1 && number <= 127 ? std::optional(number) : std::nullopt;

    constexpr std::array semitones = {9, 11, 0, 2, 4, 5, 7}; // from a
    const std::string lower = lower_case(text);
    std::string_view name = lower;
    if (name.empty() || name.front() < 'a' || name.front() > 'g')
        return std::nullopt;
    int key = semitones[static_cast<std::size_t>(name.front() - 'a')];
    name.remove_prefix(1);
    if (name.starts_with('#') || name.starts_with('b')) {
        key += name.front() == '#' ? 1 : -1;
        name.remove_prefix(1);
    }
    int octave = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), octave);
    if (error != std::errc() || end != name.data() + name.size() || octave < -1 || octave > 9)
        return std::nullopt;
    key += 12 * (octave + 1);
    return key >= 0 && key <= 127 ? std::optional(key) : std::nullopt;
}

} // namespace decant::sampler
