// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace decant::service
{

/// When a state that has changed is saved: when it has been quiet for a while, but not never if it never is,
/// as there are plugins that move their parameters themselves; and what could not be saved is tried again,
/// after longer and longer pauses. [one thread]
class SaveSchedule
{
    using Clock = std::chrono::steady_clock;

    Clock::duration settle_;
    Clock::duration unsaved_;
    Clock::duration pause_; ///< before another try, should the next one fail
    Clock::time_point saved_at_;
    std::optional<Clock::time_point> save_at_; ///< there are changes that the state on the disk does not have
    Clock::time_point save_at_latest_;         ///< however many follow

    void schedule(Clock::time_point not_before)
    {
        const auto now = Clock::now();
        if (!save_at_)
            save_at_latest_ = now + unsaved_;
        save_at_ = std::max(std::min(now + settle_, save_at_latest_), not_before);
    }

public:
    /// `settle` after the last change, but at most `unsaved` after the first. Again after `settle`, then
    /// after twice as long each time, up to ten times `unsaved`.
    SaveSchedule(Clock::duration settle, Clock::duration unsaved)
        : settle_(settle), unsaved_(unsaved), pause_(settle)
    {
    }

    void changed() { schedule({}); }

    /// The plugin says so. There may be some that do because they were asked for their state, so that is
    /// heard at most once in `unsaved`.
    void said_to_have_changed() { schedule(saved_at_ + unsaved_); }

    [[nodiscard]] bool due() const { return save_at_ && Clock::now() >= *save_at_; }

    /// What is to be saved is taken now; what changes from here on is not in it.
    void begin() noexcept { save_at_.reset(); }

    /// It has been saved, or cannot be until it changes.
    void end()
    {
        saved_at_ = Clock::now();
        pause_ = settle_;
    }

    /// That was tried, and is to be tried again.
    void fail()
    {
        saved_at_ = Clock::now();
        const auto again = saved_at_ + pause_;
        save_at_ = save_at_ ? std::min(*save_at_, again) : again;
        save_at_latest_ = again;
        pause_ = std::min(2 * pause_, 10 * unsaved_);
    }
};

} // namespace decant::service
