// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/file-watcher.hpp"

#include "service/log.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <sys/inotify.h>
#include <unistd.h>
#include <utility>

namespace decant::service
{

namespace
{

/// Editors write a file in several steps.
constexpr std::chrono::milliseconds settle_time{300};

constexpr std::uint32_t events =
    IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR;

std::string why_not(int reason)
{
    if (reason == ENOSPC) // whose text speaks of a full disk
        return "the limit on watched folders is reached, which 'sudo sysctl "
               "fs.inotify.max_user_watches=524288' "
               "raises";
    return fmt::format("{}, check the permissions", std::strerror(reason));
}

} // namespace

FileWatcher::FileWatcher(pw_loop* loop, Concerns concerns, std::function<void()> changed)
    : concerns_(std::move(concerns)), descriptor_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)),
      settle_timer_(loop, std::move(changed))
{
    if (descriptor_ < 0)
        log(Severity::warning,
            fmt::format("files cannot be watched: {}; after a change run 'systemctl --user reload "
                        "decant' or restart it, or raise fs.inotify.max_user_instances",
                        std::strerror(errno)));
    else
        input_.emplace(loop, descriptor_, [this] { read_events(); });
}

FileWatcher::~FileWatcher()
{
    input_.reset();
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

void FileWatcher::watch(const std::vector<std::filesystem::path>& directories)
{
    if (descriptor_ < 0)
        return;
    std::vector<std::filesystem::path> missed;
    int reason = 0;
    for (const auto& directory : directories) {
        if (inotify_add_watch(descriptor_, directory.c_str(), events) >= 0) {
            unwatched_.erase(directory);
        } else if (errno != ENOENT && errno != ENOTDIR && unwatched_.insert(directory).second) {
            reason = errno;
            missed.push_back(directory);
        }
    }
    if (!missed.empty())
        log(Severity::warning,
            fmt::format("changes in {}{} are not noticed: {}; after one run 'decant reload' for the "
                        "configuration, 'decant restart NODE' for an instrument",
                        missed.front().string(),
                        missed.size() == 1 ? "" : fmt::format(" and in {} more folders", missed.size() - 1),
                        why_not(reason)));
}

void FileWatcher::read_events() noexcept
{
    alignas(inotify_event) std::array<char, 4096> buffer{};
    bool changed = false;
    while (true) {
        const auto size = ::read(descriptor_, buffer.data(), buffer.size());
        if (size <= 0)
            break;
        for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
            const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
            changed =
                changed || (event->mask & IN_Q_OVERFLOW) != 0 || (event->len != 0 && concerns_(event->name));
            at += sizeof(inotify_event) + event->len;
        }
    }
    if (changed)
        settle_timer_.start(settle_time);
}

} // namespace decant::service
