// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <vector>

/// Traps what an audio thread must not do: allocations and locks by taking glibc's place for them, system
/// calls by a filter that the kernel applies to the thread alone, page faults by asking for their number. Not
/// for programs with sanitizers, which take that place themselves.
namespace decant::tests
{

/// What a thread did while the traps were set.
struct Trapped {
    int allocations = 0; ///< and what was given back
    int locks = 0;
    int system_calls = 0; ///< that are not allowed
    int last_system_call = -1;
    long page_faults = 0;
};

/// Skips the test where the kernel traps nothing.
void skip_where_nothing_can_be_trapped();

/// Runs `work` twice on a thread of its own, the second time with the traps set: the first time it touches
/// its pages, and the dynamic linker does what it has put off. System calls of `allowed` pass, as do the
/// futex and what the end of a thread takes. One at a time. Throws std::system_error.
[[nodiscard]] Trapped trapped(const std::function<void()>& work, const std::vector<int>& allowed = {});

} // namespace decant::tests
