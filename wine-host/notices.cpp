// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/notices.hpp"

#include <bit>

namespace decant::host
{

static_assert(std::atomic<double>::is_always_lock_free && std::atomic<std::uint64_t>::is_always_lock_free);

void Notices::announce() noexcept
{
    if (!pending_.exchange(true, std::memory_order_acq_rel))
        protocol::ring(bridge_, bridge_.region().host_bell);
}

void Notices::expect_parameters(std::uint32_t count)
{
    const std::size_t words = (std::size_t{count} + 63) / 64;
    storage_ = std::make_unique<Table>(Table{count, std::make_unique<std::atomic<double>[]>(count),
                                             std::make_unique<std::atomic<std::uint64_t>[]>(words)});
    table_.store(storage_.get(), std::memory_order_release);
}

void Notices::parameter_moved(std::uint32_t id, double value) noexcept
{
    Table* table = table_.load(std::memory_order_acquire);
    if (table == nullptr || id >= table->count)
        return;
    table->values[id].store(value, std::memory_order_relaxed);
    table->moved[id / 64].fetch_or(std::uint64_t{1} << (id % 64), std::memory_order_release);
    announce();
}

void Notices::latency_moved() noexcept
{
    latency_.store(true, std::memory_order_release);
    announce();
}

bool Notices::take(const std::function<void(std::uint32_t, double)>& parameter)
{
    // First, so that what comes from here on rings again.
    pending_.store(false, std::memory_order_seq_cst);
    if (storage_ != nullptr) {
        for (std::uint32_t word = 0; word * 64 < storage_->count; ++word) {
            std::uint64_t moved = storage_->moved[word].exchange(0, std::memory_order_acquire);
            for (; moved != 0; moved &= moved - 1) {
                const std::uint32_t id = word * 64 + static_cast<std::uint32_t>(std::countr_zero(moved));
                parameter(id, storage_->values[id].load(std::memory_order_relaxed));
            }
        }
    }
    return latency_.exchange(false, std::memory_order_acq_rel);
}

} // namespace decant::host
