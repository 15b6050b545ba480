// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/hosts/host-process.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace decant::service
{

/// Hosts that have started and wait for a plugin: Wine takes a tenth of a second or more to start a process,
/// which a musician hears when a plugin has crashed.
///
/// One is kept for each of the last two commands that plugins were loaded with, which differ by width, prefix
/// and wine.*. All functions: [any but rt].
class SpareHosts
{
    static constexpr std::size_t most = 2; ///< each costs some megabytes

    struct Spare {
        HostCommand command;
        std::shared_ptr<HostProcess> process;
    };

    std::mutex mutex_;
    std::vector<Spare> spares_;       ///< the last used command last
    std::vector<HostCommand> wishes_; ///< of plugins that run

public:
    /// Becomes the one of this process.
    SpareHosts();

    /// Ends them all.
    ~SpareHosts();

    SpareHosts(const SpareHosts&) = delete;
    SpareHosts& operator=(const SpareHosts&) = delete;

    /// The one of this process; null if there is none, so that every host is started when it is needed.
    [[nodiscard]] static SpareHosts* of_process() noexcept;

    /// One that was started with this command, whatever its title, and that `member` has entered; null if
    /// there is none.
    [[nodiscard]] std::shared_ptr<HostProcess> take(const HostCommand& command, HostProcess::Member& member);

    /// Starts one for the command, unless there is one; does not wait for it. What goes wrong is left to be
    /// told by a host that is needed.
    void replenish(const HostCommand& command) noexcept;

    /// A plugin that runs wishes for one that was started with this command.
    void wish(const HostCommand& command);

    /// It does so no more; the host waits on, for the plugin that comes next.
    void forget_wish(const HostCommand& command) noexcept;

    /// Ends those that no plugin wishes for.
    void end_unwanted() noexcept;

    /// Whether there are any, and all have started.
    [[nodiscard]] bool ready();
};

} // namespace decant::service
