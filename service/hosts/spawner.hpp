// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/hosts/host-command.hpp"

#include <mutex>
#include <optional>

#include <sys/types.h>

namespace decant::service
{

/// A small process that starts the hosts in our place. It was forked before PipeWire came, so hosts inherit
/// nothing that PipeWire does to a process: rtkit wants a hard limit on real-time run time (RLIMIT_RTTIME),
/// which nobody can raise again, and which would kill an audio thread for one long block.
///
/// What it starts are children of ours and not of its own, to be waited for as usual. It ends with us.
class Spawner
{
    int socket_ = -1;
    pid_t pid_ = -1;
    std::mutex mutex_;

public:
    /// To be made in main(), while there is one thread. Without it, and if it fails or dies, spawn() starts
    /// children itself.
    Spawner();

    /// Ends it.
    ~Spawner();

    Spawner(const Spawner&) = delete;
    Spawner& operator=(const Spawner&) = delete;

    /// The one of this process; null if there is none. [any]
    [[nodiscard]] static Spawner* of_process() noexcept;

    struct Result {
        pid_t child; ///< to be reaped in any case; negative if there is none
        int error;   ///< errno; 0 if the program runs
    };
    /// Nothing if the spawner is of no use any more. [any]
    [[nodiscard]] std::optional<Result> spawn(const HostCommand& command, int output);
};

} // namespace decant::service
