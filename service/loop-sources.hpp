// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <pipewire/loop.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>

/// What wakes the main loop, as objects: each belongs to a loop and ends with the object. The functions that
/// they call must not throw. All: [main].
namespace decant::service
{

class LoopSource
{
    pw_loop* loop_;
    std::function<void()> function_;
    spa_source* source_ = nullptr;

protected:
    LoopSource(pw_loop* loop, std::function<void()> function) : loop_(loop), function_(std::move(function)) {}
    ~LoopSource()
    {
        if (source_ != nullptr)
            pw_loop_destroy_source(loop_, source_);
    }

    void set_source(spa_source* source) noexcept { source_ = source; }
    [[nodiscard]] spa_source* source() const noexcept { return source_; }
    [[nodiscard]] pw_loop* loop() const noexcept { return loop_; }
    static void call(void* data) { static_cast<LoopSource*>(data)->function_(); }

public:
    LoopSource(const LoopSource&) = delete;
    LoopSource& operator=(const LoopSource&) = delete;
};

class Timer : private LoopSource
{
public:
    Timer(pw_loop* loop, std::function<void()> function) : LoopSource(loop, std::move(function))
    {
        set_source(pw_loop_add_timer(
            loop, [](void* data, std::uint64_t) { call(data); }, static_cast<LoopSource*>(this)));
    }

    /// Fires after `first`, and then every `interval` if that is not zero.
    void start(std::chrono::milliseconds first, std::chrono::milliseconds interval = {})
    {
        const auto time = [](std::chrono::milliseconds duration) {
            const auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
            const std::chrono::nanoseconds rest = duration - seconds;
            return timespec{.tv_sec = seconds.count(), .tv_nsec = rest.count()};
        };
        auto first_time = time(std::max(first, std::chrono::milliseconds(1))); // zero would stop it
        auto interval_time = time(interval);
        pw_loop_update_timer(loop(), source(), &first_time, &interval_time, false);
    }
};

/// A signal of the process, blocked otherwise.
class SignalWatch : private LoopSource
{
public:
    SignalWatch(pw_loop* loop, int number, std::function<void()> function)
        : LoopSource(loop, std::move(function))
    {
        set_source(pw_loop_add_signal(
            loop, number, [](void* data, int) { call(data); }, static_cast<LoopSource*>(this)));
    }
};

/// A descriptor that can be read from.
class InputWatch : private LoopSource
{
public:
    InputWatch(pw_loop* loop, int descriptor, std::function<void()> function)
        : LoopSource(loop, std::move(function))
    {
        set_source(pw_loop_add_io(
            loop, descriptor, SPA_IO_IN, false, [](void* data, int, std::uint32_t) { call(data); },
            static_cast<LoopSource*>(this)));
    }
};

/// Can be signalled by any thread.
class Event : private LoopSource
{
public:
    Event(pw_loop* loop, std::function<void()> function) : LoopSource(loop, std::move(function))
    {
        set_source(pw_loop_add_event(
            loop, [](void* data, std::uint64_t) { call(data); }, static_cast<LoopSource*>(this)));
    }

    void signal() noexcept { pw_loop_signal_event(loop(), source()); } ///< [any]
};

} // namespace decant::service
