// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/cli/unfinished-file.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include <sndfile.h>

namespace decant::cli
{

struct CloseSound {
    void operator()(SNDFILE* file) const noexcept { sf_close(file); }
};
using SoundHandle = std::unique_ptr<SNDFILE, CloseSound>;

/// Reads a sound file block by block, as floats.
class SoundReader
{
    std::filesystem::path path_;
    SF_INFO info_{};
    SoundHandle file_;
    std::uint64_t repaired_ = 0;

public:
    /// Throws std::runtime_error.
    explicit SoundReader(const std::filesystem::path& path);

    [[nodiscard]] std::uint32_t rate() const noexcept { return static_cast<std::uint32_t>(info_.samplerate); }
    [[nodiscard]] std::size_t channels() const noexcept { return static_cast<std::size_t>(info_.channels); }
    [[nodiscard]] std::uint64_t frames() const noexcept { return static_cast<std::uint64_t>(info_.frames); }

    /// Fills `interleaved`, whose size is a multiple of channels(); with silence behind the end, and where a
    /// sample is infinite or not a number.
    void read(std::span<float> interleaved);

    /// How many such samples there were up to now.
    [[nodiscard]] std::uint64_t repaired() const noexcept { return repaired_; }
};

/// Writes a sound file: FLAC of 24 bits if the name ends so, else WAV of 32-bit floats, which becomes RF64
/// beyond 4 GiB. It has no name until finish(), so nobody takes half a file for a whole one.
class SoundWriter
{
    std::filesystem::path path_;
    std::optional<UnfinishedFile> unfinished_;
    bool clips_ = false;
    SoundHandle file_;

public:
    /// Throws std::runtime_error, also if the format cannot have so many channels.
    SoundWriter(const std::filesystem::path& path, std::uint32_t rate, std::size_t channels);

    /// Whether samples beyond 1 are cut.
    [[nodiscard]] bool clips() const noexcept { return clips_; }

    /// Throws std::runtime_error, as on a full disk.
    void write(std::span<const float> interleaved);

    /// Gives the file its name. Throws std::runtime_error.
    void finish();
};

} // namespace decant::cli
