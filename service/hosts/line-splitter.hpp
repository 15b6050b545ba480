// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace decant::service
{

/// Cuts what a plugin's process writes into lines that can be shown and logged without harm: control
/// characters are replaced, endless lines cut, and a flood is thinned out and counted.
class LineSplitter
{
public:
    using Clock = std::chrono::steady_clock;

    static constexpr std::size_t longest_line = 2000; ///< bytes; the rest of the line is dropped
    static constexpr unsigned lines_per_second = 200; ///< the rest of the second is counted only

    explicit LineSplitter(std::function<void(std::string_view)> on_line) : on_line_(std::move(on_line)) {}

    void feed(std::string_view bytes, Clock::time_point now = Clock::now());

    /// The last line may have no end.
    void finish(Clock::time_point now = Clock::now());

private:
    std::function<void(std::string_view)> on_line_;
    std::string line_;
    Clock::time_point second_began_{};
    unsigned lines_in_second_ = 0;
    std::uint64_t left_out_ = 0;

    void emit(Clock::time_point now);
    void tell_left_out();
};

} // namespace decant::service
