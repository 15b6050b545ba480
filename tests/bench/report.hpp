// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/options.hpp"
#include "tests/bench/series.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace decant::bench
{

/// All that a run has found. There is at least one series, a floor.
struct Findings {
    Options options;
    std::vector<Series> series;
    std::vector<double> times_to_open; ///< ms, in order of opening; the first may have started a wineserver
    std::vector<double> times_with_spare; ///< ms, of instances one by one, each in a host that waited for it
    double memory_per_instance;           ///< bytes of a host's share of memory (PSS)

    /// The floor with the better median: what the others are compared with.
    [[nodiscard]] const Series& reference() const;
};

/// How the blocks of a run are handed over, as far as all of its series do it alike; for people.
std::string way_of(const Options& options);

/// For people.
std::string table(const Findings& findings);

/// For programs; durations in microseconds.
std::string json(const Findings& findings);

/// Percentile curves of all series. Throws std::runtime_error if the file cannot be written.
void write_svg(const Findings& findings, const std::filesystem::path& file);

} // namespace decant::bench
