// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace decant::protocol
{

/// Bytes for the events of one block and direction: room for a 64 KiB SysEx beside thousands of short events.
inline constexpr std::uint32_t event_area_bytes = 256 * 1024;

enum class EventType : std::uint32_t {
    midi = 1,      ///< payload: one complete MIDI 1.0 message, SysEx with its F0 and F7
    parameter = 2, ///< payload: ParameterEvent
};

/// Precedes each payload; payloads are padded to eight bytes.
struct EventHeader {
    std::uint32_t frame; ///< offset into the block, in frames
    EventType type;
    std::uint32_t size; ///< of the payload, without padding
    std::uint32_t reserved;
};

struct ParameterEvent {
    std::uint32_t id; ///< as in the plugin's description
    std::uint32_t reserved;
    double value; ///< in the parameter's own range
};

static_assert(sizeof(EventHeader) == 16 && sizeof(ParameterEvent) == 16);

/// Appends events to an area, in the order in which they are to happen.
class EventWriter
{
    std::span<std::byte> area_;
    std::size_t used_ = 0;

public:
    explicit EventWriter(std::span<std::byte> area) noexcept : area_(area) {}

    /// Returns false, and leaves the area as it was, if the event does not fit. Non-blocking guarantee:
    /// wait-free.
    [[nodiscard]] bool push(std::uint32_t frame, EventType type, std::span<const std::byte> payload) noexcept
    {
        const std::size_t padded = (payload.size() + 7) & ~std::size_t{7};
        if (area_.size() - used_ < sizeof(EventHeader) || area_.size() - used_ - sizeof(EventHeader) < padded)
            return false;
        const EventHeader header{frame, type, static_cast<std::uint32_t>(payload.size()), 0};
        std::memcpy(area_.data() + used_, &header, sizeof header);
        if (!payload.empty())
            std::memcpy(area_.data() + used_ + sizeof header, payload.data(), payload.size());
        used_ += sizeof header + padded;
        return true;
    }

    [[nodiscard]] bool push_midi(std::uint32_t frame, std::span<const std::uint8_t> message) noexcept
    {
        return push(frame, EventType::midi, std::as_bytes(message));
    }

    [[nodiscard]] bool push_parameter(std::uint32_t frame, std::uint32_t id, double value) noexcept
    {
        const ParameterEvent event{id, 0, value};
        return push(frame, EventType::parameter, std::as_bytes(std::span(&event, 1)));
    }

    /// Bytes in use, to be sent beside the area.
    [[nodiscard]] std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(used_); }
};

/// An event as read; `payload` still points into the area.
struct EventView {
    std::uint32_t frame;
    EventType type;
    std::span<const std::byte> payload;

    [[nodiscard]] std::span<const std::uint8_t> midi() const noexcept
    {
        return {reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size()};
    }
};

/// Walks through an area that a stranger wrote: headers are copied before they are checked, and a payload
/// never reaches beyond the area. The first header that cannot be ends the walk.
class EventReader
{
    std::span<const std::byte> area_;
    std::size_t position_ = 0;

public:
    /// `size` is the peer's claim; it is cut to the area.
    EventReader(std::span<const std::byte> area, std::size_t size) noexcept
        : area_(area.first(size < area.size() ? size : area.size()))
    {
    }

    /// Writes the next event to `event`; false at the end. Frames are cut to `frames - 1`.
    [[nodiscard]] bool next(EventView& event, std::uint32_t frames) noexcept
    {
        if (area_.size() - position_ < sizeof(EventHeader))
            return false;
        EventHeader header;
        std::memcpy(&header, area_.data() + position_, sizeof header);
        position_ += sizeof header;
        const std::size_t left = area_.size() - position_;
        if (header.size > left) {
            position_ = area_.size();
            return false;
        }
        event.frame = frames == 0 ? 0 : (header.frame < frames ? header.frame : frames - 1);
        event.type = header.type;
        event.payload = area_.subspan(position_, header.size);
        const std::size_t padded = (std::size_t{header.size} + 7) & ~std::size_t{7};
        position_ += padded < left ? padded : left;
        return true;
    }
};

} // namespace decant::protocol
