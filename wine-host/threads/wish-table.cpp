// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "wine-host/threads/wish-table.hpp"

#include <algorithm>

namespace decant::host
{
namespace
{

// The flags of an entry.
constexpr std::uint8_t running = 1;
constexpr std::uint8_t exempted = 2;
constexpr std::uint8_t asked = 4;

std::uint32_t packed(const LinuxPriority& priority) noexcept
{
    return static_cast<std::uint32_t>(priority.policy) << 16U |
           static_cast<std::uint32_t>(priority.priority) << 8U |
           static_cast<std::uint8_t>(static_cast<std::int8_t>(priority.nice));
}

/// Set in what a place says is given, if Linux has not given it.
constexpr std::uint32_t refused = 1U << 31U;

bool is_realtime(std::uint32_t given) noexcept
{
    return (given & ~refused) >> 16U != static_cast<std::uint32_t>(ThreadPolicy::other);
}

/// Windows knows no level beyond these.
std::int8_t level_of(int level) noexcept
{
    return static_cast<std::int8_t>(std::clamp(level, -15, 15));
}

} // namespace

/// `change` gets the entry, and says whether it is to be changed at all.
template <class Change>
bool WishTable::change(std::uint32_t thread, Change change) noexcept
{
    if (thread == 0)
        return false;
    Place& place = place_of(thread);
    Entry seen = place.entry.load();
    Entry wanted;
    do {
        if (seen.thread != thread && (seen.flags & running) != 0)
            return false; // the place is another's
        wanted = seen.thread == thread ? seen : Entry{.thread = thread};
        if (!change(wanted))
            return false;
    } while (!place.entry.compare_exchange_weak(seen, wanted));
    carry_out(place, thread);
    return true;
}

/// Who has changed a wish carries it out, and looks again afterwards: of two that do so at the same time, the
/// one whose system call comes last sees the last wish.
void WishTable::carry_out(Place& place, std::uint32_t thread) noexcept
{
    for (;;) {
        const Entry entry = place.entry.load();
        const std::uint32_t process_class = process_class_.load();
        const std::int32_t linux_thread = place.linux_thread.load();
        if (schedule_ == nullptr || entry.thread != thread || linux_thread == 0 ||
            (entry.flags & exempted) != 0)
            return;
        const LinuxPriority wanted =
            (entry.flags & asked) != 0
                ? linux_priority({entry.level, process_class, entry.task, entry.task_level}, plan_)
                : worker_priority(plan_);
        if (std::uint32_t given = packed(wanted); (place.given.load() & ~refused) != given) {
            // A nice below zero takes a right that hardly anybody has, and is worth little.
            if (schedule_(linux_thread, wanted) != 0 && is_realtime(given))
                given |= refused;
            give(place, given);
        }
        if (place.entry.load() == entry && process_class_.load() == process_class)
            return;
    }
}

void WishTable::give(Place& place, std::uint32_t given) noexcept
{
    if (((place.given.exchange(given) | given) & refused) != 0)
        news_.store(true);
}

void WishTable::start(const PriorityPlan& plan, Schedule schedule) noexcept
{
    plan_ = plan;
    schedule_ = schedule;
}

void WishTable::begin(std::uint32_t thread, std::int32_t linux_thread) noexcept
{
    Place& place = place_of(thread);
    Entry seen = place.entry.load();
    Entry wanted;
    do {
        const bool waits = seen.thread == thread && (seen.flags & running) == 0;
        if (seen.thread != thread && (seen.flags & running) != 0)
            return; // the place is another's
        // One that was killed has not said that it ended, and its number comes again.
        wanted = waits ? seen : Entry{.thread = thread};
        wanted.flags |= running;
        place.linux_thread.store(0);
        give(place, 0);
    } while (!place.entry.compare_exchange_weak(seen, wanted));
    place.linux_thread.store(linux_thread);
    carry_out(place, thread);
}

void WishTable::end(std::uint32_t thread) noexcept
{
    Place& place = place_of(thread);
    Entry seen = place.entry.load();
    if (seen.thread != thread)
        return;
    place.linux_thread.store(0);
    give(place, 0);
    while (seen.thread == thread && !place.entry.compare_exchange_weak(seen, Entry{})) {
    }
}

void WishTable::exempt(std::uint32_t thread) noexcept
{
    (void)change(thread, [](Entry& entry) {
        entry.flags |= running | exempted;
        return true;
    });
    // It has begun like any other thread.
    Place& place = place_of(thread);
    const std::uint32_t given = place.given.load();
    give(place, 0);
    if (is_realtime(given))
        (void)schedule_(place.linux_thread.load(), {});
}

bool WishTable::is_exempt(std::uint32_t thread) noexcept
{
    const Entry entry = place_of(thread).entry.load();
    return entry.thread == thread && (entry.flags & exempted) != 0;
}

bool WishTable::runs(std::uint32_t thread) noexcept
{
    const Entry entry = place_of(thread).entry.load();
    return entry.thread == thread && (entry.flags & running) != 0;
}

void WishTable::ask_level(std::uint32_t thread, int level) noexcept
{
    (void)change(thread, [level](Entry& entry) {
        entry.level = level_of(level);
        entry.flags |= asked;
        return true;
    });
}

void WishTable::ask_class(std::uint32_t process_class) noexcept
{
    process_class_.store(process_class);
    for (Place& place : places_)
        if (const Entry entry = place.entry.load(); entry.thread != 0)
            carry_out(place, entry.thread);
}

bool WishTable::enter_task(std::uint32_t thread, MultimediaTask task) noexcept
{
    return change(thread, [task](Entry& entry) {
        if (entry.task != MultimediaTask::none)
            return false;
        entry.task = task;
        entry.task_level = 0;
        entry.flags |= asked;
        return true;
    });
}

bool WishTable::leave_task(std::uint32_t thread) noexcept
{
    return change(thread, [](Entry& entry) {
        if (entry.task == MultimediaTask::none)
            return false;
        entry.task = MultimediaTask::none;
        return true;
    });
}

bool WishTable::ask_task_level(std::uint32_t thread, int level) noexcept
{
    return change(thread, [level](Entry& entry) {
        if (entry.task == MultimediaTask::none)
            return false;
        entry.task_level = level_of(level);
        return true;
    });
}

std::size_t WishTable::refusals(std::span<Refusal> into) noexcept
{
    std::size_t count = 0;
    for (Place& place : places_) {
        const std::uint32_t given = place.given.load();
        const std::int32_t thread = place.linux_thread.load();
        if ((given & refused) != 0 && thread != 0 && count < into.size())
            into[count++] = {thread, static_cast<int>(given >> 8U & 0xffU)};
    }
    return count;
}

} // namespace decant::host
