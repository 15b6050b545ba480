// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"
#include "wine-host/protocol/events.hpp"

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace decant::bridge
{

/// MIDI of blocks that the plugin has not seen, for the first frame of its next one: messages that are no
/// note-ons, which would begin too late. [one thread at a time]
class MissedMidi
{
    /// Some thousands of short messages: what a keyboard and a dozen controllers send until a hung host is
    /// replaced.
    static constexpr std::size_t bytes = 64 * 1024;

    std::vector<std::byte> area_;
    protocol::EventWriter events_; ///< into area_

public:
    MissedMidi() : area_(bytes), events_(area_) {}

    MissedMidi(const MissedMidi&) = delete;
    MissedMidi& operator=(const MissedMidi&) = delete;
    MissedMidi(MissedMidi&&) = default; // the area stays where it is
    MissedMidi& operator=(MissedMidi&&) = default;
    ~MissedMidi() = default;

    /// False if there is no room for it.
    [[nodiscard]] bool keep(std::span<const std::uint8_t> message) noexcept DECANT_REALTIME
    {
        return events_.push_midi(0, message);
    }

    /// Returns how many there was no room for.
    std::uint64_t write_to(protocol::EventWriter& out) const noexcept DECANT_REALTIME
    {
        std::uint64_t lost = 0;
        protocol::EventReader reader(area_, events_.size());
        protocol::EventView event;
        while (reader.next(event, 1))
            if (!out.push(0, event.type, event.payload))
                ++lost;
        return lost;
    }

    /// The same of those that follow.
    std::uint64_t append(const MissedMidi& later) noexcept DECANT_REALTIME { return later.write_to(events_); }

    void clear() noexcept DECANT_REALTIME { events_ = protocol::EventWriter(area_); }
};

} // namespace decant::bridge
