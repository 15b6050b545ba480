// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wire.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace decant::protocol
{

/// A thread of the plugin's that is to be real-time, and that Linux does not let its process make so.
struct ThreadRefusal {
    std::uint32_t thread = 0;   ///< Linux' number
    std::uint32_t priority = 0; ///< of SCHED_FIFO, 1 to 98

    bool operator==(const ThreadRefusal&) const = default;
};

/// All of a process, which tells them through the line of each plugin in it.
struct ThreadRefusals {
    std::uint32_t serial = 0; ///< the higher one is the newer one
    std::vector<ThreadRefusal> threads;
};

inline std::vector<std::byte> encode(const ThreadRefusals& refusals)
{
    WireWriter out;
    out.put(refusals.serial).put(static_cast<std::uint32_t>(refusals.threads.size()));
    for (const auto& each : refusals.threads)
        out.put(each.thread).put(each.priority);
    return {out.bytes().begin(), out.bytes().end()};
}

/// Nothing if the payload is damaged, or if a number is one that no thread or priority can have.
inline std::optional<ThreadRefusals> decode_thread_refusals(std::span<const std::byte> payload)
{
    constexpr std::uint32_t most_threads = 4096;
    constexpr std::uint32_t most_ids = 1U << 22U; // of Linux
    WireReader in(payload);
    ThreadRefusals refusals;
    refusals.serial = in.get<std::uint32_t>();
    const auto count = in.get<std::uint32_t>();
    if (count > most_threads)
        return std::nullopt;
    for (std::uint32_t i = 0; i < count && !in.failed(); ++i) {
        auto& each = refusals.threads.emplace_back();
        each.thread = in.get<std::uint32_t>();
        each.priority = in.get<std::uint32_t>();
        if (each.thread == 0 || each.thread > most_ids || each.priority < 1 || each.priority > 98)
            return std::nullopt;
    }
    return in.complete() ? std::optional(std::move(refusals)) : std::nullopt;
}

} // namespace decant::protocol
