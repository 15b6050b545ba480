// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/node-status.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace decant::service
{

/// How long a plugin has been loading. One that asks something in a window waits for the answer until its
/// host is given up, and nobody would know. All functions: [main].
class LoadingTime
{
    using Clock = std::chrono::steady_clock;

    std::optional<Clock::time_point> since_ = Clock::now();
    bool told_ = false; ///< to the log

public:
    static constexpr std::chrono::seconds usual{10};

    void begin() noexcept
    {
        since_ = Clock::now();
        told_ = false;
    }
    void end() noexcept { since_.reset(); }

    /// Adds a warning if it takes longer than is usual, and tells the log once.
    void report(NodeStatus& status, const std::string& node);
};

} // namespace decant::service
