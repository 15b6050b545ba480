// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace decant::protocol
{

/// Bytes of a ring; a power of two, so that the free-running counts wrap without a seam.
inline constexpr std::uint32_t ring_capacity = 64 * 1024;

/// The part of a ring that lives in shared memory. Both counts run freely and wrap at 2^32.
struct RingStorage {
    alignas(64) std::atomic<std::uint32_t> written; ///< stored by the producer alone
    alignas(64) std::atomic<std::uint32_t> read;    ///< stored by the consumer alone
    alignas(64) std::array<std::byte, ring_capacity> bytes;
};

static_assert(std::atomic<std::uint32_t>::is_always_lock_free);
static_assert(sizeof(std::atomic<std::uint32_t>) == 4);
static_assert((ring_capacity & (ring_capacity - 1)) == 0);
static_assert(sizeof(RingStorage) == 128 + ring_capacity);

/// The producer's end of a single-producer, single-consumer ring between two processes.
///
/// The peer is a stranger: its count is range-checked, and our own count is kept in private memory, never
/// read back. Algorithm: load the other's count once (acquire), copy, store our own count once (release).
class RingWriter
{
    RingStorage& storage_;
    std::uint32_t written_ = 0;
    bool broken_ = false;

public:
    /// Preconditions: `storage` is zeroed, or the ring has not been used yet.
    explicit RingWriter(RingStorage& storage) noexcept : storage_(storage) {}

    /// Copies as many bytes as fit and returns their number; zero if the ring is full or the peer broke it.
    /// Thread: producer only. Non-blocking guarantee: wait-free.
    [[nodiscard]] std::size_t write_some(std::span<const std::byte> bytes) noexcept
    {
        const std::uint32_t used = written_ - storage_.read.load(std::memory_order_acquire);
        if (used > ring_capacity) {
            broken_ = true;
            return 0;
        }
        const std::size_t count = std::min<std::size_t>(bytes.size(), ring_capacity - used);
        const std::size_t start = written_ & (ring_capacity - 1);
        const std::size_t first = std::min(count, ring_capacity - start);
        if (first != 0)
            std::memcpy(storage_.bytes.data() + start, bytes.data(), first);
        if (count != first)
            std::memcpy(storage_.bytes.data(), bytes.data() + first, count - first);
        written_ += static_cast<std::uint32_t>(count);
        storage_.written.store(written_, std::memory_order_release);
        return count;
    }

    /// Whether the consumer has published a count that cannot be.
    [[nodiscard]] bool broken() const noexcept { return broken_; }
};

/// The consumer's end; see RingWriter.
class RingReader
{
    RingStorage& storage_;
    std::uint32_t read_ = 0;
    bool broken_ = false;

public:
    /// Preconditions: `storage` is zeroed, or nothing has been read from the ring yet.
    explicit RingReader(RingStorage& storage) noexcept : storage_(storage) {}

    /// Moves as many bytes as there are into `bytes` and returns their number; zero if there are none or the
    /// peer broke the ring. Thread: consumer only. Non-blocking guarantee: wait-free.
    [[nodiscard]] std::size_t read_some(std::span<std::byte> bytes) noexcept
    {
        const std::uint32_t used = storage_.written.load(std::memory_order_acquire) - read_;
        if (used > ring_capacity) {
            broken_ = true;
            return 0;
        }
        const std::size_t count = std::min<std::size_t>(bytes.size(), used);
        const std::size_t start = read_ & (ring_capacity - 1);
        const std::size_t first = std::min(count, ring_capacity - start);
        if (first != 0)
            std::memcpy(bytes.data(), storage_.bytes.data() + start, first);
        if (count != first)
            std::memcpy(bytes.data() + first, storage_.bytes.data(), count - first);
        read_ += static_cast<std::uint32_t>(count);
        storage_.read.store(read_, std::memory_order_release);
        return count;
    }

    /// Bytes that wait to be read. Thread: consumer only. Non-blocking guarantee: wait-free.
    [[nodiscard]] std::uint32_t available() const noexcept
    {
        return storage_.written.load(std::memory_order_acquire) - read_;
    }

    /// Whether the producer has published a count that cannot be.
    [[nodiscard]] bool broken() const noexcept { return broken_; }
};

} // namespace decant::protocol
