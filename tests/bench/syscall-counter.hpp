// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <sys/types.h>
#include <vector>

namespace decant::bench
{

/// The kernel's number of the tracepoint that every system call passes (`raw_syscalls:sys_enter`); nothing if
/// this user may not read it or the kernel has none. Mounts tracefs, out of everybody's sight, where nobody
/// has done so: to be called before there are other threads.
std::optional<std::uint64_t> syscall_tracepoint();

/// Counts the system calls that threads make, exactly and without stopping them. Each call takes a little
/// longer meanwhile, so that times are measured without it.
class SyscallCounter
{
    std::vector<int> events_;

public:
    /// Counts from now on. Threads that a counted one starts later are counted too, threads that are gone are
    /// left out. Throws std::system_error if the kernel does not let us.
    SyscallCounter(std::uint64_t tracepoint, const std::vector<pid_t>& threads);
    ~SyscallCounter();
    SyscallCounter(const SyscallCounter&) = delete;
    SyscallCounter& operator=(const SyscallCounter&) = delete;

    [[nodiscard]] std::uint64_t count() const;
};

} // namespace decant::bench
