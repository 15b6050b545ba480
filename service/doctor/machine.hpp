// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/doctor/facts.hpp"

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace decant::doctor
{

struct Thread {
    pid_t id = 0;
    std::string name;
    int policy = 0;   ///< SCHED_OTHER …
    int priority = 0; ///< real-time, 0: not
    int nice = 0;

    [[nodiscard]] bool realtime() const noexcept;
};

struct Process {
    pid_t id = 0;
    std::string name; ///< at most 15 letters
    uid_t owner = 0;
    std::vector<std::string> arguments; ///< none: a thread of the kernel
    std::vector<Thread> threads;
};

/// Of a resource limit.
inline constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

/// A machine as its files show it: /proc, /sys, /etc … below a root, which may be a copy of another
/// machine's. Nothing that is read is believed to be well-formed: what is not as expected is as if it were
/// missing. All functions: [main].
class Machine
{
    std::filesystem::path root_;
    mutable std::optional<std::vector<Process>> processes_;
    mutable std::optional<std::map<std::string, std::string>> kernel_options_;

    [[nodiscard]] std::optional<Process> read_process(const std::string& id) const;

public:
    Facts facts;

    explicit Machine(std::filesystem::path root = "/");

    [[nodiscard]] const std::filesystem::path& root() const noexcept { return root_; }

    /// Where `path`, which is absolute, lies.
    [[nodiscard]] std::filesystem::path at(std::string_view path) const;

    /// A file's text without the last line's end; nothing if it cannot be read. At most some megabytes.
    [[nodiscard]] std::optional<std::string> text(std::string_view path) const;
    [[nodiscard]] std::optional<long long> number(std::string_view path) const;
    [[nodiscard]] bool exists(std::string_view path) const;
    /// What a symbolic link says.
    [[nodiscard]] std::optional<std::string> link(std::string_view path) const;
    /// Names in a directory, in order; none if it cannot be read.
    [[nodiscard]] std::vector<std::string> names(std::string_view directory) const;

    [[nodiscard]] const std::vector<Process>& processes() const;
    /// Those of the user whose name begins so.
    [[nodiscard]] std::vector<const Process*> own_processes(std::string_view name) const;
    /// Those of the user that run Decant's Windows host.
    [[nodiscard]] std::vector<const Process*> wine_hosts() const;
    /// The user's `systemd --user`.
    [[nodiscard]] const Process* user_manager() const;

    /// The hard limit, from a row of /proc/PROCESS/limits.
    [[nodiscard]] std::optional<std::uint64_t> limit(const std::string& process, std::string_view row) const;
    /// A field of /proc/PROCESS/status.
    [[nodiscard]] std::optional<std::string> status(const std::string& process, std::string_view field) const;
    /// Whether it may do what the bit of <linux/capability.h> allows.
    [[nodiscard]] bool capable(const std::string& process, unsigned capability) const;
    [[nodiscard]] std::map<std::string, std::string> environment_of(pid_t process) const;

    /// The options that the running kernel was built with, from whatever has them; empty if nothing has.
    [[nodiscard]] const std::map<std::string, std::string>& kernel_options() const;
    /// A parameter of the kernel's command line: its value, empty for one without.
    [[nodiscard]] std::optional<std::string> kernel_parameter(std::string_view name) const;
};

} // namespace decant::doctor
