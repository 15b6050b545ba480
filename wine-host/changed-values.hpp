// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace decant::host
{

/// Numbered values on their way from any thread to one that asks now and then. Of a value that moves often
/// only the newest is kept, so this never fills up. Non-blocking guarantee: wait-free to set().
class ChangedValues
{
    std::uint32_t count_ = 0;
    std::unique_ptr<std::atomic<double>[]> values_;
    std::unique_ptr<std::atomic<std::uint64_t>[]> changed_; ///< one bit for each

public:
    explicit ChangedValues(std::uint32_t count)
        : count_(count), values_(std::make_unique<std::atomic<double>[]>(count)),
          changed_(std::make_unique<std::atomic<std::uint64_t>[]>((std::size_t{count} + 63) / 64))
    {
    }

    [[nodiscard]] std::uint32_t count() const noexcept { return count_; }

    /// `index` below count(). [any]
    void set(std::uint32_t index, double value) noexcept
    {
        values_[index].store(value, std::memory_order_relaxed);
        changed_[index / 64].fetch_or(std::uint64_t{1} << (index % 64), std::memory_order_release);
    }

    /// Calls `each` with index and value of all that were set since the last time. [one thread at a time]
    template <class Each>
    void take(Each each)
    {
        for (std::uint32_t word = 0; word * 64 < count_; ++word) {
            if (changed_[word].load(std::memory_order_relaxed) == 0)
                continue;
            std::uint64_t changed = changed_[word].exchange(0, std::memory_order_acquire);
            for (; changed != 0; changed &= changed - 1) {
                const std::uint32_t index = word * 64 + static_cast<std::uint32_t>(std::countr_zero(changed));
                each(index, values_[index].load(std::memory_order_relaxed));
            }
        }
    }
};

} // namespace decant::host
