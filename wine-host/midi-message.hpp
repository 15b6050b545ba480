// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace decant::host
{

namespace midi
{
inline constexpr std::uint8_t note_off = 0x80;
inline constexpr std::uint8_t note_on = 0x90;
inline constexpr std::uint8_t poly_pressure = 0xa0;
inline constexpr std::uint8_t controller = 0xb0;
inline constexpr std::uint8_t program_change = 0xc0;
inline constexpr std::uint8_t channel_pressure = 0xd0;
inline constexpr std::uint8_t pitch_bend = 0xe0;
inline constexpr std::uint8_t sysex_begin = 0xf0;
inline constexpr std::uint8_t sysex_end = 0xf7;
} // namespace midi

/// Bytes of a short MIDI message that begins with `status`; 0 if none does.
[[nodiscard]] constexpr std::size_t midi_length(std::uint8_t status) noexcept
{
    if (status < 0x80)
        return 0;
    if (status < midi::sysex_begin)
        return status >= midi::program_change && status < midi::pitch_bend ? 2 : 3;
    constexpr std::uint8_t system_lengths[16] = {0, 2, 3, 2, 0, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 1};
    return system_lengths[status - midi::sysex_begin];
}

/// 0..1 as seven bits; what is outside, or no number, is the nearest.
[[nodiscard]] constexpr std::uint8_t midi_seven_bits(double value) noexcept
{
    return value > 0 ? (value < 1 ? static_cast<std::uint8_t>(value * 127 + 0.5) : std::uint8_t{127})
                     : std::uint8_t{0};
}

} // namespace decant::host
