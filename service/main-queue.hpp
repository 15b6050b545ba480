// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/loop-sources.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace decant::service
{

/// Brings work from other threads to the main loop, in the order in which it came.
class MainQueue
{
    std::mutex mutex_;
    std::vector<std::function<void()>> work_;
    Event event_;

    void run() noexcept;

public:
    /// What has not run when the queue goes does not run any more. [main]
    explicit MainQueue(pw_loop* loop) : event_(loop, [this] { run(); }) {}
    MainQueue(const MainQueue&) = delete;
    MainQueue& operator=(const MainQueue&) = delete;
    ~MainQueue();

    /// Runs `work` on the main loop soon. What it throws is logged. [any, but the audio thread]
    void post(std::function<void()> work);
};

/// Tells work that was posted whether its object still lives: the work keeps a watch(), the object the
/// lifeline.
class Lifeline
{
    std::shared_ptr<int> life_ = std::make_shared<int>();

public:
    [[nodiscard]] std::weak_ptr<int> watch() const { return life_; }
};

} // namespace decant::service
