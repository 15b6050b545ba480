// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#define DECANT_INSTRUCTION_SET baseline
#include "nodes/sampler/kernel-set.hpp"

namespace decant::sampler
{

#if defined(__aarch64__)
constexpr std::string_view baseline_name = "neon";
#else
constexpr std::string_view baseline_name = "sse2";
#endif

extern const KernelSet baseline_kernels;
constinit const KernelSet baseline_kernels = baseline::kernel_set(baseline_name);

} // namespace decant::sampler
