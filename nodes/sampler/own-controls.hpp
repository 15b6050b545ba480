// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace decant::sampler
{

/// Controllers that a note has for itself, in the place of its channel's: what MIDI 2.0 registers for single
/// notes, but for pitch, volume and expression, which are added to the channel's. All of it is [rt].
class OwnControls
{
    static constexpr std::array<std::uint8_t, 19> known{1,  2,  8,  10, 70, 71, 72, 73, 74, 75,
                                                        76, 77, 78, 79, 91, 92, 93, 94, 95};

    std::uint32_t given_ = 0; // bits, as `known`
    std::array<float, known.size()> values_{};

    static constexpr std::size_t index_of(unsigned control) noexcept DECANT_REALTIME
    {
        std::size_t index = 0;
        while (index < known.size() && known[index] != control)
            ++index;
        return index;
    }

public:
    /// `value` is 0 … 1. False if notes have no such controller.
    bool set(unsigned control, float value) noexcept DECANT_REALTIME
    {
        const std::size_t index = index_of(control);
        if (index == known.size())
            return false;
        given_ |= 1U << index;
        values_[index] = value;
        return true;
    }

    /// Null if the note has none of its own.
    [[nodiscard]] const float* find(unsigned control) const noexcept DECANT_REALTIME
    {
        if (given_ == 0)
            return nullptr;
        const std::size_t index = index_of(control);
        return index < known.size() && (given_ >> index & 1) != 0 ? &values_[index] : nullptr;
    }

    friend bool operator==(const OwnControls&, const OwnControls&) = default;
};

} // namespace decant::sampler
