// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace decant::host
{

struct Options {
    std::string region;  ///< path of the memory of the only plugin; empty for a group
    std::string group;   ///< path of the one through which the plugins of a group are added; empty without
    int rt_priority = 0; ///< of SCHED_FIFO for the audio thread, 1..99; 0: not asked for
    std::string title;   ///< for people: the node's name; names the process in top
};

/// Throws std::runtime_error with the usage.
[[nodiscard]] Options parse_options(int count, const wchar_t* const* arguments);

} // namespace decant::host
