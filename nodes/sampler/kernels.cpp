// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/kernels.hpp"

#include <cstdlib>

namespace decant::sampler
{

extern const KernelSet baseline_kernels; // of the instruction set that everything else is compiled for
#if defined(__x86_64__) && !defined(DECANT_BASELINE_KERNELS_ONLY)
#define DECANT_X86_KERNELS
extern const KernelSet avx2_kernels;
extern const KernelSet avx512_kernels;
#endif

namespace
{

// Each needs what those before it need, and more.
#if defined(DECANT_X86_KERNELS)
constexpr std::array built{&baseline_kernels, &avx2_kernels, &avx512_kernels};
#else
constexpr std::array built{&baseline_kernels};
#endif

/// How many of them this processor, and the system, can run.
std::size_t count_runnable() noexcept
{
#if defined(DECANT_X86_KERNELS)
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        return 1;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl"))
        return 2;
#endif
    return built.size();
}

struct Available {
    std::span<const KernelSet* const> sets = built_kernels().first(count_runnable());
    const KernelSet* chosen = &chosen_kernels(sets, std::getenv("DECANT_SIMD"));
};

const Available available;

} // namespace

std::span<const KernelSet* const> built_kernels() noexcept
{
    return built;
}

std::span<const KernelSet* const> all_kernels() noexcept
{
    return available.sets;
}

const KernelSet& chosen_kernels(std::span<const KernelSet* const> sets, const char* wanted) noexcept
{
    for (const KernelSet* const set : sets)
        if (wanted != nullptr && set->name == wanted)
            return *set;
    return *sets.back();
}

const KernelSet& kernels() noexcept DECANT_REALTIME
{
    return *available.chosen;
}

} // namespace decant::sampler
