// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/processor.hpp"

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>

namespace decant::nodes
{

/// The keys and pedals that are down on a MIDI input or output, to be let go when nobody is there any more to
/// do it: a keyboard whose plug is pulled sends no end of its notes, nor does a plugin that crashes. All
/// [rt], on one thread.
class HeldNotes
{
    static constexpr std::size_t channels = 16;
    static constexpr std::size_t keys = 128;
    static constexpr std::array<std::uint8_t, 2> pedals{64, 66}; ///< sustain and sostenuto
    static constexpr std::size_t most = channels * (keys + pedals.size());
    static constexpr std::size_t room = most + 1024; ///< for what comes in the same block

    std::array<std::bitset<keys>, channels> keys_;
    std::array<std::bitset<pedals.size()>, channels> pedals_;
    std::array<std::array<std::uint64_t, keys>, channels>
        key_times_{}; ///< when it went down, of those that are
    std::array<std::array<std::uint64_t, pedals.size()>, channels> pedal_times_{};
    std::array<std::array<std::uint8_t, 3>, most> messages_{};
    std::array<MidiEvent, room> events_{};
    std::size_t count_ = 0;
    std::uint64_t lost_ = 0;

    void add(std::uint8_t status, std::uint8_t first) noexcept DECANT_REALTIME;

public:
    /// What the node is given in the block that begins at `now` (ns).
    void watch(std::span<const MidiEvent> events, std::uint64_t now) noexcept DECANT_REALTIME;

    /// The end of all that is held since `since` (ns) or later, and then `events`, as far as there is room.
    /// Valid until the next call.
    [[nodiscard]] std::span<const MidiEvent> release(std::span<const MidiEvent> events,
                                                     std::uint64_t since) noexcept DECANT_REALTIME;

    /// Events so far for which release() had no room.
    [[nodiscard]] std::uint64_t lost() const noexcept DECANT_REALTIME { return lost_; }
};

} // namespace decant::nodes
