// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "wine-host/threads/priority-plan.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace decant::host
{
namespace
{

constexpr int idle = -15;
constexpr int time_critical = 15;

constexpr std::uint32_t realtime_class = 0x100;

/// Windows' base priority of a thread that asks for nothing; 8 is normal.
int base_of(std::uint32_t process_class) noexcept
{
    switch (process_class) {
    case 0x40: // IDLE_PRIORITY_CLASS
        return 4;
    case 0x4000: // BELOW_NORMAL_PRIORITY_CLASS
        return 6;
    case 0x8000: // ABOVE_NORMAL_PRIORITY_CLASS
        return 10;
    case 0x80: // HIGH_PRIORITY_CLASS
        return 13;
    case realtime_class: // without real time, the best of the rest
        return 13;
    default:
        return 8;
    }
}

LinuxPriority not_realtime(int base) noexcept
{
    constexpr int normal = 8;
    return {.nice = normal - std::clamp(base, 1, 15)};
}

wchar_t lower(wchar_t letter) noexcept
{
    return letter >= L'A' && letter <= L'Z' ? static_cast<wchar_t>(letter - L'A' + L'a') : letter;
}

} // namespace

std::optional<MultimediaTask> multimedia_task(std::wstring_view name) noexcept
{
    using Known = std::pair<std::wstring_view, MultimediaTask>;
    static constexpr std::array known{
        Known{L"audio", MultimediaTask::audio},
        Known{L"capture", MultimediaTask::audio},
        Known{L"displaypostprocessing", MultimediaTask::other},
        Known{L"distribution", MultimediaTask::other},
        Known{L"games", MultimediaTask::other},
        Known{L"low latency", MultimediaTask::audio},
        Known{L"playback", MultimediaTask::audio},
        Known{L"pro audio", MultimediaTask::audio},
        Known{L"window manager", MultimediaTask::other},
    };
    const auto found = std::ranges::find_if(known, [name](const Known& task) {
        return std::ranges::equal(task.first, name,
                                  [](wchar_t here, wchar_t there) { return here == lower(there); });
    });
    return found != known.end() ? std::optional(found->second) : std::nullopt;
}

LinuxPriority linux_priority(const WindowsPriority& asked, const PriorityPlan& plan) noexcept
{
    const int level = asked.level;
    const auto below = [&plan](int steps, ThreadPolicy policy) {
        return LinuxPriority{policy, std::max(plan.ceiling - steps, 1), 0};
    };
    // With a ceiling of one there is nothing below it.
    if (plan.ceiling > 1) {
        if (asked.task == MultimediaTask::audio)
            return below(2 - std::clamp(asked.task_level, -2, 1), ThreadPolicy::fifo);
        if (level >= time_critical)
            return below(1, ThreadPolicy::fifo);
        if (asked.process_class == realtime_class && plan.bands != ThreadPolicy::other && level > idle)
            return below(8 - 2 * std::clamp(level, -3, 2), plan.bands);
    }
    if (level <= idle)
        return not_realtime(1);
    if (level >= time_critical || asked.task == MultimediaTask::audio)
        return not_realtime(15);
    return not_realtime(base_of(asked.process_class) + level);
}

LinuxPriority worker_priority(const PriorityPlan& plan) noexcept
{
    if (!plan.workers || plan.ceiling <= 1 || plan.bands == ThreadPolicy::other)
        return {};
    return {plan.bands, plan.ceiling - 1, 0};
}

} // namespace decant::host
