// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace decant::bridge
{

/// Whether the bytes are one whole MIDI 1.0 message; a SysEx has its F0 and F7. [any]
[[nodiscard]] inline bool is_midi_message(std::span<const std::uint8_t> bytes) noexcept DECANT_REALTIME
{
    if (bytes.empty() || bytes[0] < 0x80)
        return false;
    const auto is_data = [](std::uint8_t byte) {
        return byte < 0x80;
    };
    const std::uint8_t status = bytes[0];
    if (status == 0xf0)
        return bytes.size() >= 2 && bytes.back() == 0xf7 &&
               std::all_of(bytes.begin() + 1, bytes.end() - 1, is_data);
    // Data bytes by the upper half of the status byte, and by the lower half of the system messages; 9: no
    // message.
    constexpr std::uint8_t channel_data[] = {2, 2, 2, 2, 1, 1, 2};
    constexpr std::uint8_t system_data[] = {9, 1, 2, 1, 9, 9, 0, 9, 0, 9, 0, 0, 0, 9, 0, 0};
    const std::size_t data = status < 0xf0 ? channel_data[(status >> 4) - 8] : system_data[status & 0xf];
    return bytes.size() == data + 1 && std::all_of(bytes.begin() + 1, bytes.end(), is_data);
}

/// Whether it starts a note, and so makes no sense any more a little later. [any]
[[nodiscard]] inline bool is_note_on(std::span<const std::uint8_t> message) noexcept DECANT_REALTIME
{
    return message.size() == 3 && (message[0] & 0xf0) == 0x90 && message[2] != 0;
}

} // namespace decant::bridge
