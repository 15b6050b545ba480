// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/sample.hpp"

#include <cstring>

namespace decant::sampler
{
namespace
{

// Below this a voice would change between sample and seam more often than it renders.
constexpr std::int64_t shortest_unrolled = 2 * guard_frames;

} // namespace

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
    data.resize(static_cast<std::size_t>(last - first) * bytes +
                slack_bytes); // zero where it lies before the sample
    for (std::int64_t position = first; position < last; ++position) {
        const std::int64_t source =
            position < range.end ? position : range.start + (position - range.end) % once;
        if (source >= 0)
            std::memcpy(data.data() + static_cast<std::size_t>(position - first) * bytes,
                        sample.frame(source), bytes);
    }
}

} // namespace decant::sampler
