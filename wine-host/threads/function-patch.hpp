// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace decant::host
{

/// Makes a function of Wine that is made for it (DECLSPEC_HOTPATCH) call `replacement` instead. Returns what
/// calls the original, or null if the function does not begin as expected, and then it is left alone. Before
/// other threads may call it. [main]
[[nodiscard]] void* patch_function(void* function, void* replacement) noexcept;

/// The same for a system call of ntdll, whose few bytes are copied; 64-bit only. [main]
[[nodiscard]] void* patch_system_call(void* function, void* replacement) noexcept;

} // namespace decant::host
