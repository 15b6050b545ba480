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
#include <vector>

namespace decant::protocol
{

/// How one side sleeps and wakes; what differs between a native process and a thread of a Wine host.
template <class T>
concept BellRope = requires(T rope, Doorbell& bell, std::uint32_t seen, std::uint64_t deadline) {
    /// Wakes everybody who sleeps on `bell`.
    { rope.wake(bell) } noexcept;
    /// Sleeps until `bell.value` is not `seen`, or CLOCK_MONOTONIC reaches `deadline` (ns); may return early. False if
    /// the peer is gone for good.
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
/// One thread may send and another one receive. A side must go on receiving while it sends, from whichever thread, or
/// two long messages that cross would wait for each other.
template <BellRope Rope>
class Channel
{
    Rope& rope_;
    RingWriter writer_;
    RingReader reader_;
    Doorbell& own_bell_;
    Doorbell& peer_bell_;
    bool malformed_ = false; ///< the receiver's alone

    /// Runs `move` on `end`, one end of a ring, until it has moved all of `total` bytes.
    template <class End, class Move>
    [[nodiscard]] bool move_all(const End& end, std::size_t total, std::uint64_t deadline, Move move)
    {
        std::size_t done = 0;
        while (done < total) {
            const std::uint32_t seen = own_bell_.value.load(std::memory_order_seq_cst);
            const std::size_t moved = move(done);
            done += moved;
            if (moved != 0) {
                ring(rope_, peer_bell_);
                continue;
            }
            if (end.broken() || rope_.now() >= deadline || !rope_.sleep(own_bell_, seen, deadline))
                return false;
        }
        return true;
    }

    [[nodiscard]] bool send_bytes(std::span<const std::byte> bytes, std::uint64_t deadline)
    {
        return move_all(writer_, bytes.size(), deadline,
                        [&](std::size_t done) { return writer_.write_some(bytes.subspan(done)); });
    }

public:
    /// The service's end sends through `to_host`, the host's end through `to_service`.
    Channel(Rope& rope, RingStorage& outgoing, RingStorage& incoming, Doorbell& own, Doorbell& peer) noexcept
        : rope_(rope), writer_(outgoing), reader_(incoming), own_bell_(own), peer_bell_(peer)
    {
    }

    /// False if the peer did not make room before `deadline` (CLOCK_MONOTONIC, ns), is gone, or broke the ring. The
    /// channel is of no use after that.
    [[nodiscard]] bool send(MessageType type, std::uint32_t id, std::span<const std::byte> payload,
                            std::uint64_t deadline)
    {
        const MessageHeader header{type, id, static_cast<std::uint32_t>(payload.size()), 0};
        return send_bytes(std::as_bytes(std::span(&header, 1)), deadline) && send_bytes(payload, deadline);
    }

    /// Whether a message has begun to arrive. Thread: the receiver.
    [[nodiscard]] bool pending() const noexcept { return reader_.available() != 0; }

    /// The next message; nothing at `deadline`, if the peer is gone, or if what came is no message.
    [[nodiscard]] std::optional<Message> receive(std::uint64_t deadline)
    {
        constexpr std::size_t step = 1024 * 1024; // never allocate for a claim, only for what arrives
        MessageHeader header;
        const auto head = std::as_writable_bytes(std::span(&header, 1));
        if (!move_all(reader_, head.size(), deadline,
                      [&](std::size_t done) { return reader_.read_some(head.subspan(done)); }))
            return std::nullopt;
        if (header.size > max_message_bytes) {
            malformed_ = true;
            return std::nullopt;
        }
        Message message{header.type, header.id, {}};
        while (message.payload.size() < header.size) {
            const std::size_t start = message.payload.size();
            const std::size_t part = std::min<std::size_t>(step, header.size - start);
            message.payload.resize(start + part);
            const auto rest = std::span(message.payload).subspan(start);
            // A message that has begun must end: a deadline in its middle would leave the ring between two messages.
            if (!move_all(reader_, part, deadline, [&](std::size_t done) { return reader_.read_some(rest.subspan(done)); })) {
                malformed_ = true;
                return std::nullopt;
            }
        }
        return message;
    }

    /// The peer broke a rule of the ring or of a message; nothing sensible will come any more. Thread: the receiver.
    [[nodiscard]] bool broken() const noexcept { return malformed_ || reader_.broken(); }
};

} // namespace decant::protocol
