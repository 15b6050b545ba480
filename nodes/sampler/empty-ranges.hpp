// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/sampler/region.hpp"

#include <string>
#include <vector>

namespace decant::sampler
{

/// A range that holds nothing, as it is when its ends are written the wrong way round; or a fade that is
/// none.
struct EmptyRange {
    std::string low; ///< the opcode
    double from;
    std::string high;
    double to;
    const char* consequence; ///< and what to do

    friend bool operator==(const EmptyRange&, const EmptyRange&) = default;
};

/// "LOW=FROM is above HIGH=TO, so …; swap them".
[[nodiscard]] std::string to_string(const EmptyRange& range);

/// Those of a region, the first few of them. A range that SFZ turns off with -1 is none of them. [main]
[[nodiscard]] std::vector<EmptyRange> empty_ranges(const Region& region);

} // namespace decant::sampler
