// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace decant::tests
{

using Arguments = std::vector<std::string>;
using Environment = std::map<std::string, std::string>;

/// The environment of this process.
Environment own_environment();

/// A file in memory that a child writes to and the test reads, also while it grows.
class Capture
{
public:
    Capture(); ///< Throws std::system_error
    ~Capture();
    Capture(const Capture&) = delete;
    Capture& operator=(const Capture&) = delete;

    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
    [[nodiscard]] std::string text() const;

private:
    int descriptor_;
};

/// A running program, which dies with this object or with the thread that made it.
///
/// Own code instead of Boost.Process: Boost 1.74 (Debian 12) and 1.88 have no common interface, and neither
/// ties the child's life to ours. The program leads a process group, so that what it starts in turn goes down
/// with it. All functions: [main].
class ChildProcess
{
public:
    /// Starts `arguments[0]`, looked up in our PATH, with `environment` and nothing else of ours.
    /// Throws std::system_error naming the program if it cannot be executed.
    ChildProcess(const Arguments& arguments, const Environment& environment);
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    [[nodiscard]] pid_t id() const noexcept { return id_; }
    [[nodiscard]] bool running() const;

    /// The exit code, or 128 + signal as in a shell; nothing if the program still runs after `limit`.
    std::optional<int> wait(std::chrono::milliseconds limit) const;

    /// To the program alone, not to its children.
    void signal(int number) noexcept;

    /// SIGSTOP; returns when the program runs no more, which is some time after the signal was sent.
    void freeze();

    /// SIGTERM, and SIGKILL for the whole group if it is not gone after `grace`.
    void stop(std::chrono::milliseconds grace = std::chrono::seconds(5));

    /// SIGKILL for the whole group; returns when the program is gone.
    void kill() noexcept;

    [[nodiscard]] std::string output() const { return output_.text(); }
    [[nodiscard]] std::string errors() const { return errors_.text(); }

private:
    Capture output_;
    Capture errors_;
    pid_t id_ = -1;
    int descriptor_ = -1; ///< pidfd, readable when the program has ended
};

struct Result {
    int exit; ///< 128 + signal as in a shell
    std::string output;
    std::string errors;
};

/// Runs a program to its end. Throws std::runtime_error with its output if it takes longer than `limit`.
Result run(const Arguments& arguments, const Environment& environment, std::chrono::milliseconds limit);

} // namespace decant::tests
