// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/loop-sources.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

namespace decant::service
{

/// Tells when configuration files in some directories have come, gone or changed. All functions: [main].
class FileWatcher
{
    int descriptor_;
    Timer settle_timer_;
    std::optional<InputWatch> input_;

    void read_events() noexcept;

public:
    /// Calls `changed`, which must not throw, a moment after the last of several changes. Without inotify
    /// (too many watches) it never does, and the log says so.
    FileWatcher(pw_loop* loop, std::function<void()> changed);
    FileWatcher(const FileWatcher&) = delete;
    FileWatcher& operator=(const FileWatcher&) = delete;
    ~FileWatcher();

    /// Watches these, too; those that do not exist are left out.
    void watch(const std::vector<std::filesystem::path>& directories);
};

} // namespace decant::service
