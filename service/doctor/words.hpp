// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Cutting the kernel's small texts into pieces. The views are into what was given. [any]
namespace decant::doctor
{

[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

/// Separated by blanks, tabs or line ends.
[[nodiscard]] std::vector<std::string_view> words_of(std::string_view text);
[[nodiscard]] std::vector<std::string_view> lines_of(std::string_view text);
std::vector<std::string_view> words_of(std::string&& text) = delete; ///< it would be gone
std::vector<std::string_view> lines_of(std::string&& text) = delete;
/// Not the empty ones.
[[nodiscard]] std::vector<std::string> parts_of(std::string_view text, char separator);

/// A decimal number that the text begins with.
[[nodiscard]] std::optional<long long> number_in(std::string_view text) noexcept;

/// The word in brackets, as in "none [mq-deadline] kyber"; empty if none is.
[[nodiscard]] std::string_view chosen_of(std::string_view text) noexcept;

/// With ", " between them.
[[nodiscard]] std::string joined(const std::vector<std::string>& parts, std::string_view separator = ", ");

/// In single quotes, as one word of a shell.
[[nodiscard]] std::string shell_quoted(std::string_view text);

/// Without what would end the line or command a terminal. Texts of files are whatever their writer liked.
[[nodiscard]] std::string in_one_line(std::string_view text);

} // namespace decant::doctor
