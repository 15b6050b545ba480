// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/processor.hpp"
#include "service/cli/sound-file.hpp"
#include "service/midi-file.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

namespace decant::cli
{

/// What a processor is to play, and where it goes.
struct RenderJob {
    nodes::Processor& processor;
    std::size_t inputs;            ///< audio channels of the processor
    std::size_t outputs;           ///< the same
    std::uint32_t rate;            ///< Hz
    std::uint32_t block;           ///< frames, 1..8192
    const service::MidiFile* midi; ///< or null
    SoundReader* input;            ///< or null; at `rate`
    SoundWriter& output;           ///< of `outputs` channels at `rate`
    double longest_tail;           ///< s, what is waited for silence after the end of MIDI and input

    /// After each block: throws if the processor is of no use any more.
    std::function<void()> check;
    /// Frames by which the processor is late; asked after the first block. They are left out at the
    /// beginning.
    std::function<std::uint32_t()> latency;
    /// Seconds done and, if it is known, how long it will be at least.
    std::function<void(double done, double length)> progress;
};

struct RenderResult {
    std::uint64_t frames = 0;
    float peak = 0; ///< largest absolute sample
    bool silent_at_end = true;
};

/// Plays the job to its end, as fast as it goes. Throws what `check`, the reader and the writer throw.
RenderResult render_offline(const RenderJob& job);

} // namespace decant::cli
