// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/syscall-counter.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <linux/perf_event.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace decant::bench
{

namespace
{

constexpr const char* tracefs = "/sys/kernel/tracing";
constexpr const char* id_file = "/sys/kernel/tracing/events/raw_syscalls/sys_enter/id";

/// In a process and a mount namespace of its own; only system calls after the fork.
[[noreturn]] void print_id(int out) noexcept
{
    if (unshare(CLONE_NEWNS) == 0 && mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
        mount("tracefs", tracefs, "tracefs", 0, nullptr) == 0) {
        std::array<char, 32> text;
        const int in = open(id_file, O_RDONLY | O_CLOEXEC);
        const ssize_t size = in < 0 ? -1 : read(in, text.data(), text.size());
        if (size > 0 && write(out, text.data(), static_cast<std::size_t>(size)) == size)
            _exit(0);
    }
    _exit(1);
}

std::optional<std::uint64_t> id_from_private_mount()
{
    std::array<int, 2> ends;
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        return std::nullopt;
    const pid_t child = fork();
    if (child == 0)
        print_id(ends[1]);
    close(ends[1]);
    std::array<char, 32> text{};
    const ssize_t size = child < 0 ? -1 : read(ends[0], text.data(), text.size() - 1);
    close(ends[0]);
    if (child > 0)
        waitpid(child, nullptr, 0);
    return size > 0 ? std::optional(std::strtoull(text.data(), nullptr, 10)) : std::nullopt;
}

} // namespace

std::optional<std::uint64_t> syscall_tracepoint()
{
    std::ifstream in(id_file);
    std::uint64_t id = 0;
    return in >> id ? std::optional(id) : id_from_private_mount();
}

SyscallCounter::SyscallCounter(std::uint64_t tracepoint, const std::vector<pid_t>& threads)
{
    perf_event_attr attributes{};
    attributes.type = PERF_TYPE_TRACEPOINT;
    attributes.size = sizeof attributes;
    attributes.config = tracepoint;
    attributes.inherit = 1;
    events_.reserve(threads.size());
    for (const pid_t thread : threads) {
        const long event = syscall(SYS_perf_event_open, &attributes, thread, -1, -1, PERF_FLAG_FD_CLOEXEC);
        if (event >= 0) {
            events_.push_back(static_cast<int>(event));
        } else if (errno != ESRCH) {
            const std::system_error error(errno, std::generic_category(), "perf_event_open");
            for (const int opened : events_)
                close(opened);
            throw error;
        }
    }
}

SyscallCounter::~SyscallCounter()
{
    for (const int event : events_)
        close(event);
}

std::uint64_t SyscallCounter::count() const
{
    std::uint64_t sum = 0;
    for (const int event : events_) {
        std::uint64_t value = 0;
        if (read(event, &value, sizeof value) != sizeof value)
            throw std::system_error(errno, std::generic_category(), "the count of system calls");
        sum += value;
    }
    return sum;
}

} // namespace decant::bench
