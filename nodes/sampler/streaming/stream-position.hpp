// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"
#include "nodes/sampler/streaming/sample-stream.hpp"

#include <cstddef>
#include <cstdint>

namespace decant::sampler
{

/// What voices of one sampler have in common while they read streams.
struct StreamClock {
    double rate = 48'000;      ///< Hz, of the frames that are rendered
    bool wait = false;         ///< for blocks, as nobody waits for the sound
    std::uint64_t starved = 0; ///< voices that found a block missing
};

/// Where a voice is in the stream of its sample: the block that it reads and the one that it will read next
/// stay in memory. All of it is [rt].
class StreamPosition
{
    struct Pin {
        StreamBlock* block = nullptr;
        const std::byte* memory = nullptr;
    };

    Pin now_;
    Pin next_;

    static void release(Pin& pin) noexcept DECANT_REALTIME
    {
        if (pin.block != nullptr)
            pin.block->release();
        pin = {};
    }

    static bool acquire(Pin& pin, SampleStream& stream, std::size_t index,
                        const StreamClock& clock) noexcept DECANT_REALTIME
    {
        StreamBlock& block = stream.block(index);
        if (pin.block == &block)
            return true;
        release(pin);
        const std::byte* memory = block.acquire();
        if (memory == nullptr && clock.wait) {
            stream.await(index);
            memory = block.acquire();
        }
        if (memory == nullptr) {
            stream.ask(index, 0);
            return false;
        }
        pin = {.block = &block, .memory = memory};
        return true;
    }

public:
    /// The memory of the block that is read now; null if it is not there.
    [[nodiscard]] const std::byte* enter(SampleStream& stream, std::size_t index,
                                         const StreamClock& clock) noexcept DECANT_REALTIME
    {
        if (next_.block == &stream.block(index)) {
            release(now_);
            now_ = next_;
            next_ = {};
        }
        return acquire(now_, stream, index, clock) ? now_.memory : nullptr;
    }

    /// Whether the block that is read next is there; if so it stays.
    [[nodiscard]] bool prepare(SampleStream& stream, std::size_t index,
                               const StreamClock& clock) noexcept DECANT_REALTIME
    {
        return acquire(next_, stream, index, clock);
    }

    void leave() noexcept DECANT_REALTIME
    {
        release(now_);
        release(next_);
    }
};

} // namespace decant::sampler
