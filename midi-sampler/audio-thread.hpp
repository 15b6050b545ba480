// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"

#include <atomic>
#include <pthread.h>

namespace decant::midi_sampler
{

/// Gives the thread that renders its real-time priority.
class AudioThread
{
    std::atomic<int> priority_ = 0; // 0: as the program made it
    pthread_t thread_{};            // that was seen last, and with which priority
    int taken_ = 0;

public:
    /// From now on, with `priority`; locks the memory of the process if that is unlimited. Throws Failure.
    /// [main]
    void enable(int priority);

    /// To be called in each block. A thread that is here for the first time makes a system call or two. [rt]
    void take_priority() noexcept DECANT_REALTIME
    {
        const int wanted = priority_.load(std::memory_order_relaxed);
        if (wanted != taken_ || (wanted != 0 && pthread_equal(pthread_self(), thread_) == 0)) [[unlikely]]
            promote(wanted);
    }

private:
    void promote(int priority) noexcept;
};

} // namespace decant::midi_sampler
