// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/processor.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

namespace decant::tests
{

/// A keyboard in the graph: sends a message at the start of the next block after it was told to.
class Keyboard : public nodes::Processor
{
    std::atomic<std::uint32_t> next_ = 0; ///< the message in its low three bytes; 0 for none

public:
    void process(const nodes::Cycle& cycle) noexcept override;

    /// Returns when the message before this one is on its way. False if the graph does not run. [main]
    [[nodiscard]] bool play(std::array<std::uint8_t, 3> message);
};

/// A tape recorder in the graph: keeps its first input from start() on until the tape is full.
class Recorder : public nodes::Processor
{
    std::vector<float> tape_;
    std::atomic<std::size_t> recorded_;
    std::atomic<std::uint32_t> rate_ = 0;

public:
    explicit Recorder(std::size_t frames) : tape_(frames), recorded_(frames) {}

    void process(const nodes::Cycle& cycle) noexcept override;

    /// Records from the next block on; only after full(). [main]
    void start() noexcept { recorded_ = 0; }

    [[nodiscard]] bool full() const noexcept { return recorded_ >= tape_.size(); }
    [[nodiscard]] double rate() const noexcept { return rate_; }

    /// Preconditions: full().
    [[nodiscard]] const std::vector<float>& tape() const noexcept { return tape_; }
};

/// Fills the tape; false if the graph does not run. [main]
[[nodiscard]] bool record(Recorder& recorder);

/// Plays the message until the tape begins with its sound; false if it never does. Once is not enough: a link
/// that PipeWire calls active loses what is sent before the clients at its ends have taken over its buffers.
/// [main]
[[nodiscard]] bool play_until_heard(Keyboard& keyboard, std::array<std::uint8_t, 3> message,
                                    Recorder& recorder);

/// The frequency of a single tone, in the unit of `rate`: from the median of the periods between two rising
/// zero crossings, each placed between its samples by a straight line, so that a block that a busy machine
/// has missed does not count. Zero if there are less than two crossings.
[[nodiscard]] double frequency_of(const std::vector<float>& sound, double rate);

[[nodiscard]] float peak_of(const std::vector<float>& sound);

} // namespace decant::tests
