// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/log.hpp"
#include "service/realtime/rights-office.hpp"
#include "service/realtime/thread-right.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace decant::service
{

/// How long the machine has been up.
struct Uptime {
    std::chrono::nanoseconds awake{};     ///< without what it was suspended for
    std::chrono::nanoseconds suspended{}; ///< in all
};
[[nodiscard]] Uptime uptime() noexcept;

/// What a thread is called in the log.
struct ThreadTitle {
    std::string text;      ///< as "its audio thread"
    std::string node = {}; ///< whose it is; empty: no node's alone
};

/// Sees to it that a thread has what it is to have, and has it again when it was taken away: RealtimeKit does
/// so after a suspend, and whenever it believes that the machine hangs. All functions: [main].
class ThreadKeeper
{
public:
    using Clock = std::function<Uptime()>;

private:
    RightsOffice& office_;
    ThreadTitle title_;
    bool complains_;
    pid_t thread_ = 0; ///< that all else is about
    ThreadRight right_ = ThreadRight::none;
    bool known_ = false;                   ///< what its right is
    bool asking_ = false;                  ///< the office has not answered yet
    bool suspect_ = false;                 ///< it seemed to have lost its priority at the last look
    bool rested_ = false;                  ///< since it ran over its time
    std::chrono::nanoseconds next_look_{}; ///< of the time that the machine is awake
    std::optional<std::chrono::nanoseconds> suspended_;
    Clock clock_;
    std::string told_;
    std::string problem_;
    std::shared_ptr<int> life_ = std::make_shared<int>();

    [[nodiscard]] bool has_resumed(std::chrono::nanoseconds suspended) noexcept;
    void say(Severity severity, const std::string& text);
    void ask(const ThreadWish& wish);
    void hear(const ThreadGrant& granted, bool wants_realtime);

public:
    /// Without `complains` that it has no real time, or by what right it has it, is not worth a word.
    /// `office` outlives it.
    ThreadKeeper(RightsOffice& office, ThreadTitle title, bool complains = true, Clock clock = uptime);
    ThreadKeeper(const ThreadKeeper&) = delete;
    ThreadKeeper& operator=(const ThreadKeeper&) = delete;

    /// Ten times a second; looks every two seconds, and at once after a suspend. `wish.thread` may be another
    /// one than the last time, or 0. While it is `held_back` somebody has taken its priority on purpose, and
    /// gives it back.
    void update(const ThreadWish& wish, bool held_back = false);

    [[nodiscard]] ThreadRight right() const noexcept { return right_; }

    /// Whether right() is that of now: not before the first answer, nor while the thread rests.
    [[nodiscard]] bool known() const noexcept { return known_; }

    /// Whether it may be given something just now.
    [[nodiscard]] bool asks() const noexcept { return asking_; }

    /// Why it is not real-time, though it is to be, for people.
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
};

} // namespace decant::service
