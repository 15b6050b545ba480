// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <sys/types.h>
#include <vector>

/// The audio thread of a host, which is another process' and only says itself which one it is.
namespace decant::bridge
{

/// A thread's policy and priority, to be given back.
struct Scheduling {
    int policy;   ///< SCHED_FIFO …
    int priority; ///< 1..99, 0 for one that is not real-time
};

/// A thread, and the process it is one of.
struct HostThread {
    pid_t thread = 0; ///< 0: none is known
    pid_t process = 0;
};

/// The thread that a host says is its own, if it is one of `child` or of a descendant of it (Wine may be
/// started by a script). A host could name any thread of this user; no other may be touched. Reads /proc.
/// [any but rt]
[[nodiscard]] std::optional<HostThread> verified_thread(pid_t claimed, pid_t child) noexcept;

/// Nothing if the thread is gone. [any]
[[nodiscard]] std::optional<Scheduling> scheduling_of(pid_t thread) noexcept;

/// Whether it runs, or would if it were given a CPU: as the kernel says, whatever the host does. Also if that
/// cannot be known. Reads /proc. [any but rt]
[[nodiscard]] bool wants_cpu(HostThread thread) noexcept;

/// Makes it an ordinary thread, which no real-time thread has to wait for. Needs no privilege. [any]
bool demote(pid_t thread) noexcept;

/// Gives it back what it had. Needs RLIMIT_RTPRIO in the host's process, which it has inherited. [any]
bool promote(pid_t thread, Scheduling scheduling) noexcept;

/// Lets it run on these CPUs only. False if the thread is gone, or is not allowed there. [any but rt]
bool bind_to(pid_t thread, const std::vector<unsigned>& cpus) noexcept;

/// CPU time that all its threads have used (ns); zero if it is gone. The kernel tells it of processes, and of
/// threads of our own only. [any]
[[nodiscard]] std::uint64_t cpu_time_nsec(pid_t process) noexcept;

} // namespace decant::bridge
