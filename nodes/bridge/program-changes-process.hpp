// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <span>

namespace decant::bridge
{

/// Which of a plugin's programs MIDI asks for: by program changes, after bank selects (controllers 0 and 32)
/// if there are more than 128. What is asked for last counts.
class ProgramChanges
{
    static constexpr std::uint32_t none = UINT32_MAX;

    struct Bank {
        std::uint8_t msb = 0;
        std::uint8_t lsb = 0;
    };

    std::array<Bank, 16> banks_; ///< of each channel; the audio thread's own
    std::atomic<std::uint32_t> wanted_ = none;

public:
    [[nodiscard]] static bool is_one(std::span<const std::uint8_t> message) noexcept DECANT_REALTIME
    {
        return message.size() == 2 && (message[0] & 0xf0) == 0xc0;
    }

    /// Takes note of a message, whatever it is. [rt]
    void hear(std::span<const std::uint8_t> message) noexcept DECANT_REALTIME
    {
        if (message.empty())
            return;
        Bank& bank = banks_[message[0] & 0x0fU];
        if (is_one(message))
            wanted_.store((bank.msb * 128U + bank.lsb) * 128U + (message[1] & 0x7fU),
                          std::memory_order_relaxed);
        else if (message.size() == 3 && (message[0] & 0xf0) == 0xb0 && message[1] == 0)
            bank = {static_cast<std::uint8_t>(message[2] & 0x7fU), 0};
        else if (message.size() == 3 && (message[0] & 0xf0) == 0xb0 && message[1] == 32)
            bank.lsb = message[2] & 0x7fU;
    }

    /// What was asked for since the last call, counted from zero. [any but rt]
    [[nodiscard]] std::optional<std::uint32_t> take() noexcept
    {
        const std::uint32_t wanted = wanted_.exchange(none, std::memory_order_relaxed);
        return wanted == none ? std::nullopt : std::optional(wanted);
    }
};

} // namespace decant::bridge
