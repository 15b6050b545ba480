// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

namespace decant::service
{

/// A program with all that it is started with, laid out so that a child that may not allocate can become it.
class Execution
{
    std::vector<std::string> arguments_;
    std::vector<std::string> environment_;
    std::string oom_score_;
    std::vector<char*> argument_pointers_;
    std::vector<char*> environment_pointers_;

public:
    /// `environment` is of the form NAME=VALUE. Throws std::bad_alloc.
    Execution(std::vector<std::string> arguments, std::vector<std::string> environment);

    Execution(const Execution&) = delete;
    Execution& operator=(const Execution&) = delete;

    /// Makes the calling process, a fresh child of `parent`, a clean one and then the program: system calls
    /// only. Its stdout and stderr are `output`, and every other descriptor is closed. Returns only if that
    /// failed: errno, which is also written to the descriptor `report` unless that is negative.
    int become(int output, pid_t parent, int report = -1) const noexcept;
};

/// Our environment with `changes` on top. [any]
[[nodiscard]] std::vector<std::string> environment_with(const std::map<std::string, std::string>& changes);

} // namespace decant::service
