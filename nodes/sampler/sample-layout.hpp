// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// The bytes of samples as vectors of numbers, and which frames a vector of output reads. See simd.hpp for who
// includes this.

#include "nodes/sampler/kernels.hpp"
#include "nodes/sampler/simd.hpp"

namespace decant::sampler::DECANT_INSTRUCTION_SET
{

struct Pair {
    Floats left;
    Floats right;
};

template <std::size_t n>
struct ChannelPair {
    Vector<float, n> left;
    Vector<float, n> right;
};

struct Evens {
    static constexpr int at(std::size_t i) { return static_cast<int>(2 * i); }
};
struct Odds {
    static constexpr int at(std::size_t i) { return static_cast<int>(2 * i + 1); }
};

/// Three bytes into the upper ones of four; the low one comes from the second, zero vector.
struct Bytes24 {
    static constexpr int at(std::size_t i)
    {
        return static_cast<int>(i % 4 == 0 ? 16 : i / 4 * 3 + i % 4 - 1);
    }
};

[[gnu::always_inline]] inline Vector<std::int32_t, 4> four24(const std::byte* from) noexcept
{
#if defined(__aarch64__)
    // In a table of one register number 16 is no byte but zero.
    const auto places = []<std::size_t... i>(std::index_sequence<i...>) __attribute__((always_inline)) {
        return uint8x16_t{Bytes24::at(i)...};
    }(std::make_index_sequence<16>());
    return std::bit_cast<Vector<std::int32_t, 4>>(vqtbl1q_u8(load<uint8x16_t>(from), places));
#else
    using Bytes = Vector<std::int8_t, 16>;
    return std::bit_cast<Vector<std::int32_t, 4>>(shuffle<Bytes24, 16>(load<Bytes>(from), Bytes{}));
#endif
}

/// n consecutive 24-bit integers, times 256.
template <std::size_t n>
[[gnu::always_inline]] inline Vector<std::int32_t, n> widened24(const std::byte* from) noexcept
{
    if constexpr (n == 4)
        return four24(from);
    else
        return joined(widened24<n / 2>(from), widened24<n / 2>(from + n / 2 * 3));
}

/// A sample's layout: its bytes to numbers, which `scale` makes full scale 1.
template <SampleFormat format, unsigned channel_count>
struct Layout {
    static constexpr unsigned channels = channel_count;
    static constexpr std::size_t frame_bytes = channels * bytes_of(format);
    static constexpr float scale = format == SampleFormat::float32 ? 1.0f
                                   : format == SampleFormat::int24 ? 0x1p-31f
                                   : channels == 2 ? 0x1p-31f // the halves of a word, see below
                                                   : 0x1p-15f;

    /// n consecutive values.
    template <std::size_t n>
    [[gnu::always_inline]] static Vector<float, n> values(const std::byte* from) noexcept
    {
        if constexpr (format == SampleFormat::float32)
            return load<Vector<float, n>>(from);
        else if constexpr (format == SampleFormat::int24)
            return to_float(widened24<n>(from));
        else
            return to_float(widened<n>(from));
    }

    /// Splits words that hold a frame of 16-bit stereo: each half becomes the upper one.
    template <class W>
    [[gnu::always_inline]] static auto split(W words) noexcept
    {
        using Signed = Vector<std::int32_t, sizeof(W) / 4>;
        using Unsigned = Vector<std::uint32_t, sizeof(W) / 4>;
        const auto bits = std::bit_cast<Unsigned>(words);
        return ChannelPair<sizeof(W) / 4>{to_float(std::bit_cast<Signed>(bits << 16)),
                                          to_float(std::bit_cast<Signed>(bits & 0xffff0000u))};
    }

    /// n consecutive frames of a stereo sample.
    template <std::size_t n>
    [[gnu::always_inline]] static ChannelPair<n> frames(const std::byte* from) noexcept
    {
        if constexpr (format == SampleFormat::int16) {
            return split(load<Vector<std::uint32_t, n>>(from));
        } else {
            const auto first = values<n>(from);
            const auto second = values<n>(from + n * bytes_of(format));
            return {shuffle<Evens, n>(first, second), shuffle<Odds, n>(first, second)};
        }
    }
};

/// Where the next vector of frames is read.
template <bool whole>
class Places
{
    std::uint64_t position_;
    std::uint64_t increment_;
    std::uint64_t last_;
    Words fraction_;
    Words fraction_step_;

public:
    [[gnu::always_inline]] Places(const Cursor& cursor, std::uint32_t done, std::uint32_t count) noexcept
        : position_(cursor.position + done * cursor.increment), increment_(cursor.increment),
          last_(cursor.position + (count - 1) * cursor.increment),
          fraction_(counting<std::uint32_t>() * static_cast<std::uint32_t>(increment_) +
                    static_cast<std::uint32_t>(position_)),
          fraction_step_(Words{} + static_cast<std::uint32_t>(increment_ * width))
    {
    }

    /// The whole frame that output i reads at. Those behind the last output read where that one does.
    [[gnu::always_inline]] std::ptrdiff_t frame(std::size_t i) const noexcept
    {
        std::uint64_t at = position_ + i * increment_;
        if constexpr (!whole)
            at = at < last_ ? at : last_;
        return static_cast<std::ptrdiff_t>(at >> position_bits);
    }

    [[gnu::always_inline]] Words fraction() const noexcept { return fraction_; }

    [[gnu::always_inline]] void next() noexcept
    {
        position_ += increment_ * width;
        fraction_ += fraction_step_;
    }
};

/// Calls `body(places, done)` for each vector of frames, the last one with places that stay in range.
template <class Body>
[[gnu::always_inline]] inline void for_each_vector(const Cursor& cursor, std::uint32_t count,
                                                   Body&& body) noexcept
{
    std::uint32_t done = 0;
    for (Places<true> places(cursor, 0, count); done + width <= count; done += width, places.next())
        body(places, done);
    if (done < count)
        body(Places<false>(cursor, done, count), done);
}

} // namespace decant::sampler::DECANT_INSTRUCTION_SET
