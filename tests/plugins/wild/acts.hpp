// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace decant::tests
{

/// What the wild plugin does when its parameter `Act` is set to one of these, 64 steps from 0 to 1. It moves
/// the parameter back to zero first, so that it behaves after it was started again, and a little later acts.
enum class WildAct : int {
    none,
    access_violation,
    stack_overflow,
    endless_loop,    ///< in its process call
    sleep,           ///< of five seconds, in its process call
    exit,            ///< exit(0)
    exception,       ///< of C++, which nobody catches
    not_a_number,    ///< NaN and infinity for half a second
    denormals,       ///< for half a second
    parameter_storm, ///< moves its parameter `Whirl` ten thousand times in each block of half a second
    event_storm,     ///< a million MIDI messages in one block
    overrun,         ///< writes 256 KiB beyond the end of its last output, for half a second
    heavy,           ///< its state has ten megabytes from now on
    latency,         ///< 480 frames more
    save_hang,       ///< the next time it is asked for its state it does not answer
};

inline constexpr int wild_steps = 64;

} // namespace decant::tests
