// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/main-queue.hpp"

#include "service/log.hpp"

#include <exception>
#include <utility>

namespace decant::service
{

/// What goes with work that does not run any more may post in its own end, as an answer that nobody waits
/// for.
MainQueue::~MainQueue()
{
    for (std::vector<std::function<void()>> work; !work_.empty(); work.clear())
        work.swap(work_);
}

void MainQueue::post(std::function<void()> work)
{
    {
        const std::lock_guard lock(mutex_);
        work_.push_back(std::move(work));
    }
    event_.signal();
}

void MainQueue::run() noexcept
{
    std::vector<std::function<void()>> work;
    {
        const std::lock_guard lock(mutex_);
        work.swap(work_);
    }
    for (const auto& each : work) {
        try {
            each();
        } catch (const std::exception& error) {
            log(Severity::error, error.what());
        }
    }
}

} // namespace decant::service
