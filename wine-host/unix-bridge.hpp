// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/protocol/channel.hpp"
#include "wine-host/protocol/layout.hpp"
#include "wine-host/unix-calls.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace decant::host
{

/// One region and the Linux half of this process, as seen from the Windows half; see unix-calls.hpp for what
/// the calls do. Also the host's BellRope for protocol::Channel.
class UnixBridge
{
    using Call = std::int32_t (*)(std::uint32_t code, void* parameters);

    Call call_;
    protocol::Region* region_ = nullptr;
    std::uint32_t handle_ = 0;

    template <class Parameters>
    std::int32_t call(UnixCall code, Parameters& parameters) noexcept
    {
        return call_(static_cast<std::uint32_t>(code), &parameters);
    }
    [[nodiscard]] std::uint32_t offset_of(const protocol::Doorbell& bell) const noexcept;

public:
    /// Loads decant-bridge.dll and maps the region. Throws std::runtime_error, which says how to set it
    /// right.
    explicit UnixBridge(const std::string& region_name);

    /// Preconditions: no thread uses the region any more.
    ~UnixBridge();

    UnixBridge(const UnixBridge&) = delete;
    UnixBridge& operator=(const UnixBridge&) = delete;

    /// Ends next_block() and sleep(), and every later one, of all threads; returns when `thread` (a HANDLE,
    /// which it closes) has ended. [main]
    void end_thread(void* thread) noexcept;

    [[nodiscard]] protocol::Region& region() noexcept { return *region_; }

    /// Publishes the reply to block `finished` and waits for another block; nothing after end_thread().
    /// Thread: audio. [rt]
    [[nodiscard]] std::optional<std::uint32_t> next_block(std::uint32_t finished) noexcept;

    /// Gives the calling thread SCHED_FIFO. Returns the priority that it has then, 0 for none. [any]
    [[nodiscard]] int make_realtime(int priority) noexcept;

    /// Names the calling thread; the first fifteen bytes count. [any]
    void name_thread(const std::string& name) noexcept;

    /// Gives what lies below the calling thread's stack pointer back to the system: Wine (8.0 and later) has
    /// touched most of a megabyte there before the thread comes to run. Not for a thread that is real-time,
    /// which would meet the pages again one by one. [any]
    void release_stack() noexcept;

    /// Makes memory of this process present, and keeps it so as far as the limits go. [any]
    void lock(std::span<const std::byte> memory) noexcept;

    /// The same for half a megabyte of stack below the caller: a plugin's first block, and its first one that
    /// is larger, would take a fault for each page of it. [any]
    void lock_stack() noexcept;

    // BellRope [any]
    void wake(protocol::Doorbell& bell) noexcept;
    [[nodiscard]] bool sleep(protocol::Doorbell& bell, std::uint32_t seen, std::uint64_t deadline) noexcept;
    [[nodiscard]] std::uint64_t now() noexcept;
};

static_assert(protocol::BellRope<UnixBridge>);

} // namespace decant::host
