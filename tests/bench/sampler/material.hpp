// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

/// What the benchmark plays, as two files with the same PCM.
namespace decant::bench
{

/// A looped sample of a second on key 60, mono or stereo.
struct Material {
    unsigned channels; ///< 1 or 2
    bool filter;       ///< and an envelope: a low-pass at 2 kHz, and a decay that lasts
};

/// Writes an SFZ instrument into the directory and returns its path. Throws std::runtime_error.
[[nodiscard]] std::filesystem::path write_sfz(const std::filesystem::path& directory,
                                              const Material& material);

/// The same as a SoundFont.
[[nodiscard]] std::filesystem::path write_sf2(const std::filesystem::path& directory,
                                              const Material& material);

} // namespace decant::bench
