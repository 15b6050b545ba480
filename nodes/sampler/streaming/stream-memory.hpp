// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace decant::sampler
{

/// Bytes of a block of a streamed sample, with its guard frames.
inline constexpr std::size_t stream_block_bytes = 64 << 10;

/// The one budget of memory for samples: their heads, which are always there, and blocks of the rest. Not
/// for several threads at a time.
class StreamMemory
{
    std::size_t limit_;
    std::size_t heads_ = 0;
    std::size_t blocks_ = 0; // in use
    std::vector<std::byte*> chunks_;
    std::vector<std::byte*> free_; // without pages of memory behind them

public:
    /// Some blocks are always granted, or nothing would ever play.
    static constexpr std::size_t least_blocks = 32;

    explicit StreamMemory(std::size_t limit) noexcept : limit_(limit) {}
    StreamMemory(const StreamMemory&) = delete;
    StreamMemory& operator=(const StreamMemory&) = delete;
    ~StreamMemory();

    [[nodiscard]] std::size_t limit() const noexcept { return limit_; }
    void set_limit(std::size_t bytes) noexcept { limit_ = bytes; }

    [[nodiscard]] std::size_t heads() const noexcept { return heads_; }
    void add_head(std::size_t bytes) noexcept { heads_ += bytes; }
    void remove_head(std::size_t bytes) noexcept { heads_ -= bytes; }

    [[nodiscard]] std::size_t used() const noexcept { return heads_ + blocks_ * stream_block_bytes; }

    /// Whether one more block is within the limit.
    [[nodiscard]] bool has_room() const noexcept
    {
        return blocks_ < least_blocks || used() + stream_block_bytes <= limit_;
    }
    /// Whether some block has to go.
    [[nodiscard]] bool over() const noexcept { return blocks_ > least_blocks && used() > limit_; }

    /// A block, aligned to a page. Throws std::bad_alloc.
    [[nodiscard]] std::byte* take();

    /// Gives it back to the system.
    void give_back(std::byte* block) noexcept;
};

/// A quarter of the machine's memory.
[[nodiscard]] std::size_t default_stream_memory() noexcept;

} // namespace decant::sampler
