// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// What a node is made of, without PipeWire: the filter node drives a Processor in the graph, `decant render`
/// and the tests drive the same one block by block.
namespace decant::nodes
{

/// A MIDI message.
struct MidiEvent {
    std::uint32_t frame; ///< offset into the block

    /// In MIDI 1.0, whole: SysEx has its F0 and F7. Empty for what only MIDI 2.0 can say.
    std::span<const std::uint8_t> bytes;

    /// The channel voice message of MIDI 2.0 that came, with all its bits; zeros if it was one of MIDI 1.0.
    std::array<std::uint32_t, 2> midi2{};
};

/// Takes the MIDI that a processor sends.
class MidiSink
{
public:
    virtual ~MidiSink() = default;

    /// False if there is no room left in this block. Events come in order of their frames. [rt]
    virtual bool push(std::uint32_t frame, std::span<const std::uint8_t> bytes) noexcept DECANT_REALTIME = 0;
};

struct Transport {
    bool playing = false;
    bool tempo_valid = false;    ///< the fields below are meant
    std::uint64_t position = 0;  ///< song position in frames
    double tempo = 120;          ///< beats per minute
    double quarter_position = 0; ///< song position in quarter notes
    double bar_start = 0;        ///< of the current bar, in quarter notes
    std::uint32_t numerator = 4;
    std::uint32_t denominator = 4;
};

/// One block. All pointers are valid for `frames` frames: an unlinked input is silence, an unlinked output a
/// scratch buffer. Inputs and outputs never overlap.
struct Cycle {
    std::uint32_t frames;        ///< 1..8192, may change with every block
    std::uint32_t rate;          ///< Hz, may change with every block
    std::uint64_t start_nsec;    ///< CLOCK_MONOTONIC at the start of the cycle
    std::uint64_t deadline_nsec; ///< CLOCK_MONOTONIC by which process() must have returned
    bool freewheel;              ///< faster than real time: quality before speed; the deadline is generous
    Transport transport;
    std::span<const float* const> inputs;
    std::span<float* const> outputs;
    std::span<const MidiEvent> midi_in; ///< in order of their frames
    MidiSink* midi_out;                 ///< null if the node has no MIDI output
};

/// Turns inputs into outputs, block by block.
class Processor
{
public:
    virtual ~Processor() = default;

    /// Writes every frame of every output. [rt]
    virtual void process(const Cycle& cycle) noexcept DECANT_REALTIME = 0;
};

struct AudioPort {
    std::string name;    ///< port.name, unique in its direction
    std::string channel; ///< audio.channel: FL, FR, MONO, AUX0 …
    std::string group;   ///< port.group; ports of one bus have the same
};

struct PortLayout {
    std::vector<AudioPort> inputs;
    std::vector<AudioPort> outputs;
    bool midi_in = false;
    bool midi_out = false;
};

} // namespace decant::nodes
