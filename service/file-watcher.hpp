// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/loop-sources.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

namespace decant::service
{

/// Tells when files in some directories have come, gone or changed. All functions: [main].
class FileWatcher
{
public:
    /// Whether a file of that name matters. Must not throw.
    using Concerns = std::function<bool(std::string_view name)>;

private:
    Concerns concerns_;
    int descriptor_;
    std::set<std::filesystem::path> unwatched_; ///< the log has named them
    Timer settle_timer_;
    std::optional<InputWatch> input_;

    void read_events() noexcept;

public:
    /// Calls `changed`, which must not throw, a moment after the last of several changes. Without inotify
    /// (too many instances of it) it never does, and the log says so.
    FileWatcher(pw_loop* loop, Concerns concerns, std::function<void()> changed);
    FileWatcher(const FileWatcher&) = delete;
    FileWatcher& operator=(const FileWatcher&) = delete;
    ~FileWatcher();

    /// Watches these, too; those that do not exist are left out. Of those that cannot be watched the log says
    /// so once, with what to do.
    void watch(const std::vector<std::filesystem::path>& directories);
};

} // namespace decant::service
