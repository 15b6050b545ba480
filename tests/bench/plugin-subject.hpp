// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/bridge-setup.hpp"
#include "tests/bench/pacing.hpp"
#include "tests/bench/test-signal.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace decant::bench
{

/// Feeds a bridged stereo gain with noise, as a node of PipeWire would, and looks at every sample that comes
/// back.
class PluginSubject : public Subject
{
    static constexpr std::size_t channels = 2;

    bridge::BridgeProcessor& processor_;
    const TestSignal& signal_;
    std::uint32_t block_;
    std::uint32_t rate_;
    std::uint64_t number_ = 0; ///< of the block
    bridge::BridgeMode mode_;
    std::array<std::size_t, channels> windows_{};  ///< of what went in
    std::array<std::size_t, channels> expected_{}; ///< of what has to come out
    std::array<std::vector<float>, channels> outputs_;

    std::uint64_t lost_ = 0;        ///< blocks without the plugin's output, when last looked
    std::uint64_t fades_until_ = 0; ///< up to this block the processor crossfades back from a lost one
    std::uint64_t wrong_ = 0;

    [[nodiscard]] std::uint64_t lost_blocks() const noexcept;

public:
    /// `seed` tells the subjects of a run apart; `mode` is the processor's. `block` in frames, `rate` in Hz.
    /// The first two are borrowed.
    PluginSubject(bridge::BridgeProcessor& processor, const TestSignal& signal, std::uint64_t seed,
                  std::uint32_t block, std::uint32_t rate, bridge::BridgeMode mode);

    void call(std::uint64_t start_nsec, std::uint64_t deadline_nsec) noexcept override;
    void check() noexcept override;
    [[nodiscard]] std::uint64_t late() const noexcept override { return lost_blocks(); }
    [[nodiscard]] std::uint64_t wrong() const noexcept override { return wrong_; }
};

} // namespace decant::bench
