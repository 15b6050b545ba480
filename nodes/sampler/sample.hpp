// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/sampler/locked-memory.hpp"
#include "nodes/sampler/sample-format.hpp"
#include "nodes/sampler/streaming/stream-desk.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace decant::sampler
{

/// Frames from `start` up to, not including, `end`.
struct FrameRange {
    std::int64_t start;
    std::int64_t end;

    friend bool operator==(const FrameRange&, const FrameRange&) = default;
    friend auto operator<=>(const FrameRange&, const FrameRange&) = default;
};

/// Audio, mono or interleaved stereo: in memory, with silent guard frames before and behind it; or only its
/// head, with those of its frames as guards that come next, and the rest in a stream.
struct Sample {
    SampleFormat format = SampleFormat::float32;
    unsigned channels = 1;       ///< 1 or 2
    unsigned rate = 0;           ///< Hz
    std::int64_t frames = 0;     ///< fewer than 2^30
    std::vector<std::byte> data; ///< guard frames, frames, guard frames, slack

    std::int64_t head_frames = 0;         ///< of a streamed sample
    std::shared_ptr<SampleStream> stream; ///< what is behind the head; null if all of it is in `data`
    HeadMemory memory;
    LockedMemory head; ///< of data: where notes begin

    // What the file says about playing it
    std::optional<int> root_key;
    float detune = 0;               ///< cents above root_key at which the file sounds
    std::optional<FrameRange> loop; ///< counted as in the file, whatever the direction

    [[nodiscard]] std::size_t frame_bytes() const noexcept { return channels * bytes_of(format); }

    /// How many frames are in `data`.
    [[nodiscard]] std::int64_t resident() const noexcept { return stream ? head_frames : frames; }

    /// Any frames, wherever they are, with silence before and behind the sample. Throws std::runtime_error if
    /// the file cannot be read any more. [main]
    void read(std::int64_t start, std::int64_t count, std::byte* out) const;

    /// The frame at `position`, which may lie in the guards.
    [[nodiscard]] const std::byte* frame(std::int64_t position) const noexcept
    {
        return data.data() + static_cast<std::size_t>(position + guard_frames) * frame_bytes();
    }
};

/// A loop over a sample, with the frames around its end laid out as they sound, so that a kernel reads across
/// the seam as it does elsewhere. Positions run on behind the end:
///
///     sample   …|start ─────────────── seam.start|── end          the sample's own frames
///     seam                             seam.start|── end ── start again ──|seam.end
///
/// At seam.end the position goes back by a multiple of `length` into [wrap, wrap + length). A short loop is
/// repeated in the seam and wraps inside it; a long one wraps into the sample.
///
/// With a crossfade the last frames before the end turn into those before the start.
struct Loop {
    FrameRange range;
    std::int64_t crossfade;      ///< frames
    FrameRange seam;             ///< what is played from `data`
    std::int64_t wrap;           ///< the first position to go back to
    std::int64_t length;         ///< a multiple of the loop's length
    std::vector<std::byte> data; ///< guard frames, seam, guard frames, slack, in the sample's format

    /// Preconditions: 0 <= range.start < range.end <= sample.frames, crossfade <= longest_crossfade(range).
    /// Throws as Sample::read() does.
    Loop(const Sample& sample, FrameRange range, std::int64_t crossfade = 0);

    /// There are no more frames to turn into, and a loop that is left has to have some of its own: 0 if it is
    /// short.
    [[nodiscard]] static std::int64_t longest_crossfade(FrameRange range) noexcept;

    /// The frame of the seam at `position`.
    [[nodiscard]] const std::byte* frame(std::int64_t position, std::size_t frame_bytes) const noexcept
    {
        return data.data() + static_cast<std::size_t>(position - seam.start + guard_frames) * frame_bytes;
    }
};

} // namespace decant::sampler
