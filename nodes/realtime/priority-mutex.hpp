// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <pthread.h>
#include <system_error>

namespace decant::nodes
{

/// A mutex between threads of different priority: who holds it runs at the priority of the most urgent one
/// that waits for it. Not for audio threads, which wait for nobody; for a real-time thread that serves them.
/// Satisfies Lockable's lock() and unlock().
class PriorityMutex
{
    pthread_mutex_t mutex_;

public:
    /// Throws std::system_error.
    PriorityMutex()
    {
        pthread_mutexattr_t attributes;
        pthread_mutexattr_init(&attributes);
        pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
        const int error = pthread_mutex_init(&mutex_, &attributes);
        pthread_mutexattr_destroy(&attributes);
        if (error != 0)
            throw std::system_error(error, std::generic_category(), "a mutex with priority inheritance");
    }
    ~PriorityMutex() { pthread_mutex_destroy(&mutex_); }
    PriorityMutex(const PriorityMutex&) = delete;
    PriorityMutex& operator=(const PriorityMutex&) = delete;

    void lock() noexcept { pthread_mutex_lock(&mutex_); }
    void unlock() noexcept { pthread_mutex_unlock(&mutex_); }
};

} // namespace decant::nodes
