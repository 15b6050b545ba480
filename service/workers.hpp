// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace decant::service
{

/// A few threads for long work beside the main loop, such as loading samples.
class Workers
{
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> work_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;

    void run() noexcept;

public:
    /// Throws std::system_error.
    explicit Workers(unsigned threads);
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;
    ~Workers(); ///< Waits for what has begun; the rest is not done any more.

    /// Runs `work`, which must not throw, on one of the threads. [any]
    void add(std::function<void()> work);
};

} // namespace decant::service
