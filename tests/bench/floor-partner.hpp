// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/pacing.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <sys/types.h>

namespace decant::bench
{

/// The least that a block handed to another process can cost: a native process that answers a request as soon
/// as the futex lets it, one wake each way, both sides SCHED_FIFO, no spin, no audio.
class FloorPartner : public Subject
{
    /// Each on a cache line of its own, as in the bridge's region.
    struct Words {
        alignas(64) std::atomic<std::uint32_t> request;
        alignas(64) std::atomic<std::uint32_t> reply;
    };
    struct Unmap {
        void operator()(Words* words) const noexcept;
    };
    /// Killed and reaped with this object.
    struct Process {
        pid_t id;
        ~Process();
    };

    [[noreturn]] static void answer_for_ever(Words& words) noexcept;
    [[nodiscard]] static Words* map_words();
    [[nodiscard]] static pid_t start_process(Words& words);

    std::unique_ptr<Words, Unmap> words_;
    Process process_;
    std::uint32_t number_ = 0;
    std::uint64_t late_ = 0;

public:
    /// Starts the process; to be called before there are other threads. Throws std::system_error, or what
    /// make_realtime() throws.
    FloorPartner();
    FloorPartner(const FloorPartner&) = delete;
    FloorPartner& operator=(const FloorPartner&) = delete;

    void call(std::uint64_t start_nsec, std::uint64_t deadline_nsec) noexcept override;

    [[nodiscard]] pid_t process() const noexcept { return process_.id; }

    /// Without an answer within a second.
    [[nodiscard]] std::uint64_t late() const noexcept override { return late_; }
};

} // namespace decant::bench
