// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/sampler/sample-format.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <sndfile.h>
#include <string>
#include <vector>

namespace decant::sampler
{

/// Which way a file is read. What is read backward is a sample of its own, from the file's last frame to its
/// first, so that voices know one direction only.
enum class Direction : std::uint8_t { forward, backward };

/// Brings frames into the opposite order.
void turn_round(std::byte* frames, std::int64_t count, std::size_t frame_bytes) noexcept;

/// A sound file that is being read: WAV, FLAC, AIFF, OGG and what else libsndfile knows. Frames come in the
/// format in which samples are kept, of the first two channels. One thread at a time, never an audio thread.
class SampleFile
{
    struct Close {
        void operator()(SNDFILE* file) const noexcept { sf_close(file); }
    };
    using Handle = std::unique_ptr<SNDFILE, Close>;

    SF_INFO info_{};
    Handle file_;
    std::vector<std::byte> piece_; // frames as libsndfile gives them
    std::int64_t repaired_ = 0;

public:
    /// Throws std::runtime_error if the file cannot be played.
    explicit SampleFile(const std::filesystem::path& path);

    [[nodiscard]] SampleFormat format() const noexcept;
    [[nodiscard]] unsigned channels() const noexcept { return info_.channels == 1 ? 1 : 2; }
    [[nodiscard]] int file_channels() const noexcept { return info_.channels; }
    [[nodiscard]] unsigned rate() const noexcept { return static_cast<unsigned>(info_.samplerate); }
    [[nodiscard]] bool seekable() const noexcept { return info_.seekable != 0; }
    [[nodiscard]] std::size_t frame_bytes() const noexcept { return channels() * bytes_of(format()); }

    /// What the header claims, which may be anything.
    [[nodiscard]] std::int64_t claimed_frames() const noexcept { return info_.frames; }

    /// Reads the next frames to `out`; returns how many there were. What is not a number becomes silence.
    std::int64_t read(std::byte* out, std::int64_t frames);

    [[nodiscard]] bool seek(std::int64_t frame) noexcept;

    /// Samples that were infinite or not a number.
    [[nodiscard]] std::int64_t repaired() const noexcept { return repaired_; }

    /// What libsndfile says went wrong while reading; empty if nothing did.
    [[nodiscard]] std::string error() const;

    /// Root key and loops, if the file has them.
    [[nodiscard]] std::optional<SF_INSTRUMENT> instrument() const;

private:
    template <class T>
    std::int64_t read_as(std::byte* out, std::int64_t frames);
};

} // namespace decant::sampler
