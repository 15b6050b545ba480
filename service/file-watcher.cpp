// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/file-watcher.hpp"

#include "service/log.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
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
    for (const auto& directory : directories)
        inotify_add_watch(descriptor_, directory.c_str(), events);
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
