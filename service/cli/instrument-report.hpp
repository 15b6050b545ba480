// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/sampler/instrument.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace decant::cli
{

/// What `decant probe` tells of an instrument.
struct InstrumentReport {
    std::filesystem::path file;
    std::size_t regions = 0;
    std::size_t samples = 0;
    std::size_t memory_bytes = 0; ///< of the samples and loops, each counted once
    int lowest_key = 0;           ///< MIDI keys
    int highest_key = 0;
    std::size_t velocity_layers = 0; ///< most different ranges of velocity that one key has
    std::vector<sampler::Problem> problems;
    std::vector<sampler::Unsupported> unsupported; ///< the most used first
    std::vector<sampler::ControlLabel> labels;
    unsigned outputs = 1; ///< pairs
};

/// Loads the instrument. Throws std::runtime_error if nothing of it can be played.
[[nodiscard]] InstrumentReport report_on_instrument(const std::filesystem::path& file);

[[nodiscard]] std::string to_text(const InstrumentReport& report);
[[nodiscard]] nlohmann::ordered_json to_json(const InstrumentReport& report);

} // namespace decant::cli
