// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/realtime/thread-right.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace decant::service
{

/// Where rights for threads are asked for: a thread of its own waits for D-Bus in the main loop's place.
class RightsOffice
{
public:
    using Done = std::function<void(ThreadGrant)>;
    /// Runs work on the main loop.
    using Post = std::function<void(std::function<void()>)>;

private:
    struct Request {
        ThreadWish wish;
        Done done;
    };

    Post post_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Request> requests_;
    bool stopping_ = false;
    std::thread thread_;

    void run() noexcept;

public:
    /// Throws std::system_error.
    explicit RightsOffice(Post post);
    RightsOffice(const RightsOffice&) = delete;
    RightsOffice& operator=(const RightsOffice&) = delete;
    ~RightsOffice(); ///< Waits for what has begun.

    /// `done` hears what came of it, on the main loop. [any]
    void ask(const ThreadWish& wish, Done done);
};

} // namespace decant::service
