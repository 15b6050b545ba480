// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/realtime/rights-office.hpp"

#include "service/realtime/realtime-kit.hpp"

#include <exception>
#include <utility>

namespace decant::service
{

RightsOffice::RightsOffice(Post post) : post_(std::move(post)), thread_([this] { run(); }) {}

RightsOffice::~RightsOffice()
{
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

void RightsOffice::ask(const ThreadWish& wish, Done done)
{
    {
        const std::lock_guard lock(mutex_);
        requests_.push_back({wish, std::move(done)});
    }
    wake_.notify_one();
}

void RightsOffice::run() noexcept
{
    RealtimeKit kit;
    for (;;) {
        Request request;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stopping_ || !requests_.empty(); });
            if (stopping_)
                return;
            request = std::move(requests_.front());
            requests_.pop_front();
        }
        ThreadGrant granted;
        try {
            granted = grant(request.wish, kit);
            post_([done = std::move(request.done), granted] { done(granted); });
        } catch (const std::exception&) { // NOLINT(bugprone-empty-catch)
            // No memory. Whoever asked asks again.
        }
    }
}

} // namespace decant::service
