// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/doctor/check.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace decant::doctor
{

struct TextStyle {
    std::size_t width = 100; ///< columns
    bool colours = false;
    bool verbose = false; ///< say of everything why it matters, not only of what is bad
};

/// For people: a line per check, and below what is bad why it matters and what to do.
[[nodiscard]] std::string to_text(std::span<const Result> results, const Machine& machine,
                                  const TextStyle& style);

/// How many there are of each state, in a sentence.
[[nodiscard]] std::string summary_of(std::span<const Result> results);

[[nodiscard]] std::size_t count(std::span<const Result> results, State state) noexcept;

} // namespace decant::doctor
