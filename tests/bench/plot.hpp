// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/statistics.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace decant::bench
{

struct Curve {
    std::string name;
    Distribution distribution;
};

struct Panel {
    std::string title;
    std::vector<Curve> curves;
    std::optional<double> limit_usec; ///< drawn as a line: what is above comes too late
};

/// Draws panels side by side as SVG: how long (µs, logarithmic) the best 50, 90, 99, 99.9 … percent take, so
/// that the rare long ones get as much room as the usual ones. Throws std::runtime_error if the file cannot
/// be written.
void write_plot(const std::filesystem::path& file, const std::string& title,
                const std::vector<Panel>& panels);

} // namespace decant::bench
