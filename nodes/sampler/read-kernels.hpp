// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// How samples are read: fetch, convert, interpolate, and mix with a ramp of gains, in one pass. See simd.hpp
// for who includes this.

#include "nodes/sampler/kernels.hpp"
#include "nodes/sampler/simd.hpp"

namespace decant::sampler::DECANT_INSTRUCTION_SET
{

/// Adds vectors of frames to a bus, along a ramp. Samples come as integers or full-scale floats; `scale`
/// makes the former the latter.
class MixSink
{
    Floats left_gain_, right_gain_, left_step_, right_step_;
    float* left_;
    float* right_;

    [[gnu::always_inline]] static void add(float* to, Floats frames, std::uint32_t count) noexcept
    {
        if (count >= width) {
            store(to, load<Floats>(to) + frames);
        } else {
            for (std::uint32_t i = 0; i < count; ++i)
                to[i] += frames[i];
        }
    }

public:
    [[gnu::always_inline]] MixSink(const GainRamp& ramp, float scale, float* left, float* right) noexcept
        : left_gain_((all(ramp.left) + counting<float>() * ramp.left_step) * scale),
          right_gain_((all(ramp.right) + counting<float>() * ramp.right_step) * scale),
          left_step_(all(ramp.left_step * scale * width)), right_step_(all(ramp.right_step * scale * width)),
          left_(left), right_(right)
    {
    }

    [[gnu::always_inline]] void put(Floats left, Floats right, std::uint32_t frame,
                                    std::uint32_t count) noexcept
    {
        add(left_ + frame, left * left_gain_, count);
        add(right_ + frame, right * right_gain_, count);
        left_gain_ += left_step_;
        right_gain_ += right_step_;
    }
};

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
    using Bytes = Vector<std::int8_t, 16>;
    return std::bit_cast<Vector<std::int32_t, 4>>(shuffle<Bytes24, 16>(load<Bytes>(from), Bytes{}));
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

template <std::size_t stride>
[[gnu::always_inline]] inline Pair merged(Pair a, Pair b) noexcept
{
    return {merged<stride>(a.left, b.left), merged<stride>(a.right, b.right)};
}

// The sums over each output's taps. partial(i) is a vector of parts of the sum of output i, or of as many
// outputs as a vector has room for, `count` apart. Goes depth first, so that few vectors live at a time.
template <std::size_t first, std::size_t count, class Partial>
[[gnu::always_inline]] inline auto summed(const Partial& partial) noexcept
{
    if constexpr (count == 1)
        return partial(first);
    else
        return merged<count / 2>(summed<first, count / 2>(partial),
                                 summed<first + count / 2, count / 2>(partial));
}

// The taps of one output, added up until one vector is left.
template <SampleFormat format, unsigned channels, std::uint32_t fixed_taps>
class Convolution
{
    using L = Layout<format, channels>;

    static constexpr std::size_t half = width / 2;

    // Sums with the row before the phase and the one behind it.
    struct Sums {
        Pair before{};
        Pair behind{};
    };

    [[gnu::always_inline]] static void add(Sums& sums, Pair frames, Floats row, Floats next) noexcept
    {
        sums.before.left += frames.left * row;
        sums.behind.left += frames.left * next;
        if constexpr (channels == 2) {
            sums.before.right += frames.right * row;
            sums.behind.right += frames.right * next;
        }
    }

public:
    template <std::size_t n>
    [[gnu::always_inline]] static auto frames(const std::byte* from) noexcept
    {
        if constexpr (channels == 2)
            return L::template frames<n>(from);
        else
            return ChannelPair<n>{L::template values<n>(from), {}};
    }

    [[gnu::always_inline]] static auto result(Pair sum) noexcept
    {
        if constexpr (channels == 2)
            return sum;
        else
            return sum.left;
    }

    [[gnu::always_inline]] static auto of(const std::byte* from, const float* row, float weight,
                                          std::uint32_t cursor_taps) noexcept
    {
        if constexpr (fixed_taps == width) {
            const Floats first = load<Floats>(row);
            const Floats taps = first + weight * (load<Floats>(row + width) - first);
            const auto f = frames<width>(from);
            if constexpr (channels == 2)
                return Pair{f.left * taps, f.right * taps};
            else
                return f.left * taps;
        } else {
            const std::uint32_t taps = fixed_taps != 0 ? fixed_taps : cursor_taps;
            Sums sums;
            std::uint32_t tap = 0;
            // Unrolled as far as it pays; narrow vectors would fill the instruction cache.
#pragma GCC unroll 4
            for (; tap + width <= taps; tap += width) {
                const auto f = frames<width>(from + tap * L::frame_bytes);
                Pair pair{f.left, {}};
                if constexpr (channels == 2)
                    pair.right = f.right;
                add(sums, pair, load<Floats>(row + tap), load<Floats>(row + taps + tap));
            }
            if constexpr (fixed_taps == 0 && width == 16) {
                if (tap < taps) {
                    const Vector<float, half> none{};
                    const auto f = frames<half>(from + tap * L::frame_bytes);
                    Pair pair{joined(f.left, none), {}};
                    if constexpr (channels == 2)
                        pair.right = joined(f.right, none);
                    add(sums, pair, joined(load<Vector<float, half>>(row + tap), none),
                        joined(load<Vector<float, half>>(row + taps + tap), none));
                }
            }
            Pair sum{sums.before.left + weight * (sums.behind.left - sums.before.left), {}};
            if constexpr (channels == 2)
                sum.right = sums.before.right + weight * (sums.behind.right - sums.before.right);
            return result(sum);
        }
    }

    // Two outputs in one vector, for kernels half as long as it.
    [[gnu::always_inline]] static auto of_two(const std::byte* from_a, const std::byte* from_b,
                                              const float* row_a, const float* row_b, float weight_a,
                                              float weight_b) noexcept
    {
        using Half = Vector<float, half>;
        const auto a = load<Half>(row_a);
        const auto b = load<Half>(row_b);
        const Floats taps = joined(a + weight_a * (load<Half>(row_a + half) - a),
                                   b + weight_b * (load<Half>(row_b + half) - b));
        const auto f = frames<half>(from_a);
        const auto g = frames<half>(from_b);
        if constexpr (channels == 2)
            return Pair{joined(f.left, g.left) * taps, joined(f.right, g.right) * taps};
        else
            return joined(f.left, g.left) * taps;
    }
};

template <SampleFormat format, unsigned channels, std::uint32_t fixed_taps>
[[gnu::always_inline]] inline void sinc(const Cursor& cursor, std::uint32_t count, MixSink sink) noexcept
{
    using C = Convolution<format, channels, fixed_taps>;
    constexpr auto frame_bytes = static_cast<std::ptrdiff_t>(Layout<format, channels>::frame_bytes);
    const std::uint32_t taps = fixed_taps != 0 ? fixed_taps : cursor.taps;
    const std::byte* const first = cursor.data - (static_cast<std::ptrdiff_t>(taps / 2) - 1) * frame_bytes;
    const std::uint32_t phase_bits = cursor.phase_bits;
    for_each_vector(
        cursor, count, [&](const auto& places, std::uint32_t done) __attribute__((always_inline)) {
            alignas(64) std::uint32_t offsets[width];
            alignas(64) float weights[width];
            const Words fraction = places.fraction();
            store(offsets, (fraction >> (32 - phase_bits)) * taps);
            store(weights, to_float(std::bit_cast<Ints>(fraction << phase_bits >> 8)) * 0x1p-24f);
            const auto from = [&](std::size_t i) __attribute__((always_inline)) {
                return first + places.frame(i) * frame_bytes;
            };
            const auto sums = [&]() __attribute__((always_inline)) {
                if constexpr (fixed_taps != 0 && fixed_taps * 2 == width)
                    return summed<0, width / 2>([&](std::size_t i) __attribute__((always_inline)) {
                        const std::size_t j = i + width / 2;
                        return C::of_two(from(i), from(j), cursor.rows + offsets[i], cursor.rows + offsets[j],
                                         weights[i], weights[j]);
                    });
                else
                    return summed<0, width>([&](std::size_t i) __attribute__((always_inline)) {
                        return C::of(from(i), cursor.rows + offsets[i], weights[i], taps);
                    });
            }();
            if constexpr (channels == 2)
                sink.put(sums.left, sums.right, done, count - done);
            else
                sink.put(sums, sums, done, count - done);
        });
}

template <SampleFormat format, unsigned channels, KernelSet::Shape shape>
[[gnu::always_inline]] inline void run(const Cursor& cursor, std::uint32_t count, MixSink sink) noexcept
{
    using Shape = KernelSet::Shape;
    if constexpr (shape == Shape::copy)
        copy<Layout<format, channels>>(cursor, count, sink);
    else if constexpr (shape == Shape::linear || shape == Shape::four_point)
        points<format, channels, shape == Shape::linear>(cursor, count, sink);
    else
        sinc<format, channels,
             shape == Shape::sinc8    ? 8
             : shape == Shape::sinc16 ? 16
                                      : 0>(cursor, count, sink);
}

template <SampleFormat format, unsigned channels, KernelSet::Shape shape>
void mix(const Cursor& cursor, std::uint32_t count, const GainRamp& ramp, float* left, float* right) noexcept
{
    run<format, channels, shape>(cursor, count, MixSink(ramp, Layout<format, channels>::scale, left, right));
}

inline void mix_frames(const float* from_left, const float* from_right, std::uint32_t count,
                       const GainRamp& ramp, float* left, float* right) noexcept
{
    MixSink sink(ramp, 1, left, right);
    // The rows that frames come from are as long as any vector.
    for (std::uint32_t done = 0; done < count; done += width)
        sink.put(load<Floats>(from_left + done), load<Floats>(from_right + done), done, count - done);
}

} // namespace decant::sampler::DECANT_INSTRUCTION_SET
