// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <bitset>
#include <filesystem>

namespace decant::sampler
{

/// The pitch of each key.
struct KeyTuning {
    std::array<double, 128> cents{}; ///< above key 0 of the equal temperament with 440 Hz on key 69
    std::bitset<128> mapped;         ///< the others play nothing
};

/// Reads a scale (.scl) and a keyboard map (.kbm) as Scala writes them. Without a scale it is the equal
/// temperament; without a map key 60 is the first degree, with 261.6 Hz.
///
/// Throws std::runtime_error with "file:line: what is wrong; what to write". [main]
[[nodiscard]] KeyTuning load_key_tuning(const std::filesystem::path& scale_file,
                                        const std::filesystem::path& map_file);

} // namespace decant::sampler
