// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <xmmintrin.h>

namespace decant::host
{

/// For the calling thread, until somebody changes the control word. [any]
inline void treat_denormals_as_zero() noexcept
{
    constexpr unsigned flush_and_treat_denormals_as_zero = 0x8040;
    _mm_setcsr(_mm_getcsr() | flush_and_treat_denormals_as_zero);
}

} // namespace decant::host
