// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/sample.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>
#include <stdexcept>

namespace decant::sampler
{
namespace
{

// Below this a voice would change between sample and seam more often than it renders.
constexpr std::int64_t shortest_unrolled = 2 * guard_frames;

// One value of a sample, full scale 1.
double value_at(const std::byte* from, SampleFormat format)
{
    switch (format) {
    case SampleFormat::int16: {
        std::int16_t value = 0;
        std::memcpy(&value, from, sizeof value);
        return value * 0x1p-15;
    }
    case SampleFormat::int24: {
        const auto byte = [from](std::size_t index) {
            return std::to_integer<std::uint32_t>(from[index]);
        };
        return static_cast<std::int32_t>(byte(0) << 8 | byte(1) << 16 | byte(2) << 24) * 0x1p-31;
    }
    case SampleFormat::float32:
        break;
    }
    float value = 0;
    std::memcpy(&value, from, sizeof value);
    return static_cast<double>(value);
}

void set_value(std::byte* to, SampleFormat format, double value)
{
    switch (format) {
    case SampleFormat::int16: {
        const auto rounded =
            static_cast<std::int16_t>(std::lround(std::clamp(value * 0x1p15, -0x1p15, 0x1p15 - 1)));
        std::memcpy(to, &rounded, sizeof rounded);
        return;
    }
    case SampleFormat::int24: {
        const auto rounded =
            static_cast<std::uint32_t>(std::lround(std::clamp(value * 0x1p23, -0x1p23, 0x1p23 - 1)));
        for (std::size_t index = 0; index < 3; ++index)
            to[index] = static_cast<std::byte>(rounded >> 8 * index);
        return;
    }
    case SampleFormat::float32: {
        const auto narrowed = static_cast<float>(value);
        std::memcpy(to, &narrowed, sizeof narrowed);
        return;
    }
    }
}

// Turns frames into others, on an S of gains that add up to 1: what is faded here is alike.
void fade_into(std::byte* frames, const std::byte* others, std::int64_t count, const Sample& sample)
{
    const std::size_t bytes = bytes_of(sample.format);
    for (std::int64_t frame = 0; frame < count; ++frame) {
        const double part = (static_cast<double>(frame) + 0.5) / static_cast<double>(count);
        const double gain = (1 - std::cos(std::numbers::pi * part)) / 2;
        for (unsigned channel = 0; channel < sample.channels; ++channel) {
            const std::size_t at = (static_cast<std::size_t>(frame) * sample.channels + channel) * bytes;
            const double from = value_at(frames + at, sample.format);
            set_value(frames + at, sample.format,
                      from + gain * (value_at(others + at, sample.format) - from));
        }
    }
}

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

std::int64_t Loop::longest_crossfade(FrameRange range) noexcept
{
    return std::clamp<std::int64_t>(range.end - range.start - shortest_unrolled, 0, range.start);
}

Loop::Loop(const Sample& sample, FrameRange loop_range, std::int64_t crossfade_frames)
    : range(loop_range), crossfade(crossfade_frames)
{
    const std::int64_t once = range.end - range.start;
    seam.start = range.end - crossfade - guard_frames;
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
    if (crossfade > 0) {
        std::vector<std::byte> lead(static_cast<std::size_t>(crossfade) * bytes);
        sample.read(range.start - crossfade, crossfade, lead.data());
        fade_into(data.data() + static_cast<std::size_t>(range.end - crossfade - first) * bytes, lead.data(),
                  crossfade, sample);
    }
    const std::int64_t behind = last - range.end;
    const std::int64_t repeated = std::min(behind, once);
    std::byte* const end = data.data() + static_cast<std::size_t>(range.end - first) * bytes;
    sample.read(range.start, repeated, end);
    for (std::int64_t frame = repeated; frame < behind; ++frame)
        std::memcpy(end + static_cast<std::size_t>(frame) * bytes,
                    end + static_cast<std::size_t>(frame - once) * bytes, bytes);
}

} // namespace decant::sampler
