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

struct Available {
    std::array<const KernelSet*, 3> sets{&baseline_kernels};
    std::size_t count = 1;
    const KernelSet* chosen = &baseline_kernels;

    Available()
    {
#if defined(DECANT_X86_KERNELS)
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
            sets[count++] = &avx2_kernels;
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
            __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
            sets[count++] = &avx512_kernels;
#endif
        chosen = sets[count - 1];
        const char* const wanted = std::getenv("DECANT_SIMD");
        for (std::size_t index = 0; wanted != nullptr && index < count; ++index)
            if (sets[index]->name == wanted)
                chosen = sets[index];
    }
};

const Available available;

} // namespace

const KernelSet& kernels() noexcept DECANT_REALTIME
{
    return *available.chosen;
}

std::span<const KernelSet* const> all_kernels() noexcept
{
    return {available.sets.data(), available.count};
}

} // namespace decant::sampler
