// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/plugin.hpp"
#include "wine-host/vst2-interface.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace decant::host
{

/// The MIDI of one block in VST2's form. Has room for whatever an event area can hold.
class Vst2EventList
{
    union Slot {
        VstMidiEvent midi;
        VstMidiSysexEvent sysex;
    };

    std::vector<Slot> slots_;
    std::vector<std::byte> list_; ///< VstEvents, which ends in an array
    std::uint32_t count_ = 0;

    [[nodiscard]] VstEvent** pointers() noexcept;

public:
    Vst2EventList();

    void clear() noexcept { count_ = 0; } ///< [rt]

    /// `bytes` must stay until the plugin has processed the list. What is no MIDI message is left out. [rt]
    void add(std::uint32_t frame, std::span<const std::uint8_t> bytes) noexcept;

    /// For effProcessEvents; null if there is nothing. [rt]
    [[nodiscard]] VstEvents* events() noexcept;
};

/// Writes what a plugin sends to `block`, in the order in which it sends it: frames that go back are moved
/// up. [rt]
class Vst2MidiOutput
{
    std::uint32_t last_frame_ = 0;

public:
    /// To be called before each block.
    void begin() noexcept { last_frame_ = 0; }

    void write(const VstEvents& events, Block& block) noexcept;
};

} // namespace decant::host
