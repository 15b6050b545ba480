// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/hosts/host-command.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include <sys/types.h>

namespace decant::service
{

/// A child that knows nothing of us: no descriptor of ours but the pipe that takes what it writes, default
/// signals, an ordinary priority, its own session. It is killed when this process ends.
///
/// A thread starts and watches it: that it ends, and what it writes to stdout and stderr.
class ChildProcess
{
public:
    /// A line without its end; control characters are replaced. At most some hundred per second get through.
    using LineListener = std::function<void(std::string_view)>;
    /// `reason` for people: "ended with status 1", "was killed by signal 11 (Segmentation fault)".
    using ExitListener = std::function<void(const std::string& reason)>;

    /// Both listeners are called on the watching thread and must not throw. Throws PluginError if the program
    /// cannot be started.
    ChildProcess(const HostCommand& command, LineListener on_line, ExitListener on_exit);

    /// Kills and reaps; no listener is called any more afterwards.
    ~ChildProcess();

    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    /// SIGKILL to the child alone: the first host of a prefix has Wine's own processes in its group, which
    /// serve all hosts. [any]
    void kill() noexcept;

    /// SIGKILL to everything that it started as well, daemons with a session of their own aside. [any]
    void kill_group() noexcept;

    /// Waits for the end; the reason, or nothing if it still runs after `patience`. [any]
    [[nodiscard]] std::optional<std::string> wait(std::chrono::milliseconds patience);

    /// Whether it ended of its own will and with status 0; false while it runs. [any]
    [[nodiscard]] bool succeeded() const;

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }

private:
    class Descriptor
    {
        int fd_ = -1;

    public:
        Descriptor() = default;
        ~Descriptor();
        Descriptor(const Descriptor&) = delete;
        Descriptor& operator=(const Descriptor&) = delete;
        void adopt(int fd) noexcept;
        void close() noexcept;
        [[nodiscard]] int get() const noexcept { return fd_; }
    };

    LineListener on_line_;
    ExitListener on_exit_;
    Descriptor output_; ///< the pipe's reading end
    Descriptor handle_; ///< pidfd
    pid_t pid_ = -1;

    mutable std::mutex mutex_;
    std::condition_variable ended_;
    bool reaped_ = false;
    bool succeeded_ = false;
    std::optional<std::string> reason_; ///< once it has ended and the listeners know

    std::thread watcher_; ///< last: it uses all of the above

    void begin(const HostCommand& command, Descriptor& output);
    void signal(pid_t receiver) noexcept;
    void watch() noexcept;
    void follow_output() noexcept;
    [[nodiscard]] std::string reap();
};

} // namespace decant::service
