// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/doctor/finding.hpp"
#include "service/doctor/machine.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace decant::doctor
{

/// Who asks for it, as bits.
enum Guide : unsigned {
    wine_nspa = 1, ///< Wine-NSPA's README
    linvst = 2,    ///< LinVst's notes on latency
    sampler = 4,   ///< the real-time guide of a MIDI sampler
    ours = 8,      ///< docs/tuning.md
};

struct Check {
    std::string_view id; ///< subject.noun; scripts rely on it
    std::string_view title;
    unsigned guides;
    Finding (*look)(const Machine&); ///< may throw only std::bad_alloc
};

/// All that the doctor knows, by subject.
[[nodiscard]] std::span<const Check> all_checks() noexcept;

/// The names of the guides: wine-nspa, linvst, sampler, decant.
[[nodiscard]] std::vector<std::string> names_of_guides(unsigned guides);

/// A check with what it has seen.
struct Result {
    const Check* check;
    Finding finding;
};

/// Runs every check.
[[nodiscard]] std::vector<Result> examine(const Machine& machine);

} // namespace decant::doctor
