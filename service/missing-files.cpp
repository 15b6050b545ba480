// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/missing-files.hpp"

#include "service/log.hpp"
#include "service/setting-values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace decant::service
{

namespace
{

using std::chrono::milliseconds;

/// A file that does not change for so long is complete.
constexpr milliseconds rest{500};

/// Nobody tells of a disk that is mounted, or of what happens on a server.
constexpr milliseconds shortest_pause{1000};
constexpr milliseconds longest_pause{15'000};

} // namespace

MissingFiles::MissingFiles(pw_loop* loop, MainQueue& queue, Workers& workers, std::function<void()> come)
    : loop_(loop), queue_(queue), workers_(workers), come_(std::move(come)), timer_(loop, [this] { look(); })
{
}

void MissingFiles::wait_for(std::set<Path> files)
{
    if (files == files_ && !files.empty())
        return timer_.start(pause_);
    files_ = std::move(files);
    seen_ = {};
    pause_ = shortest_pause;
    if (files_.empty())
        watcher_.reset();
    else
        look();
}

MissingFiles::Sight MissingFiles::look_for(const std::set<Path>& files)
{
    Sight sight;
    for (const auto& file : files) {
        std::error_code error;
        if (std::filesystem::exists(file, error)) {
            const auto size = std::filesystem::file_size(file, error); // a bundle has none
            sight.there[file] = {error ? 0 : size, std::filesystem::last_write_time(file, error)};
        } else {
            const auto missing = first_missing(file);
            sight.folders.push_back(missing.parent_path());
            sight.names.insert(missing.filename());
        }
    }
    return sight;
}

/// Beside the main loop, as disks may sleep and servers be gone.
void MissingFiles::look()
{
    if (files_.empty() || std::exchange(looking_, true))
        return;
    workers_.add([this, watch = lifeline_.watch(), files = files_, &queue = queue_] {
        queue.post([this, watch, files, sight = look_for(files)] {
            if (watch.expired())
                return;
            looking_ = false;
            files == files_ ? take(sight) : look();
        });
    });
}

void MissingFiles::take(Sight sight)
{
    const auto before = std::exchange(seen_, std::move(sight));
    const auto complete = std::find_if(seen_.there.begin(), seen_.there.end(), [&before](const auto& each) {
        const auto seen = before.there.find(each.first);
        return seen != before.there.end() && seen->second == each.second;
    });
    if (complete != seen_.there.end()) {
        log(Severity::info, fmt::format("{} is there now", complete->first.string()));
        files_.clear();
        return come_();
    }
    if (!watcher_)
        watcher_.emplace(
            loop_, [this](std::string_view name) { return seen_.names.contains(std::string(name)); },
            [this] { look(); });
    watcher_->watch(seen_.folders);
    timer_.start(seen_.there.empty() ? std::exchange(pause_, std::min(pause_ * 2, longest_pause)) : rest);
}

} // namespace decant::service
