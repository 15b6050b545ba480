// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/doctor/check.hpp"
#include "service/doctor/probe/histogram.hpp"

#include <chrono>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

namespace decant::doctor
{

struct ProbeJob {
    std::chrono::nanoseconds time = std::chrono::seconds(10); ///< of all measurements together
    bool load = false;                                        ///< keep all CPUs busy meanwhile
    std::string plugin;                                       ///< FILE or FILE#NAME; empty: native child only
};

/// A finding that may explain what was measured.
struct Suspect {
    std::string id;
    std::string reason;
};

struct Probe {
    double seconds = 0;
    int priority = 0; ///< SCHED_FIFO; 0: was refused
    bool loaded = false;
    std::vector<Series> wake_ups = {};
    std::vector<Series> round_trips = {};
    std::vector<Suspect> suspects = {}; ///< the likeliest first
};

/// Measures; the suspects are left out. Throws std::system_error, and PluginError for the plugin. [main]
[[nodiscard]] Probe run_probe(const ProbeJob& job, const Quantum& quantum);

/// The part of the period that a wake-up and a round trip may take.
inline constexpr double most_of_period_to_wake = 0.25;
inline constexpr double most_of_period_for_trip = 0.1;

/// Whom to look at first, by what was measured and by what is bad; nobody if all is well.
[[nodiscard]] std::vector<Suspect> suspects_of(const Probe& probe, std::span<const Result> results,
                                               const Quantum& quantum);

[[nodiscard]] nlohmann::json to_json(const Probe& probe);

/// Histograms of letters, and the suspects. `width` in columns.
[[nodiscard]] std::string to_text(const Probe& probe, const Quantum& quantum, std::size_t width);

/// The same as a picture. Throws std::runtime_error if the file cannot be written.
void write_svg(const std::filesystem::path& file, const Probe& probe, const Quantum& quantum);

} // namespace decant::doctor
