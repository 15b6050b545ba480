// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/sample.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace decant::sampler
{
namespace
{

// Below this a voice would change between sample and seam more often than it renders.
constexpr std::int64_t shortest_unrolled = 2 * guard_frames;

} // namespace

void Sample::read(std::int64_t start, std::int64_t count, std::byte* out) const
{
    const std::size_t bytes = frame_bytes();
    if (start + count > resident() && stream) {
        if (!stream->read(start, count, out))
            throw std::runtime_error("changed while it was loaded; load the instrument again");
        return;
    }
    const std::int64_t before = std::clamp<std::int64_t>(-start, 0, count);
    const std::int64_t there = std::clamp<std::int64_t>(frames - start, before, count);
    std::fill_n(out, static_cast<std::size_t>(count) * bytes, std::byte{});
    if (there > before)
        std::memcpy(out + static_cast<std::size_t>(before) * bytes, frame(start + before),
                    static_cast<std::size_t>(there - before) * bytes);
}

Loop::Loop(const Sample& sample, FrameRange loop_range) : range(loop_range)
{
    const std::int64_t once = range.end - range.start;
    seam.start = range.end - guard_frames;
    if (once >= shortest_unrolled) {
        length = once;
        wrap = range.start + guard_frames;
        seam.end = range.end + guard_frames;
    } else {
        length = once * ((shortest_unrolled + once - 1) / once);
        wrap = range.end + guard_frames; // every frame to the left of it belongs to the loop
        seam.end = wrap + length;
    }

    const std::size_t bytes = sample.frame_bytes();
    const std::int64_t first = seam.start - guard_frames;
    const std::int64_t last = seam.end + guard_frames;
    data.resize(static_cast<std::size_t>(last - first) * bytes + slack_bytes);
    sample.read(first, range.end - first, data.data());
    const std::int64_t behind = last - range.end;
    const std::int64_t repeated = std::min(behind, once);
    std::byte* const end = data.data() + static_cast<std::size_t>(range.end - first) * bytes;
    sample.read(range.start, repeated, end);
    for (std::int64_t frame = repeated; frame < behind; ++frame)
        std::memcpy(end + static_cast<std::size_t>(frame) * bytes,
                    end + static_cast<std::size_t>(frame - once) * bytes, bytes);
}

} // namespace decant::sampler
