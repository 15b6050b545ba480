// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/processor.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace decant::nodes
{

/// One bit per MIDI channel, channel 1 is bit 0.
using ChannelMask = std::uint16_t;

inline constexpr ChannelMask all_channels = 0xffff;

/// Longest SysEx that comes through whole, in bytes with its F0 and F7.
inline constexpr std::size_t max_sysex_bytes = 64 * 1024;

/// What a MIDI port asks for as the size of its buffers: the longest SysEx beside thousands of short events.
inline constexpr std::uint32_t midi_buffer_bytes = 128 * 1024;

/// Turns the sequence of a MIDI port, block by block, into whole messages.
///
/// Accepts MIDI bytes and UMP (MIDI 1.0 and 2.0 channel voice, system, SysEx7), as PipeWire 1.4 hands out
/// either. A SysEx may come in parts, also of several blocks: UMP carries six bytes at a time, and the mixer
/// in front of a port that wants bytes passes each part on as an event of its own. The sequence is a
/// stranger's: it is range-checked and copied before it is looked at.
class MidiReader
{
    std::vector<MidiEvent> events_;
    std::vector<std::uint8_t> bytes_; ///< that the events point to
    std::vector<std::uint8_t> sysex_;
    std::size_t event_count_ = 0;
    std::size_t bytes_used_ = 0;
    std::size_t sysex_size_ = 0;
    bool in_sysex_ = false;
    ChannelMask channels_;
    std::uint64_t lost_ = 0;

    void read_bytes(std::uint32_t frame, std::span<const std::uint8_t> bytes) noexcept DECANT_REALTIME;
    void read_ump(std::uint32_t frame, std::span<const std::byte> words) noexcept DECANT_REALTIME;
    [[nodiscard]] std::size_t read_sysex(std::uint32_t frame,
                                         std::span<const std::uint8_t> bytes) noexcept DECANT_REALTIME;
    void push(std::uint32_t frame, std::span<const std::uint8_t> message,
              const std::array<std::uint32_t, 2>& midi2 = {}) noexcept DECANT_REALTIME;

public:
    /// Channel messages of other channels than `channels` are left out. [main]
    explicit MidiReader(ChannelMask channels);

    /// The messages of a block of `frames` frames, in order of their frames; valid until the next call. An
    /// event beyond the block is moved to its last frame. `pod` is what the port's buffer holds, empty if it
    /// has none. [rt]
    [[nodiscard]] std::span<const MidiEvent> read(std::span<const std::byte> pod,
                                                  std::uint32_t frames) noexcept DECANT_REALTIME;

    /// Messages so far that were malformed, too long or found no room. [rt]
    [[nodiscard]] std::uint64_t lost() const noexcept DECANT_REALTIME { return lost_; }
};

/// Writes MIDI 1.0 messages into the buffer of a MIDI port, as the sequence that PipeWire wants.
class MidiWriter final : public MidiSink
{
    std::span<std::byte> buffer_;
    std::size_t used_ = 0;
    std::uint32_t last_frame_ = 0;
    std::uint32_t frames_ = 0;

public:
    /// Begins a block. Without a buffer, because nobody listens, messages are taken and dropped. [rt]
    void begin(std::span<std::byte> buffer, std::uint32_t frames) noexcept DECANT_REALTIME;

    bool push(std::uint32_t frame, std::span<const std::uint8_t> bytes) noexcept DECANT_REALTIME override;

    /// Ends the block and returns the size of the sequence in bytes; 0 without a buffer. [rt]
    [[nodiscard]] std::uint32_t finish() noexcept DECANT_REALTIME;
};

} // namespace decant::nodes
