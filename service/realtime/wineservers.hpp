// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/realtime/thread-keeper.hpp"

#include <map>

#include <sys/types.h>

namespace decant::service
{

/// The wineservers of the hosts. They serve the threads of plugins that wait for one another, so they come
/// before everything but audio, and never before that. All functions: [main].
class Wineservers
{
    struct Server {
        ThreadKeeper keeper;
        bool was_above = false; ///< the audio threads, when looked at last

        Server(RightsOffice& office, pid_t process);
    };

    RightsOffice& office_;
    std::map<pid_t, pid_t> server_of_; ///< by host
    std::map<pid_t, Server> servers_;  ///< by their process

    void lower(pid_t process, Server& server, int audio);

public:
    /// `office` outlives it.
    explicit Wineservers(RightsOffice& office) : office_(office) {}

    /// Sees to the server of a host that runs, whose audio threads have the priority `audio`, 0 if they are
    /// not real-time. Ten times a second.
    void update(pid_t host, int audio);

    /// The host is gone.
    void forget(pid_t host) noexcept;
};

/// What a wineserver is to have below audio threads of that priority; 0: no real time. [any]
[[nodiscard]] int wineserver_priority(int audio) noexcept;

} // namespace decant::service
