// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"
#include "nodes/sampler/articulation.hpp"
#include "nodes/sampler/own-controls.hpp"
#include "nodes/sampler/region.hpp"

#include <array>
#include <bitset>
#include <cstdint>

namespace decant::sampler
{

// Controllers that the sampler itself answers to.
namespace controller
{
inline constexpr unsigned modulation = 1;
inline constexpr unsigned data_entry = 6;
inline constexpr unsigned fine_data_entry = 38;
inline constexpr unsigned fine_unregistered = 98; // parameter number
inline constexpr unsigned unregistered = 99;
inline constexpr unsigned fine_registered = 100;
inline constexpr unsigned registered = 101;
inline constexpr unsigned volume = 7;
inline constexpr unsigned pan = 10;
inline constexpr unsigned expression = 11;
inline constexpr unsigned sustain = 64;
inline constexpr unsigned sostenuto = 66;
inline constexpr unsigned all_sound_off = 120;
inline constexpr unsigned reset = 121;
inline constexpr unsigned all_notes_off = 123; // and the mode messages behind it
} // namespace controller

/// What messages of MIDI 2.0 say of the notes of one key.
struct KeyExpression {
    float bend = 0;        ///< -1 … 1
    float pitch = 0;       ///< cents off the key, of the note that began last
    float given_pitch = 0; ///< the same, of notes that say nothing of it when they begin
    float volume = 1;
    float expression = 1;
    OwnControls controls{};
    std::uint64_t detached = 0; ///< notes up to this one are left alone; counted as by VoiceStart

    friend bool operator==(const KeyExpression&, const KeyExpression&) = default;
};

/// What a MIDI channel's player has done so far. [rt]
struct Channel {
    std::array<float, controller::all> controls{}; ///< 0 … 1
    std::array<float, 128> key_aftertouch{};       ///< 0 … 1
    std::array<float, 128> velocities{};           ///< of the keys' last notes
    std::array<KeyExpression, 128> expressions{};  ///< of the keys
    std::array<std::uint64_t, 128> started{};      ///< frame at which the keys' last notes began
    std::array<std::int16_t, 128> played_as{};     ///< the keys that keys of the keyboard stand for; -1: none
    std::bitset<128> down;                         ///< keys
    std::bitset<128> sustained;                    ///< keys that are up, but held by the sustain pedal
    std::bitset<128> caught;                       ///< keys that the sostenuto pedal holds
    double bend = 0;                               ///< -8192…8191, with fractions from MIDI 2.0
    double bend_range = 0;                         ///< cents; 0: as the regions say
    double note_bend_range = 4800;                 ///< cents, of the bends of single notes
    int registered_parameter = none_registered;    ///< that data entry sets
    std::uint8_t home = 0;                         ///< the channel of whose zone it is a member, else itself
    int program = 0;
    int previous_key = -1; ///< of the note before the last
    int last_key = -1;
    float previous_velocity = 0;
    float last_velocity = 0;
    bool alternate = false;

    static constexpr int none_registered = 0x3fff;

    Channel() noexcept;

    [[nodiscard]] bool pressed(unsigned pedal) const noexcept DECANT_REALTIME
    {
        return controls[pedal] >= 0.5f;
    }
};

/// What a zone is chosen by, beside its key.
struct NoteConditions {
    std::uint8_t channel = 0;
    std::uint8_t home = 0; ///< see Channel
    std::uint8_t key = 0;
    float velocity = 0; ///< 0 … 127, with fractions from MIDI 2.0
    float random = 0;
    float tempo = 120; ///< beats per minute
    NoteControls controls{};
};

/// Whether the region is played now; everything but keys, trigger and turns. `last_switch` is the last key
/// pressed of the region's keyswitches, -1 if there is none. [rt]
[[nodiscard]] bool fits(const Region& region, const Channel& channel, const NoteConditions& note,
                        int last_switch) noexcept DECANT_REALTIME;

/// The gain of a crossfade at a value. [rt]
[[nodiscard]] float fade_at(const Crossfade& fade, float value, FadeCurve curve) noexcept DECANT_REALTIME;

} // namespace decant::sampler
