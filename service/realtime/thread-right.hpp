// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace decant::service
{

class RealtimeKit;

/// By what right a thread runs before others, the worst first.
enum class ThreadRight : std::uint8_t {
    none,
    nice,   ///< it is not real-time, but is given more of the CPU
    rtkit,  ///< RealtimeKit has made it real-time, and may take it back
    limits, ///< its user's limits allow it to be real-time
};

/// "none", "nice", "rtkit", "limits".
[[nodiscard]] std::string_view to_text(ThreadRight right) noexcept;

/// What a thread, of this process or of another one of this user, is to have.
struct ThreadWish {
    pid_t process = 0;
    pid_t thread = 0;
    int priority = 0; ///< of SCHED_FIFO, 1..98; 0: not real-time
    int nice = -11;   ///< if real time is not to be had; as PipeWire's own
    /// The process gives way when SIGXCPU tells it that a thread has run for too long: what RealtimeKit makes
    /// real-time has a time limit, and whoever does not is killed.
    bool gives_way = false;
};

struct ThreadGrant {
    ThreadRight right = ThreadRight::none;
    std::string problem; ///< why it is no better one, for people
};

/// Gives the thread the best that is to be had: first by its limits, then by RealtimeKit, else a nice. Waits
/// for some seconds if D-Bus does not answer. [any but rt]
[[nodiscard]] ThreadGrant grant(const ThreadWish& wish, RealtimeKit& kit);

/// Whether SIGXCPU has come since the process, which gives way, was given a time limit here: the kernel and
/// the host move that then. [any]
[[nodiscard]] bool ran_over(pid_t process) noexcept;

} // namespace decant::service
