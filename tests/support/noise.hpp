// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/processor.hpp"

#include <atomic>
#include <cstdint>
#include <optional>

namespace decant::tests
{

/// Noise in which every sample tells its place: all 2^24 values differ.
[[nodiscard]] float noise(std::uint32_t place) noexcept;

/// The place of a sample of noise; nothing for a value that no noise has, and for silence.
[[nodiscard]] std::optional<std::uint32_t> place_of(float sample) noexcept;

/// The same noise on every output.
class NoiseSource : public nodes::Processor
{
    std::uint32_t place_ = 1;

public:
    void process(const nodes::Cycle& cycle) noexcept override;
};

/// Checks every input against the noise.
class NoiseListener : public nodes::Processor
{
    std::uint32_t expected_ = 0;
    std::optional<std::uint32_t> heard_; ///< where the last block ended that was exact in itself

public:
    std::atomic<float> gain = 1;            ///< that the noise has met on its way; a power of two, so exactly
    std::atomic<std::uint32_t> frames = 0;  ///< of the cycles that are counted; set by listen()
    std::atomic<std::uint32_t> rate = 0;    ///< of the cycles that are counted; set by listen()
    std::atomic<std::uint64_t> exact = 0;   ///< blocks that go on where the last one ended
    std::atomic<std::uint64_t> jumps = 0;   ///< blocks exact in themselves, but not the next ones
    std::atomic<std::uint64_t> damaged = 0; ///< neither
    std::atomic<std::uint64_t> silent = 0;  ///< blocks of zeros
    std::atomic<std::uint64_t> missed = 0;  ///< frames of noise that no exact block had, also if none came

    void process(const nodes::Cycle& cycle) noexcept override;

    /// Counts anew: blocks of `new_frames` at `new_rate` Hz.
    void listen(std::uint32_t new_frames, std::uint32_t new_rate) noexcept;
};

} // namespace decant::tests
