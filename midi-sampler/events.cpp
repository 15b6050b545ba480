// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The functions of midi_sampler.h that play: what they send is heard with the next block.

#include "midi-sampler/guarded.hpp"
#include "midi-sampler/sampler.hpp"

#include <array>
#include <cmath>

using decant::midi_sampler::refused;
using decant::sampler::QueuedEvent;

namespace
{

// On the first channel.
ms_result_t send_message(ms_instrument_t& instrument, std::uint8_t status, std::uint8_t first,
                         std::uint8_t second) noexcept DECANT_REALTIME
{
    return instrument.send({.bytes = {status, first, second}});
}

// On all channels, as ms_send_midi() has them.
ms_result_t send_to_all(ms_instrument_t& instrument, std::uint8_t controller) noexcept DECANT_REALTIME
{
    ms_result_t result = MS_OK;
    for (std::uint8_t channel = 0; channel < 16 && result == MS_OK; ++channel)
        result = send_message(instrument, static_cast<std::uint8_t>(0xb0 | channel), controller, 0);
    return result;
}

bool is_frame(std::uint32_t frame) noexcept DECANT_REALTIME
{
    return frame < ms_sampler::longest_block;
}

static_assert(ms_sampler::longest_block == 8192); // as the texts have it

bool is_of_channel(std::uint8_t status) noexcept DECANT_REALTIME
{
    return status >= 0x80 && status < 0xf0;
}

bool has_second_data(std::uint8_t status) noexcept DECANT_REALTIME
{
    return (status & 0xe0) != 0xc0; // but for programs and channel pressure
}

// A third byte of a message that has two is ignored.
ms_result_t send_at(ms_instrument_t& instrument, std::uint32_t frame, std::array<std::uint8_t, 3> message,
                    const char* out_of_range) noexcept DECANT_REALTIME
{
    if (!has_second_data(message[0]))
        message[2] = 0;
    if (message[1] > 127 || message[2] > 127)
        return refused(out_of_range);
    return instrument.send({.bytes = message, .frame = frame});
}

} // namespace

ms_result_t ms_note_on(ms_instrument_t* instrument, std::uint8_t key, std::uint8_t velocity, ms_note_t* note)
{
    if (instrument == nullptr)
        return refused("ms_note_on() needs an instrument; create one first");
    if (key > 127 || velocity > 127)
        return refused("the key or the velocity of ms_note_on() is out of range; give 0 to 127");
    const ms_note_t name = velocity != 0 ? instrument->next_note() : 0;
    const ms_result_t result = velocity != 0
                                   ? instrument->send({.bytes = {0x90, key, velocity}, .note = name})
                                   : ms_note_off(instrument, key);
    if (result == MS_OK && note != nullptr)
        *note = name;
    return result;
}

ms_result_t ms_note_off(ms_instrument_t* instrument, std::uint8_t key)
{
    if (instrument == nullptr)
        return refused("ms_note_off() needs an instrument; create one first");
    if (key > 127)
        return refused("the key of ms_note_off() is out of range; give 0 to 127");
    return send_message(*instrument, 0x80, key, 0);
}

ms_result_t ms_note_pitch(ms_instrument_t* instrument, ms_note_t note, float cents)
{
    constexpr float most = 12'700; // from one end of the keys to the other
    if (instrument == nullptr)
        return refused("ms_note_pitch() needs an instrument; create one first");
    if (note == 0)
        return refused("0 is no note; give ms_note_pitch() what ms_note_on() has written");
    if (!(std::abs(cents) <= most)) // nor is what is not a number
        return refused("the pitch of ms_note_pitch() is out of range; give -12700 to 12700 cents");
    return instrument->send({.kind = QueuedEvent::Kind::pitch, .note = note, .value = cents});
}

ms_result_t ms_note_volume(ms_instrument_t* instrument, ms_note_t note, float decibels)
{
    constexpr float silence = -144;
    if (instrument == nullptr)
        return refused("ms_note_volume() needs an instrument; create one first");
    if (note == 0)
        return refused("0 is no note; give ms_note_volume() what ms_note_on() has written");
    if (!(decibels >= silence && decibels <= 24))
        return refused("the volume of ms_note_volume() is out of range; give -144 to 24 dB");
    const float gain = decibels > silence ? std::pow(10.0F, decibels / 20) : 0;
    return instrument->send({.kind = QueuedEvent::Kind::volume, .note = note, .value = gain});
}

ms_result_t ms_control_change(ms_instrument_t* instrument, std::uint8_t controller, std::uint8_t value)
{
    constexpr std::uint8_t mode_messages = 120; // have functions of their own
    if (instrument == nullptr)
        return refused("ms_control_change() needs an instrument; create one first");
    if (controller >= mode_messages || value > 127)
        return refused("ms_control_change() takes the controllers 0 to 119 and the values 0 to 127; "
                       "ms_all_notes_off(), ms_all_sound_off() and ms_send_midi() do what is beyond");
    return send_message(*instrument, 0xb0, controller, value);
}

ms_result_t ms_pitch_bend(ms_instrument_t* instrument, int bend)
{
    if (instrument == nullptr)
        return refused("ms_pitch_bend() needs an instrument; create one first");
    if (bend < -8192 || bend > 8191)
        return refused("the bend of ms_pitch_bend() is out of range; give -8192 to 8191");
    const auto bits = static_cast<unsigned>(bend + 8192);
    return send_message(*instrument, 0xe0, static_cast<std::uint8_t>(bits & 0x7f),
                        static_cast<std::uint8_t>(bits >> 7));
}

ms_result_t ms_all_notes_off(ms_instrument_t* instrument)
{
    constexpr std::uint8_t all_notes_off = 123;
    if (instrument == nullptr)
        return refused("ms_all_notes_off() needs an instrument; create one first");
    ms_result_t result = send_to_all(*instrument, all_notes_off);
    for (const std::uint8_t pedal : instrument->pedals())
        if (result == MS_OK)
            result = send_to_all(*instrument, pedal);
    return result;
}

ms_result_t ms_all_sound_off(ms_instrument_t* instrument)
{
    constexpr std::uint8_t all_sound_off = 120;
    return instrument != nullptr ? send_to_all(*instrument, all_sound_off)
                                 : refused("ms_all_sound_off() needs an instrument; create one first");
}

ms_result_t ms_send_midi(ms_instrument_t* instrument, std::uint32_t frame, const std::uint8_t* message,
                         std::size_t size)
{
    if (instrument == nullptr || message == nullptr)
        return refused("ms_send_midi() needs an instrument, and a message");
    if (!is_frame(frame))
        return refused("the frame of ms_send_midi() is out of range; give 0 to 8191");
    if (size < 2 || size > 3 || !is_of_channel(message[0]))
        return refused("ms_send_midi() takes one channel message: a status of 0x80 to 0xef and its data");
    if (size == 2 && has_second_data(message[0]))
        return refused(
            "the MIDI message is cut short; give ms_send_midi() 3 bytes, or 2 if it begins with 0xc0 "
            "to 0xdf");
    return send_at(*instrument, frame, {message[0], message[1], size == 3 ? message[2] : std::uint8_t{0}},
                   "the data of ms_send_midi() is out of range; give 0 to 127");
}

ms_result_t ms_send_ump(ms_instrument_t* instrument, std::uint32_t frame, const std::uint32_t* words,
                        std::size_t count)
{
    // Words of each type of message
    constexpr std::array<std::uint8_t, 16> sizes{1, 1, 1, 2, 2, 4, 1, 1, 2, 2, 2, 3, 3, 4, 4, 4};
    constexpr std::uint32_t midi1 = 2;
    constexpr std::uint32_t midi2 = 4;
    if (instrument == nullptr || words == nullptr)
        return refused("ms_send_ump() needs an instrument, and a packet");
    if (!is_frame(frame))
        return refused("the frame of ms_send_ump() is out of range; give 0 to 8191");
    if (count == 0 || count != sizes[words[0] >> 28])
        return refused("ms_send_ump() takes one whole packet; give 1 to 4 words, as its type has them");
    const auto byte = [&](unsigned shift) {
        return static_cast<std::uint8_t>(words[0] >> shift & 0xff);
    };
    switch (words[0] >> 28) {
    case midi1:
        if (!is_of_channel(byte(16)))
            return refused("ms_send_ump() takes packets of MIDI 1.0 with a status of 0x80 to 0xef");
        return send_at(*instrument, frame, {byte(16), byte(8), byte(0)},
                       "the MIDI 1.0 data of ms_send_ump() is out of range; give 0 to 127");
    case midi2:
        return instrument->send({.midi2 = {words[0], words[1]}, .frame = frame});
    default:
        return MS_OK;
    }
}

ms_result_t ms_set_transport(ms_sampler_t* sampler, const ms_transport_t* transport)
{
    constexpr double furthest = 1e9; // quarter notes
    if (sampler == nullptr || transport == nullptr)
        return refused("ms_set_transport() needs a sampler, and where its song is");
    if (!(transport->tempo >= 1 && transport->tempo <= 10'000))
        return refused(
            "the tempo of ms_set_transport() is out of range; give 1 to 10000 quarter notes per minute");
    if (!(std::abs(transport->position) <= furthest))
        return refused("the position of ms_set_transport() is out of range; give -1e9 to 1e9 quarter notes");
    return sampler->set_transport(*transport);
}
