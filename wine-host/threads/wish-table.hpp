// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/threads/priority-plan.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace decant::host
{

/// What each thread of this process asks for and what it has been given, in a table that nobody has to wait
/// for: a plugin may ask in its process call. All functions: [any, also rt]; none allocates, locks or
/// waits, beside what `Schedule` does.
///
/// Threads have the numbers that Windows has for them, which are those of a dense table in wineserver, times
/// four: the number is the place. Should a prefix ever have more threads than there are places, some are not
/// followed.
class WishTable
{
public:
    /// Gives a thread of Linux what it is to have. Returns errno, or 0.
    using Schedule = std::int32_t (*)(std::int32_t linux_thread, const LinuxPriority& priority) noexcept;

    /// A thread of Linux, and the priority that it is to have.
    struct Refusal {
        std::int32_t thread;
        int priority;
    };

    static constexpr std::size_t places = 4096;

private:
    struct Entry {
        std::uint32_t thread = 0; ///< 0: nobody's place
        std::int8_t level = 0;
        MultimediaTask task = MultimediaTask::none;
        std::int8_t task_level = 0;
        std::uint8_t flags = 0;

        bool operator==(const Entry&) const = default;
    };
    static_assert(sizeof(Entry) == 8 && std::atomic<Entry>::is_always_lock_free);

    struct Place {
        std::atomic<Entry> entry{Entry{}};
        std::atomic<std::int32_t> linux_thread = 0; ///< 0: it has not come to run yet
        std::atomic<std::uint32_t> given = 0;       ///< a LinuxPriority, packed, and whether it was refused
    };

    PriorityPlan plan_{.ceiling = 0,
                       .bands = ThreadPolicy::other}; ///< zeros, as all else: no bytes of the file
    Schedule schedule_ = nullptr;
    std::atomic<std::uint32_t> process_class_ = 0; ///< as good as NORMAL_PRIORITY_CLASS
    std::atomic<bool> news_ = false;
    std::array<Place, places> places_;

    [[nodiscard]] Place& place_of(std::uint32_t thread) noexcept { return places_[thread / 4 % places]; }

    template <class Change>
    bool change(std::uint32_t thread, Change change) noexcept;
    void carry_out(Place& place, std::uint32_t thread) noexcept;
    void give(Place& place, std::uint32_t given) noexcept;

public:
    constexpr WishTable() noexcept = default;
    WishTable(const WishTable&) = delete;
    WishTable& operator=(const WishTable&) = delete;

    /// From now on wishes are carried out. [main], before plugins have threads
    void start(const PriorityPlan& plan, Schedule schedule) noexcept;

    /// The thread runs now: what was asked for it before is carried out.
    void begin(std::uint32_t thread, std::int32_t linux_thread) noexcept;
    void end(std::uint32_t thread) noexcept;

    /// The thread, which runs, is Decant's: whatever is asked for it is only noted. Also before start().
    void exempt(std::uint32_t thread) noexcept;
    [[nodiscard]] bool is_exempt(std::uint32_t thread) noexcept;

    /// Whether it has begun, and not ended.
    [[nodiscard]] bool runs(std::uint32_t thread) noexcept;

    // The numbers are those of SetThreadPriority, SetPriorityClass and AvSetMmThreadPriority.

    void ask_level(std::uint32_t thread, int level) noexcept;
    /// For those of the threads that asked before.
    void ask_class(std::uint32_t process_class) noexcept;
    /// False if it is in a task already.
    [[nodiscard]] bool enter_task(std::uint32_t thread, MultimediaTask task) noexcept;
    /// False if it is in none; the next one, too.
    [[nodiscard]] bool leave_task(std::uint32_t thread) noexcept;
    [[nodiscard]] bool ask_task_level(std::uint32_t thread, int level) noexcept;

    /// Whether refusals() may have changed since take_news().
    [[nodiscard]] bool has_news() const noexcept { return news_.load(); }
    [[nodiscard]] bool take_news() noexcept { return news_.exchange(false); }

    /// The threads that are to be real-time, and that Linux does not let be so. Returns how many there are.
    [[nodiscard]] std::size_t refusals(std::span<Refusal> into) noexcept;
};

} // namespace decant::host
