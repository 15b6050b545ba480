// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <csignal>

namespace decant::cli
{

/// While it lives, the signals that ask a command to end are noticed instead of killing it with half a file
/// on the disk. One that is ignored already, as under nohup, stays so. One at a time. [main]
class Interruption
{
    static constexpr std::array<int, 3> signals{SIGINT, SIGTERM, SIGHUP};
    std::array<struct sigaction, signals.size()> before_{};

public:
    Interruption() noexcept;
    ~Interruption();
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;

    /// Throws std::runtime_error if somebody has asked for the end.
    void check() const;
};

} // namespace decant::cli
