// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace decant::sampler
{

/// Adds to what it is given its own output from a period ago:
///
///     y[n] = x[n] + feedback · y[n - rate/frequency]
///
/// All of it is [rt], but for its making.
class CombFilter
{
    static constexpr std::size_t longest = 8192; // frames; a power of two

    std::array<std::array<float, longest>, 2> lines_{}; // what came out, of the left and the right side
    std::uint32_t at_ = 0;                              // where the next frame of them goes
    float frequency_ = 1000;
    float delay_ = 1; // frames
    float delay_step_ = 0;
    float feedback_ = 0;
    float feedback_step_ = 0;
    std::uint32_t on_the_way_ = 0; // frames until it is where it was told to be

public:
    /// Silence.
    void start() noexcept DECANT_REALTIME;

    /// `resonance` is the gain at the frequency (Hz) and its multiples, in dB, at least 0. At once, or on a
    /// straight line over control_frames. What is too low for its memory is played at 8190 frames.
    void tune(float frequency, float resonance, double rate, bool at_once) noexcept DECANT_REALTIME;

    /// The rate is another.
    void adapt(double rate) noexcept DECANT_REALTIME;

    /// Filters frames in place; `right` is null if there is one side.
    void process(float* left, float* right, std::uint32_t frames) noexcept DECANT_REALTIME;
};

/// The comb filters of an instrument, for those of its voices that have one.
class CombFilters
{
    std::vector<CombFilter> filters_;
    std::vector<CombFilter*> free_; // the first free_count_
    std::size_t free_count_;

public:
    static constexpr std::size_t usual = 64; // 64 KiB each

    explicit CombFilters(std::size_t count); // [main]

    /// A silent one; null if all are in use. [rt]
    [[nodiscard]] CombFilter* take() noexcept DECANT_REALTIME;

    /// Preconditions: from take(), or null. [rt]
    void give_back(CombFilter* filter) noexcept DECANT_REALTIME;
};

} // namespace decant::sampler
