// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/problem.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace decant::sampler
{
namespace
{

// The length of the well-formed UTF-8 character at the start of `text`; 0 if there is none.
std::size_t character_length(std::string_view text)
{
    const auto byte = [&](std::size_t at) {
        return static_cast<unsigned char>(text[at]);
    };
    const unsigned char first = byte(0);
    if (first < 0x80)
        return first < 0x20 || first == 0x7f ? 0 : 1;
    const std::size_t length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    if (length == 0 || text.size() < length)
        return 0;
    for (std::size_t at = 1; at < length; ++at)
        if ((byte(at) & 0xc0) != 0x80)
            return 0;
    // Overlong forms, surrogates and what is beyond Unicode
    const unsigned char second = byte(1);
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
        (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f))
        return 0;
    return length;
}

std::string printable(std::string_view text)
{
    std::string out;
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        if (length == 0)
            out += '?';
        else
            out += text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

} // namespace

std::string to_string(const Problem& problem)
{
    if (problem.line == 0)
        return fmt::format("{}: {}", problem.file, problem.text);
    if (problem.column == 0)
        return fmt::format("{}:{}: {}", problem.file, problem.line, problem.text);
    return fmt::format("{}:{}:{}: {}", problem.file, problem.line, problem.column, problem.text);
}

std::string shown(std::string_view text, std::size_t longest)
{
    if (text.size() <= longest)
        return std::string(text);
    // Half a letter would be shown as a wrong one. What is no UTF-8 is cut wherever it is.
    const std::size_t earliest = longest > 3 ? longest - 3 : 0;
    std::size_t end = longest;
    while (end > earliest && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
        --end;
    return std::string(text.substr(0, end)) + "…";
}

void ProblemLog::add(const std::string& file, unsigned line, std::string_view text, unsigned column)
{
    if (full()) {
        ++left_out_;
        last_file_ = file;
        return;
    }
    problems_.push_back({.file = printable(file), .line = line, .text = printable(text), .column = column});
}

std::vector<Problem> ProblemLog::take()
{
    if (left_out_ != 0)
        problems_.push_back(
            {.file = printable(last_file_),
             .line = 0,
             .text = fmt::format("{} more problems are not listed; mend the first ones and load "
                                 "the instrument again",
                                 left_out_)});
    left_out_ = 0;
    return std::exchange(problems_, {});
}

} // namespace decant::sampler
