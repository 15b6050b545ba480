// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// Marks a function that the audio thread runs: no allocation, lock, log, exception or system call but the
/// futex and sched_yield. Written after `noexcept`. Clang 20 and later check it (-Wfunction-effects); for
/// others it is a word to the reader.
#if defined(__clang__) && __clang_major__ >= 20
#define DECANT_REALTIME [[clang::nonblocking]]
#else
#define DECANT_REALTIME
#endif
