// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/hosts/host-command.hpp"

#include <filesystem>
#include <optional>
#include <sys/types.h>

namespace decant::bench
{

/// A Wine prefix, and the wineserver that serves it.
class WineSession
{
    std::filesystem::path prefix_;
    bool temporary_;

public:
    /// Uses `prefix`, or one of its own below the temporary directory if that is empty. Throws
    /// std::system_error.
    explicit WineSession(const std::filesystem::path& prefix);

    /// Ends the wineserver and all that runs in the prefix, and removes it, if it is its own.
    ~WineSession();
    WineSession(const WineSession&) = delete;
    WineSession& operator=(const WineSession&) = delete;

    [[nodiscard]] const std::filesystem::path& prefix() const noexcept { return prefix_; }

    /// The wineserver of this prefix while it runs.
    [[nodiscard]] std::optional<pid_t> server() const;
};

} // namespace decant::bench
