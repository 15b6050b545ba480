// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Reads that need no sinc: whole frames, and curves through two or four of them. See simd.hpp for who
// includes this.

#include "nodes/sampler/mix-sink.hpp"
#include "nodes/sampler/sample-layout.hpp"

namespace decant::sampler::DECANT_INSTRUCTION_SET
{

// Whole frames, one after the other.
template <class Layout>
[[gnu::always_inline]] inline void copy(const Cursor& cursor, std::uint32_t count, MixSink sink) noexcept
{
    const std::byte* from = cursor.data + static_cast<std::ptrdiff_t>(cursor.position >> position_bits) *
                                              static_cast<std::ptrdiff_t>(Layout::frame_bytes);
    // A short last vector reads on into the guard frames.
    for (std::uint32_t done = 0; done < count; done += width, from += width * Layout::frame_bytes) {
        if constexpr (Layout::channels == 2) {
            const auto frames = Layout::template frames<width>(from);
            sink.put(frames.left, frames.right, done, count - done);
        } else {
            const Floats frames = Layout::template values<width>(from);
            sink.put(frames, frames, done, count - done);
        }
    }
}

// Which elements of two vectors of 128-bit rows make one of a transposed matrix: pairs of the lower or upper
// halves of all rows.
template <bool upper>
struct Unpacked {
    static constexpr int at(std::size_t i)
    {
        const std::size_t row = i / 4 * 4 + (upper ? 2 : 0) + i % 4 / 2;
        return static_cast<int>(i % 2 == 0 ? row : row + width);
    }
};
template <bool upper>
struct UnpackedPairs {
    static constexpr int at(std::size_t i)
    {
        const std::size_t pair = i / 4 * 4 + (upper ? 2 : 0) + i % 2;
        return static_cast<int>(i % 4 < 2 ? pair : pair + width);
    }
};

template <class T>
struct FourTaps {
    Vector<T> taps[4];
};

// row(i) is the four values of output i; gives four vectors of one value each.
template <class T, class Row>
[[gnu::always_inline]] inline FourTaps<T> transposed(Row&& row) noexcept
{
    const auto rows = [&](std::size_t k) __attribute__((always_inline)) {
        if constexpr (width == 4)
            return row(k);
        else if constexpr (width == 8)
            return joined(row(k), row(k + 4));
        else
            return joined(joined(row(k), row(k + 4)), joined(row(k + 8), row(k + 12)));
    };
    const auto a = rows(0);
    const auto b = rows(1);
    const auto c = rows(2);
    const auto d = rows(3);
    const auto ab = shuffle<Unpacked<false>, width>(a, b);
    const auto ab_upper = shuffle<Unpacked<true>, width>(a, b);
    const auto cd = shuffle<Unpacked<false>, width>(c, d);
    const auto cd_upper = shuffle<Unpacked<true>, width>(c, d);
    return {{shuffle<UnpackedPairs<false>, width>(ab, cd), shuffle<UnpackedPairs<true>, width>(ab, cd),
             shuffle<UnpackedPairs<false>, width>(ab_upper, cd_upper),
             shuffle<UnpackedPairs<true>, width>(ab_upper, cd_upper)}};
}

struct FourPairs {
    Pair taps[4]; ///< mono: only left
};

// The frames from one before to two behind the place of each output.
template <SampleFormat format, unsigned channels, class At>
[[gnu::always_inline]] inline FourPairs four_frames(const At& at) noexcept
{
    using L = Layout<format, channels>;
    FourPairs result;
    if constexpr (format == SampleFormat::int16 && channels == 1) {
        // Two outputs fit into 128 bits. A word holds two neighbouring frames.
        const auto two = [&](std::size_t i) __attribute__((always_inline)) {
            return std::bit_cast<Vector<std::uint32_t, 4>>(
                Vector<std::uint64_t, 2>{load<std::uint64_t>(at(i)), load<std::uint64_t>(at(i + 1))});
        };
        const auto words = [&](std::size_t k) __attribute__((always_inline)) {
            if constexpr (width == 4)
                return two(k);
            else if constexpr (width == 8)
                return joined(two(k), two(k + 4));
            else
                return joined(joined(two(k), two(k + 4)), joined(two(k + 8), two(k + 12)));
        };
        struct EvenWords {
            static constexpr int index(std::size_t i) { return static_cast<int>(i / 4 * 4 + i % 2 * 2); }
            static constexpr int at(std::size_t i)
            {
                return i % 4 < 2 ? index(i) : index(i) + static_cast<int>(width);
            }
        };
        struct OddWords {
            static constexpr int at(std::size_t i) { return EvenWords::at(i) + 1; }
        };
        const auto a = words(0);
        const auto b = words(2);
        const auto first = std::bit_cast<Ints>(shuffle<EvenWords, width>(a, b));
        const auto second = std::bit_cast<Ints>(shuffle<OddWords, width>(a, b));
        result.taps[0].left = to_float(first << 16 >> 16);
        result.taps[1].left = to_float(first >> 16);
        result.taps[2].left = to_float(second << 16 >> 16);
        result.taps[3].left = to_float(second >> 16);
    } else if constexpr (format == SampleFormat::int16) {
        const auto words = transposed<std::uint32_t>([&](std::size_t i) __attribute__((always_inline)) {
            return load<Vector<std::uint32_t, 4>>(at(i));
        });
        for (std::size_t tap = 0; tap < 4; ++tap) {
            const auto frames = L::split(words.taps[tap]);
            result.taps[tap] = {frames.left, frames.right};
        }
    } else if constexpr (channels == 1) {
        const auto values = transposed<float>(
            [&](std::size_t i) __attribute__((always_inline)) { return L::template values<4>(at(i)); });
        for (std::size_t tap = 0; tap < 4; ++tap)
            result.taps[tap].left = values.taps[tap];
    } else {
        constexpr std::size_t two_frames = 2 * L::frame_bytes;
        const auto early = transposed<float>(
            [&](std::size_t i) __attribute__((always_inline)) { return L::template values<4>(at(i)); });
        const auto late = transposed<float>([&](std::size_t i) __attribute__((always_inline)) {
            return L::template values<4>(at(i) + two_frames);
        });
        result.taps[0] = {early.taps[0], early.taps[1]};
        result.taps[1] = {early.taps[2], early.taps[3]};
        result.taps[2] = {late.taps[0], late.taps[1]};
        result.taps[3] = {late.taps[2], late.taps[3]};
    }
    return result;
}

// Through b and c with the slopes that their neighbours a and d suggest (Catmull and Rom's Hermite curve).
[[gnu::always_inline]] inline Floats hermite(Floats a, Floats b, Floats c, Floats d, Floats t) noexcept
{
    const Floats slope = 0.5f * (c - a);
    const Floats bend = a - 2.5f * b + 2.0f * c - 0.5f * d;
    const Floats twist = 0.5f * (d - a) + 1.5f * (b - c);
    return ((twist * t + bend) * t + slope) * t + b;
}

template <SampleFormat format, unsigned channels, bool straight>
[[gnu::always_inline]] inline void points(const Cursor& cursor, std::uint32_t count, MixSink sink) noexcept
{
    constexpr auto frame_bytes = static_cast<std::ptrdiff_t>(Layout<format, channels>::frame_bytes);
    const std::byte* const before = cursor.data - frame_bytes;
    for_each_vector(
        cursor, count, [&](const auto& places, std::uint32_t done) __attribute__((always_inline)) {
            // 24 bits, which is what a float holds.
            const Floats t = to_float(std::bit_cast<Ints>(places.fraction() >> 8)) * 0x1p-24f;
            const auto f = four_frames<format, channels>([&](std::size_t i) __attribute__((always_inline)) {
                return before + places.frame(i) * frame_bytes;
            });
            const auto between = [&](Floats a, Floats b, Floats c, Floats d) __attribute__((always_inline)) {
                if constexpr (straight)
                    return b + (c - b) * t;
                else
                    return hermite(a, b, c, d, t);
            };
            const Floats left = between(f.taps[0].left, f.taps[1].left, f.taps[2].left, f.taps[3].left);
            if constexpr (channels == 2)
                sink.put(left, between(f.taps[0].right, f.taps[1].right, f.taps[2].right, f.taps[3].right),
                         done, count - done);
            else
                sink.put(left, left, done, count - done);
        });
}

[[gnu::always_inline]] inline Pair operator+(Pair a, Pair b) noexcept
{
    return {a.left + b.left, a.right + b.right};
}

} // namespace decant::sampler::DECANT_INSTRUCTION_SET
