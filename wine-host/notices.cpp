// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/notices.hpp"

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
    storage_ = std::make_unique<ChangedValues>(count);
    table_.store(storage_.get(), std::memory_order_release);
}

void Notices::parameter_moved(std::uint32_t id, double value) noexcept
{
    ChangedValues* table = table_.load(std::memory_order_acquire);
    if (table == nullptr || id >= table->count())
        return;
    table->set(id, value);
    announce();
}

void Notices::latency_moved() noexcept
{
    latency_.store(true, std::memory_order_release);
    announce();
}

void Notices::state_changed() noexcept
{
    state_.store(true, std::memory_order_release);
    announce();
}

void Notices::work_wanted() noexcept
{
    work_.store(true, std::memory_order_release);
    announce();
}

bool Notices::take(const std::function<void(std::uint32_t, double)>& parameter)
{
    // First, so that what comes from here on rings again.
    pending_.store(false, std::memory_order_seq_cst);
    if (storage_ != nullptr)
        storage_->take(parameter);
    return latency_.exchange(false, std::memory_order_acq_rel);
}

} // namespace decant::host
