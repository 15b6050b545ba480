// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "layout.hpp"
#include "messages.hpp"

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace decant::protocol
{

/// How one side sleeps and wakes; what differs between a native process and a thread of a Wine host.
template <class T>
concept BellRope = requires(T rope, Doorbell& bell, std::uint32_t seen, std::uint64_t deadline) {
    /// Wakes everybody who sleeps on `bell`.
    { rope.wake(bell) } noexcept;
    /// Sleeps until `bell.value` is not `seen`, or CLOCK_MONOTONIC reaches `deadline` (ns); may return early.
    /// False if the peer is gone for good.
    { rope.sleep(bell, seen, deadline) } noexcept -> std::same_as<bool>;
    /// CLOCK_MONOTONIC in nanoseconds.
    { rope.now() } noexcept -> std::same_as<std::uint64_t>;
};

/// Adds one to the bell and wakes whoever sleeps on it.
template <BellRope Rope>
void ring(Rope& rope, Doorbell& bell) noexcept
{
    bell.value.fetch_add(1, std::memory_order_seq_cst);
    if (bell.sleepers.load(std::memory_order_seq_cst) != 0)
        rope.wake(bell);
}

struct Message {
    MessageType type;
    std::uint32_t id;
    std::vector<std::byte> payload;
};

/// Whole messages through a pair of rings. Not for the audio thread.
///
/// One thread may send and another one receive. A side must go on receiving while it sends, or two long
/// messages that cross would wait for each other: from another thread, or from what it passes to send().
template <BellRope Rope>
class Channel
{
    Rope& rope_;
    RingWriter writer_;
    RingReader reader_;
    Doorbell& own_bell_;
    Doorbell& peer_bell_;
    bool cut_ = false; ///< a message was sent in part; the sender's alone

    // What has arrived of the message that is on its way; the receiver's alone.
    MessageHeader header_{};
    std::size_t header_bytes_ = 0;
    std::vector<std::byte> payload_;
    std::size_t payload_bytes_ = 0;
    bool malformed_ = false;

    template <class WhileBlocked>
    [[nodiscard]] bool send_bytes(std::span<const std::byte> bytes, std::uint64_t deadline,
                                  WhileBlocked& while_blocked)
    {
        while (!bytes.empty()) {
            const std::uint32_t seen = own_bell_.value.load(std::memory_order_seq_cst);
            const std::size_t moved = writer_.write_some(bytes);
            bytes = bytes.subspan(moved);
            if (moved != 0) {
                ring(rope_, peer_bell_);
                continue;
            }
            while_blocked();
            if (writer_.broken() || rope_.now() >= deadline || !rope_.sleep(own_bell_, seen, deadline))
                return false;
        }
        return true;
    }

    /// Reads into `place` from its `done`th byte on; returns how many.
    [[nodiscard]] std::size_t fill(std::span<std::byte> place, std::size_t& done) noexcept
    {
        const std::size_t moved = reader_.read_some(place.subspan(done));
        done += moved;
        return moved;
    }

    /// Takes what there is of the current message; returns the number of bytes.
    [[nodiscard]] std::size_t take_some()
    {
        constexpr std::size_t step = 1024 * 1024; // never allocate for a claim, only for what arrives
        if (header_bytes_ < sizeof header_) {
            const std::size_t moved = fill(std::as_writable_bytes(std::span(&header_, 1)), header_bytes_);
            if (header_bytes_ < sizeof header_ || header_.size <= max_message_bytes)
                return moved;
            malformed_ = true;
            return 0;
        }
        if (payload_bytes_ == payload_.size())
            payload_.resize(payload_.size() + std::min<std::size_t>(step, header_.size - payload_.size()));
        return fill(payload_, payload_bytes_);
    }

    [[nodiscard]] bool whole() const noexcept
    {
        return header_bytes_ == sizeof header_ && payload_bytes_ == header_.size;
    }

public:
    /// The service's end sends through `to_host`, the host's end through `to_service`.
    Channel(Rope& rope, RingStorage& outgoing, RingStorage& incoming, Doorbell& own, Doorbell& peer) noexcept
        : rope_(rope), writer_(outgoing), reader_(incoming), own_bell_(own), peer_bell_(peer)
    {
    }

    /// False if the peer did not make room before `deadline` (CLOCK_MONOTONIC, ns), is gone, or broke the
    /// ring; no message can be sent after that. Calls `while_blocked` before it sleeps because the ring is
    /// full.
    template <class WhileBlocked>
    [[nodiscard]] bool send(MessageType type, std::uint32_t id, std::span<const std::byte> payload,
                            std::uint64_t deadline, WhileBlocked while_blocked)
    {
        if (cut_ || payload.size() > max_message_bytes)
            return false;
        const MessageHeader header{type, id, static_cast<std::uint32_t>(payload.size()), 0};
        cut_ = true; // also if `while_blocked` throws
        cut_ = !send_bytes(std::as_bytes(std::span(&header, 1)), deadline, while_blocked) ||
               !send_bytes(payload, deadline, while_blocked);
        return !cut_;
    }

    [[nodiscard]] bool send(MessageType type, std::uint32_t id, std::span<const std::byte> payload,
                            std::uint64_t deadline)
    {
        return send(type, id, payload, deadline, [] {});
    }

    /// Whether there is something to receive, perhaps not a whole message yet. Thread: the receiver.
    [[nodiscard]] bool pending() const noexcept { return reader_.available() != 0; }

    /// The next message; nothing at `deadline`, if the peer is gone, or if what came is no message. What has
    /// arrived of a message until `deadline` is kept for the next call.
    [[nodiscard]] std::optional<Message> receive(std::uint64_t deadline)
    {
        while (!whole()) {
            const std::uint32_t seen = own_bell_.value.load(std::memory_order_seq_cst);
            if (malformed_)
                return std::nullopt;
            if (take_some() != 0) {
                ring(rope_, peer_bell_);
                continue;
            }
            if (broken() || rope_.now() >= deadline || !rope_.sleep(own_bell_, seen, deadline))
                return std::nullopt;
        }
        Message message{header_.type, header_.id, std::move(payload_)};
        payload_.clear();
        header_bytes_ = payload_bytes_ = 0;
        return message;
    }

    /// The peer broke a rule of the ring or of a message; nothing sensible will come any more. Thread: the
    /// receiver.
    [[nodiscard]] bool broken() const noexcept { return malformed_ || reader_.broken(); }
};

} // namespace decant::protocol
