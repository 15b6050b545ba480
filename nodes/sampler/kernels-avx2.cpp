// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#define DECANT_INSTRUCTION_SET avx2
#include "nodes/sampler/kernel-set.hpp"

namespace decant::sampler
{

extern const KernelSet avx2_kernels;
constinit const KernelSet avx2_kernels = avx2::kernel_set("avx2");

} // namespace decant::sampler
