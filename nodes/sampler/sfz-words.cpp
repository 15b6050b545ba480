// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/sampler/sfz-words.hpp"

#include "nodes/sampler/problem.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace decant::sampler
{

bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\v' || c == '\f';
}

bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_name(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

std::size_t skip(std::string_view text, std::size_t at, bool (*is_skipped)(char))
{
    while (at < text.size() && is_skipped(text[at]))
        ++at;
    return at;
}

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text.substr(skip(text, 0, is_blank));
}

bool starts_something(std::string_view text, std::size_t at)
{
    if (text[at] == '<') {
        const std::size_t end = skip(text, at + 1, is_name);
        return end > at + 1 && end < text.size() && text[end] == '>';
    }
    if (text[at] == '#')
        return text.substr(at).starts_with("#include") || text.substr(at).starts_with("#define");
    const std::size_t end = skip(text, at, is_name);
    return end > at && end < text.size() && text[end] == '=';
}

bool names_a_file(std::string_view text)
{
    if (text.empty() || text.starts_with('*'))
        return true;
    // From the end: whoever reads a long value asks again at each of its words.
    std::size_t extension = text.size();
    while (extension != 0 && is_name(text[extension - 1]))
        --extension;
    return extension != text.size() && extension != 0 && text[extension - 1] == '.';
}

bool has_file_name(std::string_view word)
{
    return word.starts_with("sample=") || word.starts_with("default_path=") || word.starts_with("#include");
}

std::string_view first_variable(std::string_view text)
{
    for (std::size_t at = text.find('$'); at != std::string_view::npos; at = text.find('$', at + 1))
        if (const std::size_t end = skip(text, at + 1, is_name); end != at + 1)
            return text.substr(at, end - at);
    return {};
}

std::string undefined_variable(std::string_view file_name)
{
    const std::string_view name = first_variable(file_name);
    return name.empty()
               ? std::string()
               : fmt::format(" (the variable '{}' is not defined; put a #define before it)", shown(name));
}

std::optional<std::size_t> blank_out_comments(std::string& text)
{
    std::size_t at = 0;
    while ((at = text.find('/', at)) != std::string::npos && at + 1 < text.size()) {
        if (text[at + 1] == '/') { // hides a /* behind it
            at = text.find_first_of("\r\n", at);
            if (at == std::string::npos)
                break;
        } else if (text[at + 1] == '*') {
            const std::size_t close = text.find("*/", at + 2);
            const std::size_t end = close == std::string::npos ? text.size() : close + 2;
            std::replace_if(
                text.begin() + static_cast<std::ptrdiff_t>(at),
                text.begin() + static_cast<std::ptrdiff_t>(end),
                [](char c) { return c != '\r' && c != '\n'; }, ' ');
            if (close == std::string::npos)
                return at;
            at = end;
        } else {
            ++at;
        }
    }
    return std::nullopt;
}

} // namespace decant::sampler
