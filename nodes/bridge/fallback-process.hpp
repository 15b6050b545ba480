// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace decant::bridge
{

/// What is heard in place of a plugin whose output is missing, and the way from one to the other without a
/// click.
///
/// An effect leaves its input, as late as the plugin would have been, an instrument leaves silence. When the
/// plugin's output ends, its last sample decays into what follows, as there is nothing else left of it; when
/// it comes back, both are crossfaded. While it is there, it is not touched.
class Fallback
{
    std::vector<std::vector<float>> lines_; ///< past input, one ring for each input that may be heard
    std::vector<std::optional<std::size_t>> source_; ///< by output: which line
    std::vector<float> last_;                        ///< by output: sample played last
    std::vector<float> residue_; ///< by output: distance to jump when the plugin fell silent
    std::size_t written_ = 0;    ///< frames recorded; runs freely
    std::uint32_t latency_ = 0;
    std::uint32_t residue_left_ = 0; ///< frames until the residue has decayed
    std::uint32_t blend_ = 0;        ///< 0: fallback alone, fade_frames: plugin alone
    bool started_ = false;

    [[nodiscard]] float dry(std::size_t output, std::size_t frames,
                            std::size_t frame) const noexcept DECANT_REALTIME;
    [[nodiscard]] float substitute(std::size_t output, std::size_t frames,
                                   std::size_t frame) const noexcept DECANT_REALTIME;
    void let_residue_decay(std::size_t frames) noexcept DECANT_REALTIME;
    void keep_last(std::span<float* const> outputs, std::size_t frames) noexcept DECANT_REALTIME;

public:
    /// A crossfade of 2.7 ms at 48 kHz: too short to be heard as a fade, too long to be heard as a click.
    static constexpr std::uint32_t fade_frames = 128;

    /// `pass_input`: an effect; else an instrument. [main]
    Fallback(std::size_t inputs, std::size_t outputs, bool pass_input);

    /// Once per block, before one of the two below. `latency` in frames, at most protocol::max_latency. [rt]
    void record(std::span<const float* const> inputs, std::uint32_t frames,
                std::uint32_t latency) noexcept DECANT_REALTIME;

    /// Writes the outputs, as the plugin did not. [rt]
    void replace(std::span<float* const> outputs, std::uint32_t frames) noexcept DECANT_REALTIME;

    /// The outputs are the plugin's: fades them in if they have been missing. [rt]
    void accept(std::span<float* const> outputs, std::uint32_t frames) noexcept DECANT_REALTIME;
};

} // namespace decant::bridge
