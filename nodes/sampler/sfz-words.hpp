// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// What the text of an SFZ file is made of. All functions: [any but rt].

namespace decant::sampler
{

[[nodiscard]] bool is_blank(char c);
[[nodiscard]] bool is_letter(char c);

/// Of a header, an opcode or a variable.
[[nodiscard]] bool is_name(char c);

/// The first place from `at` on whose character is none of those, or the end.
[[nodiscard]] std::size_t skip(std::string_view text, std::size_t at, bool (*is_skipped)(char));

/// Without the blanks around it.
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// Whether a word that ends an opcode's value starts at `at`: a header, a directive or the next opcode.
[[nodiscard]] bool starts_something(std::string_view text, std::size_t at);

/// Whether the text can be the whole name of a sample: file names may have what looks like an opcode in them,
/// but not behind their extension.
[[nodiscard]] bool names_a_file(std::string_view text);

/// Whether the word is an #include, or an opcode whose value is the name of a file or begins one.
[[nodiscard]] bool has_file_name(std::string_view word);

/// The first variable in the text, with its $; empty if there is none.
[[nodiscard]] std::string_view first_variable(std::string_view text);

/// What to say behind a file name that means no file: that there is a variable in it, if there is one.
[[nodiscard]] std::string undefined_variable(std::string_view file_name);

/// Replaces block comments by blanks and keeps the line ends, so that lines keep their numbers. Returns the
/// offset of a comment that is not closed.
std::optional<std::size_t> blank_out_comments(std::string& text);

} // namespace decant::sampler
