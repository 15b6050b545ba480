// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/load-progress.hpp"

#include <utility>

namespace decant::sampler
{
namespace
{

thread_local LoadProgress* progress_of_thread = nullptr;

} // namespace

CountedLoading::CountedLoading(LoadProgress& progress) noexcept
    : before_(std::exchange(progress_of_thread, &progress))
{
}

CountedLoading::~CountedLoading()
{
    progress_of_thread = before_;
}

void CountedLoading::count(std::atomic<std::uint32_t> LoadProgress::* what) noexcept
{
    if (progress_of_thread != nullptr)
        (progress_of_thread->*what).fetch_add(1, std::memory_order_relaxed);
}

} // namespace decant::sampler
