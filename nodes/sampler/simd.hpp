// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Vectors as wide as the instruction set that a file is compiled for: GCC's and Clang's vector extensions,
// so that one text serves them all. Included only by kernels-*.cpp. Each has this in a namespace of its own,
// or the linker would pick one set's inline functions for all of them; for the same reason nothing of the
// standard library that is not constexpr is called here.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#ifndef DECANT_INSTRUCTION_SET
#error "define DECANT_INSTRUCTION_SET as the name of the namespace"
#endif

namespace decant::sampler::DECANT_INSTRUCTION_SET
{

#if defined(__AVX512F__)
inline constexpr std::size_t width = 16;
#elif defined(__AVX2__)
inline constexpr std::size_t width = 8;
#else
inline constexpr std::size_t width = 4;
#endif

template <class T, std::size_t n>
struct VectorOf {
    using type __attribute__((vector_size(n * sizeof(T)))) = T;
};

template <class T, std::size_t n = width>
using Vector = typename VectorOf<T, n>::type;

using Floats = Vector<float>;
using Ints = Vector<std::int32_t>;
using Words = Vector<std::uint32_t>;

template <class V>
[[gnu::always_inline]] inline V load(const void* from) noexcept
{
    V vector;
    __builtin_memcpy(&vector, from, sizeof vector);
    return vector;
}

template <class V>
[[gnu::always_inline]] inline void store(void* to, V vector) noexcept
{
    __builtin_memcpy(to, &vector, sizeof vector);
}

[[gnu::always_inline]] inline Floats all(float value) noexcept
{
    return value - Floats{};
}

/// 0, 1, 2 …
template <class T>
[[gnu::always_inline]] inline Vector<T> counting() noexcept
{
    return []<std::size_t... i>(std::index_sequence<i...>) __attribute__((always_inline)) {
        return Vector<T>{static_cast<T>(i)...};
    }(std::make_index_sequence<width>());
}

template <class V>
[[gnu::always_inline]] inline Vector<float, sizeof(V) / 4> to_float(V vector) noexcept
{
    return __builtin_convertvector(vector, Vector<float, sizeof(V) / 4>);
}

/// n 16-bit integers of memory. GCC 12 splits the conversion of a whole vector into halves, and for NEON into
/// numbers.
template <std::size_t n>
[[gnu::always_inline]] inline Vector<std::int32_t, n> widened(const void* from) noexcept
{
#if defined(__AVX512F__)
    if constexpr (n == 16)
        return std::bit_cast<Vector<std::int32_t, n>>(
            _mm512_cvtepi16_epi32(_mm256_loadu_si256(static_cast<const __m256i*>(from))));
#endif
#if defined(__AVX2__)
    if constexpr (n == 8)
        return std::bit_cast<Vector<std::int32_t, n>>(
            _mm256_cvtepi16_epi32(_mm_loadu_si128(static_cast<const __m128i*>(from))));
#endif
#if defined(__aarch64__)
    if constexpr (n == 4)
        return std::bit_cast<Vector<std::int32_t, n>>(vmovl_s16(load<int16x4_t>(from)));
#endif
    return __builtin_convertvector(load<Vector<std::int16_t, n>>(from), Vector<std::int32_t, n>);
}

namespace detail
{

template <class V, class Index, std::size_t... i>
[[gnu::always_inline]] inline auto shuffled(V a, V b, Index, std::index_sequence<i...>) noexcept
{
    return __builtin_shufflevector(a, b, Index::at(i)...);
}

} // namespace detail

/// A vector of n elements of a and b together; element i is number Index::at(i).
template <class Index, std::size_t n, class V>
[[gnu::always_inline]] inline auto shuffle(V a, V b) noexcept
{
    return detail::shuffled(a, b, Index{}, std::make_index_sequence<n>());
}

struct Counted {
    static constexpr int at(std::size_t i) { return static_cast<int>(i); }
};

/// a, then b.
template <class V>
[[gnu::always_inline]] inline auto joined(V a, V b) noexcept
{
    return shuffle<Counted, 2 * sizeof(V) / sizeof(a[0])>(a, b);
}

// Of two vectors in runs of `stride` elements. To blend costs next to nothing where there is an instruction
// for it; elsewhere to pair takes fewer.

template <std::size_t stride, bool first>
struct Blended { // alternately from one and from the other
    static constexpr int at(std::size_t i)
    {
        return static_cast<int>(((i / stride) % 2 == 0) == first ? i : i + width);
    }
};

template <std::size_t stride>
struct Swapped { // neighbours
    static constexpr int at(std::size_t i) { return static_cast<int>(i ^ stride); }
};

template <std::size_t stride, bool odd>
struct Paired { // each even, or odd, one of the one before the same of the other
    static constexpr int at(std::size_t i)
    {
        const std::size_t run = i % (2 * stride) < stride ? i : i - stride + width;
        return static_cast<int>(odd ? run + stride : run);
    }
};

/// Halves two vectors of partial sums into one: every second run of `stride` elements is of b.
template <std::size_t stride>
[[gnu::always_inline]] inline Floats merged(Floats a, Floats b) noexcept
{
#if defined(__AVX2__)
    const Floats other = shuffle<Blended<stride, false>, width>(a, b);
    return shuffle<Blended<stride, true>, width>(a, b) + shuffle<Swapped<stride>, width>(other, other);
#else
    return shuffle<Paired<stride, false>, width>(a, b) + shuffle<Paired<stride, true>, width>(a, b);
#endif
}

} // namespace decant::sampler::DECANT_INSTRUCTION_SET
