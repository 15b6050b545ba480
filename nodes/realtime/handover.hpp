// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/realtime/annotations.hpp"

#include <atomic>
#include <memory>
#include <utility>

namespace decant::nodes
{

/// Passes objects to the audio thread and takes the old ones back, so that they are made and freed on the
/// main side only.
///
/// One object at a time is on its way in each direction. An offer that the audio thread has not taken yet is
/// replaced by the next one. The audio thread owns what it took until it retires it; while the way back is
/// occupied, it keeps both what it has and its hands off what is offered.
///
/// Threads: one main side, one audio side. Non-blocking guarantee: wait-free on both sides.
template <class T>
class Handover
{
    static_assert(std::atomic<T*>::is_always_lock_free);

    // Each on a cache line of its own: the main side polls `retired_` while the audio side polls `pending_`.
    alignas(64) std::atomic<T*> pending_ = nullptr;
    alignas(64) std::atomic<T*> retired_ = nullptr;

public:
    Handover() noexcept = default;
    Handover(const Handover&) = delete;
    Handover& operator=(const Handover&) = delete;

    /// Preconditions: the audio side has stopped.
    ~Handover()
    {
        delete pending_.load(std::memory_order_acquire);
        delete retired_.load(std::memory_order_acquire);
    }

    /// Offers `next` to the audio side, in place of what it has not taken yet, which is returned. Null
    /// withdraws the last offer. [main]
    std::unique_ptr<T> offer(std::unique_ptr<T> next) noexcept
    {
        return std::unique_ptr<T>(pending_.exchange(next.release(), std::memory_order_acq_rel));
    }

    /// Returns what the audio side has retired, if anything, and so frees the way back. [main]
    [[nodiscard]] std::unique_ptr<T> collect() noexcept
    {
        return std::unique_ptr<T>(retired_.exchange(nullptr, std::memory_order_acq_rel));
    }

    /// Whether an offer waits for the audio side. [any]
    [[nodiscard]] bool pending() const noexcept
    {
        return pending_.load(std::memory_order_relaxed) != nullptr;
    }

    /// Takes what is offered; null if nothing is. [rt]
    [[nodiscard]] std::unique_ptr<T> take() noexcept DECANT_REALTIME
    {
        // The load spares the usual block, which finds nothing, the exclusive access to the cache line.
        if (!pending())
            return nullptr;
        return std::unique_ptr<T>(pending_.exchange(nullptr, std::memory_order_acq_rel));
    }

    /// Sends `old` back and leaves it null. If the way back is occupied, `old` stays as it is and the answer
    /// is false. [rt]
    [[nodiscard]] bool retire(std::unique_ptr<T>& old) noexcept DECANT_REALTIME
    {
        // Only this side makes it non-null, so it cannot become so after the load.
        if (retired_.load(std::memory_order_acquire) != nullptr)
            return false;
        retired_.store(old.release(), std::memory_order_release);
        return true;
    }

    /// For an audio side with one object in use: replaces it by what is offered and sends the old one back.
    /// False if there is no offer or the way back is occupied; then nothing has changed. [rt]
    bool exchange(std::unique_ptr<T>& in_use) noexcept DECANT_REALTIME
    {
        if (!pending() || (in_use && retired_.load(std::memory_order_acquire) != nullptr))
            return false;
        auto next = take();
        if (!next) // withdrawn just now
            return false;
        if (in_use)
            retired_.store(in_use.release(), std::memory_order_release);
        in_use = std::move(next);
        return true;
    }
};

} // namespace decant::nodes
