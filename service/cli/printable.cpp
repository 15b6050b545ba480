// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <iterator>

namespace decant::cli
{

namespace
{

constexpr bool continues(char byte) noexcept
{
    return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

/// Bytes of the letter that `text` begins with; zero if it is none, or one that nobody sees.
std::size_t visible_letter(std::string_view text) noexcept
{
    const auto first = static_cast<unsigned char>(text.front());
    if (first < 0x80)
        return std::isprint(first) != 0 ? 1 : 0;
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < size ||
        !std::all_of(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(size), continues))
        return 0;
    const bool control = first == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0; // U+0080 … U+009F
    return control ? 0 : size;
}

std::string escaped(std::string_view text, bool keep_lines)
{
    std::string result;
    while (!text.empty()) {
        std::size_t size = visible_letter(text);
        if (size != 0 || (keep_lines && text.front() == '\n')) {
            size = std::max<std::size_t>(size, 1);
            result += text.substr(0, size);
        } else {
            size = 1;
            if (text.front() == '\n')
                result += "\\n";
            else if (text.front() == '\t')
                result += "\\t";
            else
                fmt::format_to(std::back_inserter(result), "\\x{:02x}",
                               static_cast<unsigned char>(text.front()));
        }
        text.remove_prefix(size);
    }
    return result;
}

} // namespace

std::string printable(std::string_view text)
{
    return escaped(text, false);
}

std::string printable_lines(std::string_view text)
{
    return escaped(text, true);
}

std::string in_one_line(std::string_view text)
{
    std::string line;
    for (const char letter : text)
        if (std::isspace(static_cast<unsigned char>(letter)) == 0)
            line += letter;
        else if (!line.ends_with(' '))
            line += ' ';
    return printable(line);
}

} // namespace decant::cli
