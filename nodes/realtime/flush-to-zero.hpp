// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"

#include <cstdint>

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace decant::nodes
{

/// While it lives, the calling thread treats denormal numbers as zero (FTZ and DAZ): decaying filters and
/// envelopes would otherwise cost up to a hundred times more per sample. Restores what was set before. [rt]
class FlushToZero
{
#if defined(__SSE__)
    static constexpr std::uint32_t flush_and_denormals_are_zero = 0x8040;

    std::uint32_t before_ = _mm_getcsr();

    static void set(std::uint32_t state) noexcept { _mm_setcsr(state); }
#elif defined(__aarch64__)
    static constexpr std::uint64_t flush_and_denormals_are_zero = std::uint64_t{1} << 24;

    std::uint64_t before_ = get();

    static std::uint64_t get() noexcept
    {
        std::uint64_t state;
        __asm__ volatile("mrs %0, fpcr" : "=r"(state));
        return state;
    }

    static void set(std::uint64_t state) noexcept { __asm__ volatile("msr fpcr, %0" ::"r"(state)); }
#else
    static constexpr std::uint32_t flush_and_denormals_are_zero = 0;

    std::uint32_t before_ = 0;

    static void set(std::uint32_t) noexcept {}
#endif

public:
    FlushToZero() noexcept DECANT_REALTIME { set(before_ | flush_and_denormals_are_zero); }
    ~FlushToZero() DECANT_REALTIME { set(before_); }
    FlushToZero(const FlushToZero&) = delete;
    FlushToZero& operator=(const FlushToZero&) = delete;
};

} // namespace decant::nodes
