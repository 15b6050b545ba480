// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

/// Names of files and what plugins call themselves may hold anything, also what commands a terminal.
namespace decant::cli
{

/// A text as people are shown it, in one line: what is no letter of UTF-8, or one that nobody sees, is
/// written as \n or \x1b. [any]
[[nodiscard]] std::string printable(std::string_view text);

/// The same of a text of several lines, which stay. [any]
[[nodiscard]] std::string printable_lines(std::string_view text);

/// The same of a text of several lines, with a blank between them. [any]
[[nodiscard]] std::string in_one_line(std::string_view text);

} // namespace decant::cli
