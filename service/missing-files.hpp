// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/file-watcher.hpp"
#include "service/loop-sources.hpp"
#include "service/main-queue.hpp"
#include "service/workers.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace decant::service
{

/// Waits for files that are not there: until they are copied, or the disk that they lie on is plugged in, or
/// a server answers. All functions: [main].
class MissingFiles
{
    using Path = std::filesystem::path;

    /// What a file looks like; the same twice if nobody writes it any more.
    struct Stamp {
        std::uintmax_t size = 0;
        std::filesystem::file_time_type changed{};
        bool operator==(const Stamp&) const = default;
    };
    struct Sight {
        std::map<Path, Stamp> there;
        std::vector<Path> folders;   ///< the deepest that exist on the way to the others
        std::set<std::string> names; ///< of what is missing in these
    };

    pw_loop* loop_;
    MainQueue& queue_;
    Workers& workers_;
    std::function<void()> come_;
    Lifeline lifeline_;
    std::set<Path> files_;
    Sight seen_;
    bool looking_ = false;
    std::chrono::milliseconds pause_{}; ///< before it looks again
    std::optional<FileWatcher> watcher_;
    Timer timer_;

    [[nodiscard]] static Sight look_for(const std::set<Path>& files);
    void look();
    void take(Sight sight);

public:
    /// Calls `come` when one of the files has come and is complete, and then waits no more. `queue` and
    /// `workers`, who look for them, outlive it.
    MissingFiles(pw_loop* loop, MainQueue& queue, Workers& workers, std::function<void()> come);
    MissingFiles(const MissingFiles&) = delete;
    MissingFiles& operator=(const MissingFiles&) = delete;

    /// For these, and no others any more.
    void wait_for(std::set<std::filesystem::path> files);
};

} // namespace decant::service
