// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Reads through a windowed sinc. See simd.hpp for who includes this.

#include "nodes/sampler/mix-sink.hpp"
#include "nodes/sampler/sample-layout.hpp"

namespace decant::sampler::DECANT_INSTRUCTION_SET
{

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
            // As wide as a pointer: counted in 32 bits, every address would be calculated apart.
            const std::size_t taps = fixed_taps != 0 ? fixed_taps : cursor_taps;
            const float* const next = row + taps;
            Sums sums;
            std::size_t tap = 0;
            // Unrolled as far as it pays; narrow vectors would fill the instruction cache.
#pragma GCC unroll 4
            for (; tap + width <= taps; tap += width) {
                const auto f = frames<width>(from + tap * L::frame_bytes);
                Pair pair{f.left, {}};
                if constexpr (channels == 2)
                    pair.right = f.right;
                add(sums, pair, load<Floats>(row + tap), load<Floats>(next + tap));
            }
            if constexpr (fixed_taps == 0 && width == 16) {
                if (tap < taps) {
                    const Vector<float, half> none{};
                    const auto f = frames<half>(from + tap * L::frame_bytes);
                    Pair pair{joined(f.left, none), {}};
                    if constexpr (channels == 2)
                        pair.right = joined(f.right, none);
                    add(sums, pair, joined(load<Vector<float, half>>(row + tap), none),
                        joined(load<Vector<float, half>>(next + tap), none));
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

} // namespace decant::sampler::DECANT_INSTRUCTION_SET
