// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string_view>

namespace decant::cli
{

/// A line on stderr that shows how far something is, if that is a terminal. [main]
class ProgressBar
{
    std::size_t total_;
    bool shown_;

public:
    explicit ProgressBar(std::size_t total);
    ~ProgressBar(); ///< takes the line away
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    /// `what` was the last one.
    void show(std::size_t done, std::string_view what) const;
};

} // namespace decant::cli
