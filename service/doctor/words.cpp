// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/doctor/words.hpp"

#include <charconv>

namespace decant::doctor
{

namespace
{

constexpr std::string_view blanks = " \t\n\r";

} // namespace

std::string_view trimmed(std::string_view text) noexcept
{
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string_view> words_of(std::string_view text)
{
    std::vector<std::string_view> words;
    for (std::size_t place = text.find_first_not_of(blanks); place != std::string_view::npos;) {
        const auto end = text.find_first_of(blanks, place);
        words.push_back(text.substr(place, end - place));
        place = end == std::string_view::npos ? end : text.find_first_not_of(blanks, end);
    }
    return words;
}

std::vector<std::string_view> lines_of(std::string_view text)
{
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        lines.push_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return lines;
}

std::vector<std::string> parts_of(std::string_view text, char separator)
{
    std::vector<std::string> parts;
    while (!text.empty()) {
        const auto end = text.find(separator);
        if (end != 0)
            parts.emplace_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return parts;
}

std::optional<long long> number_in(std::string_view text) noexcept
{
    text = trimmed(text);
    long long value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() ? std::optional(value) : std::nullopt;
}

std::string_view chosen_of(std::string_view text) noexcept
{
    const auto open = text.find('[');
    const auto close = text.find(']', open);
    return close == std::string_view::npos ? std::string_view() : text.substr(open + 1, close - open - 1);
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator)
{
    std::string text;
    for (const auto& part : parts) {
        if (!text.empty())
            text += separator;
        text += part;
    }
    return text;
}

std::string shell_quoted(std::string_view text)
{
    std::string quoted = "'";
    for (const char letter : text)
        if (letter == '\'')
            quoted += "'\\''";
        else
            quoted += letter;
    return quoted + "'";
}

std::string in_one_line(std::string_view text)
{
    std::string line;
    for (const char letter : text) {
        const bool control = static_cast<unsigned char>(letter) < ' ' || letter == '\x7f';
        if (!control)
            line += letter;
        else if (!line.ends_with(' '))
            line += ' ';
    }
    return line;
}

} // namespace decant::doctor
