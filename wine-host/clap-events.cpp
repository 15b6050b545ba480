// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/clap-events.hpp"

#include "wine-host/midi-message.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace decant::host
{
namespace
{

/// The shortest event is a header and eight bytes.
constexpr std::size_t most_events = protocol::event_area_bytes / (sizeof(protocol::EventHeader) + 8);

constexpr std::uint8_t byte_of(int value) noexcept
{
    return static_cast<std::uint8_t>(value & 0x7f);
}

} // namespace

ClapNotes notes_of(const clap_note_port_info_t& port) noexcept
{
    const bool clap = (port.supported_dialects & CLAP_NOTE_DIALECT_CLAP) != 0;
    const bool midi = (port.supported_dialects & (CLAP_NOTE_DIALECT_MIDI | CLAP_NOTE_DIALECT_MIDI_MPE)) != 0;
    if (midi)
        return clap && port.preferred_dialect == CLAP_NOTE_DIALECT_CLAP ? ClapNotes::mixed : ClapNotes::midi;
    return clap ? ClapNotes::clap : ClapNotes::none;
}

ClapEventsIn::ClapEventsIn(ClapNotes notes) : events_(most_events), notes_(notes)
{
    list_.ctx = this;
    list_.size = [](const clap_input_events_t* list) {
        return static_cast<const ClapEventsIn*>(list->ctx)->count_;
    };
    list_.get = [](const clap_input_events_t* list, std::uint32_t index) -> const clap_event_header_t* {
        const auto& self = *static_cast<const ClapEventsIn*>(list->ctx);
        return index < self.count_ ? &self.events_[index].header : nullptr;
    };
}

template <class T>
T* ClapEventsIn::add(T Event::* kind, std::uint32_t frame, std::uint16_t type) noexcept
{
    if (count_ == events_.size())
        return nullptr;
    T& event = events_[count_++].*kind;
    event = {};
    event.header = {sizeof event, frame, CLAP_CORE_EVENT_SPACE_ID, type, 0};
    return &event;
}

void ClapEventsIn::add_note(std::uint32_t frame, std::uint16_t type,
                            std::span<const std::uint8_t> message) noexcept
{
    if (auto* note = add(&Event::note, frame, type)) {
        note->note_id = -1;
        note->channel = message[0] & 0x0f;
        note->key = message[1];
        note->velocity = message[2] / 127.0;
    }
}

void ClapEventsIn::add_expression(std::uint32_t frame, clap_note_expression kind, int channel, int key,
                                  double value) noexcept
{
    if (auto* event = add(&Event::expression, frame, CLAP_EVENT_NOTE_EXPRESSION)) {
        event->expression_id = kind;
        event->note_id = -1;
        event->channel = static_cast<std::int16_t>(channel);
        event->key = static_cast<std::int16_t>(key);
        event->value = value;
    }
}

void ClapEventsIn::add_as_expression(std::uint32_t frame, std::span<const std::uint8_t> message) noexcept
{
    const int channel = message[0] & 0x0f;
    switch (message[0] & 0xf0) {
    case midi::poly_pressure:
        add_expression(frame, CLAP_NOTE_EXPRESSION_PRESSURE, channel, message[1], message[2] / 127.0);
        return;
    case midi::channel_pressure:
        add_expression(frame, CLAP_NOTE_EXPRESSION_PRESSURE, channel, -1, message[1] / 127.0);
        return;
    case midi::pitch_bend:
        bends_.bend(channel, message[2] << 7 | message[1], [&](int bent, double semitones) {
            add_expression(frame, CLAP_NOTE_EXPRESSION_TUNING, bent, -1,
                           std::clamp(semitones, -120.0, 120.0));
        });
        return;
    case midi::controller:
        bends_.hear_controller(channel, message[1], message[2]);
        switch (message[1]) {
        case 1:
            return add_expression(frame, CLAP_NOTE_EXPRESSION_VIBRATO, channel, -1, message[2] / 127.0);
        case 7:
            return add_expression(frame, CLAP_NOTE_EXPRESSION_VOLUME, channel, -1, message[2] / 127.0);
        case 10:
            return add_expression(frame, CLAP_NOTE_EXPRESSION_PAN, channel, -1, message[2] / 127.0);
        case 11:
            return add_expression(frame, CLAP_NOTE_EXPRESSION_EXPRESSION, channel, -1, message[2] / 127.0);
        case 74:
            return add_expression(frame, CLAP_NOTE_EXPRESSION_BRIGHTNESS, channel, -1, message[2] / 127.0);
        case 120: // all sound off
            if (auto* choke = add(&Event::note, frame, CLAP_EVENT_NOTE_CHOKE)) {
                choke->note_id = -1;
                choke->channel = static_cast<std::int16_t>(channel);
                choke->key = -1;
            }
            return;
        case 123: // all notes off
            if (auto* off = add(&Event::note, frame, CLAP_EVENT_NOTE_OFF)) {
                off->note_id = -1;
                off->channel = static_cast<std::int16_t>(channel);
                off->key = -1;
            }
            return;
        default:
            return;
        }
    default:
        return;
    }
}

void ClapEventsIn::add_midi(std::uint32_t frame, std::span<const std::uint8_t> bytes) noexcept
{
    if (bytes.empty() || notes_ == ClapNotes::none)
        return;
    if (bytes.front() == midi::sysex_begin) {
        if (notes_ == ClapNotes::clap)
            return;
        if (auto* sysex = add(&Event::sysex, frame, CLAP_EVENT_MIDI_SYSEX)) {
            sysex->buffer = bytes.data();
            sysex->size = static_cast<std::uint32_t>(bytes.size());
        }
        return;
    }
    if (bytes.size() != midi_length(bytes.front()))
        return;
    if (notes_ != ClapNotes::midi) {
        const int kind = bytes[0] & 0xf0;
        if (kind == midi::note_on || kind == midi::note_off) {
            const bool on = kind == midi::note_on && bytes[2] != 0;
            return add_note(frame, on ? CLAP_EVENT_NOTE_ON : CLAP_EVENT_NOTE_OFF, bytes);
        }
        if (notes_ == ClapNotes::clap || kind == midi::poly_pressure)
            return add_as_expression(frame, bytes);
    }
    if (auto* message = add(&Event::midi, frame, CLAP_EVENT_MIDI))
        std::copy(bytes.begin(), bytes.end(), message->data);
}

void ClapEventsIn::add_parameter(std::uint32_t frame, clap_id id, void* cookie, double value) noexcept
{
    if (auto* event = add(&Event::value, frame, CLAP_EVENT_PARAM_VALUE)) {
        event->param_id = id;
        event->cookie = cookie;
        event->note_id = event->port_index = event->channel = event->key = -1;
        event->value = value;
    }
}

std::uint32_t ClapMidiOut::frame_of(const clap_event_header_t& event, const Block& block) noexcept
{
    last_frame_ = std::clamp(event.time, last_frame_, std::max(block.request.frames, last_frame_ + 1) - 1);
    return last_frame_;
}

void ClapMidiOut::write(const clap_event_header_t& event, Block& block) noexcept
{
    std::array<std::uint8_t, 3> message{};
    std::span<const std::uint8_t> bytes;
    switch (event.type) {
    case CLAP_EVENT_NOTE_ON:
    case CLAP_EVENT_NOTE_OFF:
    case CLAP_EVENT_NOTE_CHOKE: {
        const auto& note = reinterpret_cast<const clap_event_note_t&>(event);
        if (event.size < sizeof note || note.key < 0 || note.key > 127)
            return;
        const bool on = event.type == CLAP_EVENT_NOTE_ON;
        // A note that begins at velocity 0 would be an end to MIDI.
        const auto velocity = std::max<std::uint8_t>(midi_seven_bits(note.velocity), on ? 1 : 0);
        const int channel = std::clamp<int>(note.channel, 0, 15);
        message = {static_cast<std::uint8_t>((on ? midi::note_on : midi::note_off) | channel),
                   byte_of(note.key), velocity};
        bytes = message;
        break;
    }
    case CLAP_EVENT_NOTE_EXPRESSION: {
        const auto& expression = reinterpret_cast<const clap_event_note_expression_t&>(event);
        if (event.size < sizeof expression || expression.expression_id != CLAP_NOTE_EXPRESSION_PRESSURE ||
            expression.key < 0 || expression.key > 127)
            return; // MIDI has nothing for the others that is of one note
        message = {
            static_cast<std::uint8_t>(midi::poly_pressure | std::clamp<int>(expression.channel, 0, 15)),
            byte_of(expression.key), midi_seven_bits(expression.value)};
        bytes = message;
        break;
    }
    case CLAP_EVENT_MIDI: {
        const auto& short_message = reinterpret_cast<const clap_event_midi_t&>(event);
        if (event.size < sizeof short_message)
            return;
        bytes = {short_message.data, midi_length(short_message.data[0])};
        break;
    }
    case CLAP_EVENT_MIDI_SYSEX: {
        const auto& sysex = reinterpret_cast<const clap_event_midi_sysex_t&>(event);
        if (event.size < sizeof sysex || sysex.buffer == nullptr || sysex.size < 2 ||
            sysex.buffer[0] != midi::sysex_begin || sysex.buffer[sysex.size - 1] != midi::sysex_end)
            return;
        bytes = {sysex.buffer, sysex.size};
        break;
    }
    default:
        return;
    }
    if (!bytes.empty() && !block.events_out.push_midi(frame_of(event, block), bytes))
        block.events_lost = true;
}

} // namespace decant::host
