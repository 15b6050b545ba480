// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/clap-interface.hpp"
#include "wine-host/pitch-bends.hpp"
#include "wine-host/plugin.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace decant::host
{

/// How a note port of a plugin wants to hear of notes.
enum class ClapNotes {
    none,  ///< there is no port
    clap,  ///< all as CLAP's own events, MIDI's controllers as note expressions
    mixed, ///< notes as CLAP's own events, everything else as MIDI
    midi,  ///< everything as MIDI, MPE included
};

/// Of the dialects that a note port has, the one for a host whose own language is MIDI. Where a plugin does
/// not prefer CLAP, its MIDI is taken.
[[nodiscard]] ClapNotes notes_of(const clap_note_port_info_t& port) noexcept;

/// What happens in one block, in CLAP's form. Has room for whatever an event area can hold.
class ClapEventsIn
{
    union Event {
        clap_event_header_t header;
        clap_event_note_t note;
        clap_event_note_expression_t expression;
        clap_event_param_value_t value;
        clap_event_midi_t midi;
        clap_event_midi_sysex_t sysex;
    };

    std::vector<Event> events_;
    std::uint32_t count_ = 0;
    ClapNotes notes_ = ClapNotes::none;
    PitchBends bends_;
    clap_input_events_t list_;

    template <class T>
    T* add(T Event::* kind, std::uint32_t frame, std::uint16_t type) noexcept;
    void add_note(std::uint32_t frame, std::uint16_t type, std::span<const std::uint8_t> message) noexcept;
    void add_expression(std::uint32_t frame, clap_note_expression kind, int channel, int key,
                        double value) noexcept;
    void add_as_expression(std::uint32_t frame, std::span<const std::uint8_t> message) noexcept;

public:
    explicit ClapEventsIn(ClapNotes notes);
    ClapEventsIn(const ClapEventsIn&) = delete;
    ClapEventsIn& operator=(const ClapEventsIn&) = delete;

    // All [rt].
    void clear() noexcept { count_ = 0; }

    /// `bytes` must stay until the plugin has processed the list. What is no MIDI message is left out.
    void add_midi(std::uint32_t frame, std::span<const std::uint8_t> bytes) noexcept;
    void add_parameter(std::uint32_t frame, clap_id id, void* cookie, double value) noexcept;

    [[nodiscard]] const clap_input_events_t* list() const noexcept { return &list_; }
};

/// Writes a note, MIDI or SysEx event of a plugin to `block`, in the order in which the plugin sends them:
/// frames that go back are moved up. [rt]
class ClapMidiOut
{
    std::uint32_t last_frame_ = 0;

public:
    /// To be called before each block.
    void begin() noexcept { last_frame_ = 0; }

    /// The frame of an event as it goes out.
    [[nodiscard]] std::uint32_t frame_of(const clap_event_header_t& event, const Block& block) noexcept;

    void write(const clap_event_header_t& event, Block& block) noexcept;
};

} // namespace decant::host
