// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#define DECANT_INSTRUCTION_SET avx512
#include "nodes/sampler/kernel-set.hpp"

namespace decant::sampler
{

extern const KernelSet avx512_kernels;
constinit const KernelSet avx512_kernels = avx512::kernel_set("avx512");

} // namespace decant::sampler
