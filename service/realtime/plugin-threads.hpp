// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/realtime/thread-keeper.hpp"
#include "wine-host/protocol/thread-refusals.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include <sys/types.h>

namespace decant::service
{

/// How many threads of a plugin have what, of those that ask for real time and that the limits do not let
/// have it.
struct ThreadCounts {
    std::size_t realtime = 0;
    std::size_t nice = 0;
    std::size_t none = 0;

    [[nodiscard]] std::size_t all() const noexcept { return realtime + nice + none; }
};

/// Gets the threads of plugins what they ask for and their processes may not give them. Those with the
/// highest priorities come first, as RealtimeKit has few to give, for all of a user's programs. All
/// functions: [main].
class PluginThreads
{
    struct Thread {
        ThreadWish wish;
        ThreadKeeper keeper;
        bool left = false; ///< does not ask any more

        Thread(RightsOffice& office, const std::string& node, const ThreadWish& wanted);
    };
    struct Process {
        std::uint32_t serial = 0;
        std::map<pid_t, Thread> threads;
        bool told = false;
    };

    RightsOffice& office_;
    std::map<pid_t, Process> processes_; ///< by host

    void take(Process& process, pid_t host, const std::string& node,
              const protocol::ThreadRefusals& refusals);

public:
    /// Of a process.
    static constexpr std::size_t most_realtime = 8;

    /// `office` outlives it.
    explicit PluginThreads(RightsOffice& office) : office_(office) {}

    /// Sees to the threads of a host that runs, as it has told them last; an older list is not heeded. A host
    /// could name any thread: those of others are let alone. In the log they are `node`'s. Ten times a
    /// second.
    void update(pid_t host, const std::string& node, const protocol::ThreadRefusals& refusals);

    /// The host is gone.
    void forget(pid_t host) noexcept;

    [[nodiscard]] ThreadCounts counts(pid_t host) const noexcept;

    /// Why not all of them are real-time, for people; empty if they are, or if it is not known yet.
    [[nodiscard]] std::string problem(pid_t host) const;
};

} // namespace decant::service
