// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace decant::service
{

struct RestartLimits {
    std::chrono::milliseconds first_delay{250}; ///< after the second failure within the window; it doubles
                                                ///< with every other one, and after the first there is none
    unsigned most = 5;                          ///< restarts within the window
    std::chrono::seconds window{300};           ///< of time in which the plugin played
};

/// Decides whether and when a host that failed is started again. The window is measured in time that the
/// plugin has played, and not by the clock, as some need a minute for nothing but to load.
class RestartPolicy
{
    RestartLimits limits_;
    std::vector<std::chrono::nanoseconds> ages_; ///< of the failures within the window, the oldest first

public:
    explicit RestartPolicy(RestartLimits limits) noexcept : limits_(limits) {}

    /// A host failed after its plugin had played for `played`: how long to wait before the next start, or
    /// nothing if it is enough. Throws std::bad_alloc.
    [[nodiscard]] std::optional<std::chrono::milliseconds> failed(std::chrono::nanoseconds played);

    /// Failures within the window, the last one included.
    [[nodiscard]] std::size_t failures() const noexcept { return ages_.size(); }

    /// A sentence without its full stop, of how often it failed and how long it played. Throws
    /// std::bad_alloc.
    [[nodiscard]] std::string account() const;

    /// Somebody has done something about it.
    void forget() noexcept { ages_.clear(); }
};

} // namespace decant::service
