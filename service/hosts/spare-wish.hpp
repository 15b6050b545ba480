// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/hosts/host-command.hpp"

#include <optional>

namespace decant::service
{

/// Whether a plugin that runs wishes that a host waits for the next one like it (PluginFile::spare). Does
/// nothing where there are no SpareHosts.
///
/// Thread: one at a time.
class SpareWish
{
    std::optional<HostCommand> command_; ///< if it does

    void forget() noexcept;

public:
    SpareWish() = default;
    ~SpareWish() { forget(); }
    SpareWish(const SpareWish&) = delete;
    SpareWish& operator=(const SpareWish&) = delete;

    /// The plugin runs in a process that was started with `command`. One that shares it wishes nothing.
    void follow(const PluginFile& plugin, const HostCommand& command);
};

} // namespace decant::service
