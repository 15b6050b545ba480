// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/sampler/opcodes.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace decant::sampler
{

/// How the text behind an opcode's = becomes a value. [main]

[[nodiscard]] OpcodeResult applied();
[[nodiscard]] OpcodeResult refused(std::string message);

struct ReadNumber {
    OpcodeResult result;
    std::optional<double> number; ///< none if it is refused
};

/// Reads a number and brings it into the range.
[[nodiscard]] ReadNumber read_number(std::string_view value, double lowest, double highest);

/// The number behind a name, as of locc64. Nothing if there is none, or something else.
[[nodiscard]] std::optional<unsigned> number_behind(std::string_view name, std::string_view prefix);

/// The text in lower case, as far as it is ASCII.
[[nodiscard]] std::string lower_case(std::string_view text);

} // namespace decant::sampler
