// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>

namespace decant::nodes
{

/// Brings small values from any number of threads to one, in the order in which they came. Each cell counts
/// the rounds that it has been through, so that nobody waits for anybody: a writer that is interrupted in the
/// middle keeps back what comes behind it until it goes on, but stops no thread. (Boost.Lockfree's queue for
/// several writers reads cells that others write, which it knows to be harmless and ThreadSanitizer does
/// not.)
template <class T>
class EventQueue
{
    static_assert(std::is_trivially_copyable_v<T>);

    struct Cell {
        std::atomic<std::size_t> turn;
        T value;
    };

    std::size_t mask_;
    std::unique_ptr<Cell[]> cells_;
    // Each on a cache line of its own: writers and the reader work at the same time.
    alignas(64) std::atomic<std::size_t> written_ = 0;
    alignas(64) std::size_t read_ = 0;

public:
    /// Room for `least` values, rounded up to a power of two. Throws std::bad_alloc. [main]
    explicit EventQueue(std::size_t least)
        : mask_(std::bit_ceil(least < 2 ? 2 : least) - 1), cells_(new Cell[mask_ + 1])
    {
        for (std::size_t at = 0; at <= mask_; ++at)
            cells_[at].turn.store(at, std::memory_order_relaxed);
    }

    [[nodiscard]] std::size_t capacity() const noexcept DECANT_REALTIME { return mask_ + 1; }

    /// False if it is full. [any]
    bool push(const T& value) noexcept DECANT_REALTIME
    {
        std::size_t at = written_.load(std::memory_order_relaxed);
        for (;;) {
            Cell& cell = cells_[at & mask_];
            const std::size_t turn = cell.turn.load(std::memory_order_acquire);
            if (turn == at) {
                if (written_.compare_exchange_weak(at, at + 1, std::memory_order_relaxed)) {
                    cell.value = value;
                    cell.turn.store(at + 1, std::memory_order_release);
                    return true;
                }
            } else if (static_cast<std::ptrdiff_t>(turn - at) < 0) {
                return false; // not read since the last round
            } else {
                at = written_.load(std::memory_order_relaxed);
            }
        }
    }

    /// False if there is nothing. [one thread]
    bool pop(T& value) noexcept DECANT_REALTIME
    {
        Cell& cell = cells_[read_ & mask_];
        if (cell.turn.load(std::memory_order_acquire) != read_ + 1)
            return false;
        value = cell.value;
        cell.turn.store(read_ + mask_ + 1, std::memory_order_release);
        ++read_;
        return true;
    }
};

} // namespace decant::nodes
