// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>

namespace decant::sampler
{

/// How one note differs from the others of its channel.
struct NoteExpression {
    float cents = 0;
    float gain = 1;
};

/// What another thread than the audio thread wants to happen in the next block.
struct QueuedEvent {
    enum class Kind : std::uint8_t {
        midi,   ///< `midi2` if it is one, else `bytes`, a MIDI 1.0 channel message; a note-on names its note
                ///< `note`
        pitch,  ///< `note` is `value` cents off
        volume, ///< `note` has the gain `value`
    };

    Kind kind = Kind::midi;
    std::array<std::uint8_t, 3> bytes{};
    std::array<std::uint32_t, 2> midi2{}; ///< a channel voice message of MIDI 2.0; zeros: none
    std::uint32_t frame = 0;              ///< of the next block; behind its end counts as its end
    std::uint32_t note = 0;               ///< what the sender calls the note; 0: no name
    float value = 0;
};

} // namespace decant::sampler
