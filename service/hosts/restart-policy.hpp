// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>

namespace decant::service
{

struct RestartLimits {
    std::chrono::milliseconds first_delay{250}; ///< doubles with every failure in a row
    unsigned in_a_row = 5;                      ///< as many restarts are tried
    std::chrono::milliseconds healthy{60'000};  ///< a host that ran so long ends the row
};

/// Decides whether and when a host that failed is started again. Rows are counted, and not failures per
/// minute, as some plugins need a minute for nothing but to load.
class RestartPolicy
{
    RestartLimits limits_;
    unsigned failures_ = 0; ///< in a row

public:
    explicit RestartPolicy(RestartLimits limits) noexcept : limits_(limits) {}

    /// A host failed after it had run for `ran`: how long to wait before the next start, or nothing if it is
    /// enough.
    [[nodiscard]] std::optional<std::chrono::milliseconds> failed(std::chrono::nanoseconds ran) noexcept;

    /// Failures in a row, the last one included.
    [[nodiscard]] unsigned failures() const noexcept { return failures_; }

    /// Somebody has done something about it.
    void forget() noexcept { failures_ = 0; }
};

} // namespace decant::service
