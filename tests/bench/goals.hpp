// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/report.hpp"

#include <string>
#include <vector>

namespace decant::bench
{

/// Something that the bridge wants to be, and whether it is.
struct Goal {
    std::string what;
    double wanted; ///< at most
    double measured;

    [[nodiscard]] bool met() const noexcept { return measured <= wanted; }
};

/// The goals that there are for so many instances at 64 frames and 48 kHz, held against the quickest way that
/// was measured. Ratios are to the better floor of the same run; the other numbers are for two CPUs.
std::vector<Goal> goals(const Findings& findings);

} // namespace decant::bench
