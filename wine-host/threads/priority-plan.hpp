// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/unix-calls.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace decant::host
{

/// What a process may give its threads in Linux.
struct PriorityPlan {
    int ceiling = 0; ///< of SCHED_FIFO, which nobody reaches; 0: no real time for anybody
    ThreadPolicy bands = ThreadPolicy::round_robin; ///< of REALTIME_PRIORITY_CLASS but TIME_CRITICAL
    bool workers = false; ///< a thread that never asks comes just below the ceiling, by the bands' policy
};

/// A task of the Multimedia Class Scheduler.
enum class MultimediaTask : std::uint8_t {
    none,
    audio, ///< "Pro Audio", "Audio", "Capture", "Playback", "Low Latency"
    other, ///< such as "Games": known, and not real-time
};

/// The task of that name, whatever its case; nothing if Windows knows none.
[[nodiscard]] std::optional<MultimediaTask> multimedia_task(std::wstring_view name) noexcept;

/// What a thread has asked Windows for. Numbers are those of SetThreadPriority, SetPriorityClass and
/// AvSetMmThreadPriority.
struct WindowsPriority {
    int level = 0;
    std::uint32_t process_class = 0x20; ///< NORMAL_PRIORITY_CLASS
    MultimediaTask task = MultimediaTask::none;
    int task_level = 0;

    bool operator==(const WindowsPriority&) const = default;
};

struct LinuxPriority {
    ThreadPolicy policy = ThreadPolicy::other;
    int priority = 0; ///< 1 to 98 if real-time
    int nice = 0;

    bool operator==(const LinuxPriority&) const = default;
};

/// TIME_CRITICAL and the audio tasks come just below the ceiling, the bands of REALTIME_PRIORITY_CLASS in
/// steps of two below that, as Wine-NSPA has them, and all else is not real-time: its nice is what Windows'
/// base priority (of 1 to 15) is below or above normal. [any]
[[nodiscard]] LinuxPriority linux_priority(const WindowsPriority& asked, const PriorityPlan& plan) noexcept;

/// What a thread has that never asks. [any]
[[nodiscard]] LinuxPriority worker_priority(const PriorityPlan& plan) noexcept;

} // namespace decant::host
