// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/sampler/region.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace decant::sampler
{

/// What became of an opcode.
struct OpcodeResult {
    enum class Outcome {
        applied,
        adjusted, ///< applied with another value than written; `message` says which
        refused,  ///< left out; `message` says why
        unknown,
    };

    Outcome outcome;
    std::string message;
};

/// Writes the opcode `name` with the text `value` into `region`. [main]
[[nodiscard]] OpcodeResult apply_opcode(Region& region, std::string_view name, std::string_view value);

/// Reads a MIDI key: a number, or a note name with c4 = 60, sharps as # and flats as b. Null if it is
/// neither.
[[nodiscard]] std::optional<int> parse_key(std::string_view text);

} // namespace decant::sampler
