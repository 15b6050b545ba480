// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <sys/types.h>

struct sd_bus;

namespace decant::service
{

/// RealtimeKit on the system bus, which gives threads of a user what his limits do not. Asks D-Bus, and waits
/// for at most two seconds. All functions: [any but rt], one thread at a time.
class RealtimeKit
{
    struct BusDeleter {
        void operator()(sd_bus* bus) const noexcept;
    };
    std::unique_ptr<sd_bus, BusDeleter> bus_;

    [[nodiscard]] sd_bus* bus();
    [[nodiscard]] std::string ask(const char* method, pid_t process, pid_t thread, char kind, int value);

public:
    struct Terms {
        int max_priority;       ///< of SCHED_RR
        int min_nice;           ///< the best that it gives
        std::uint64_t max_usec; ///< RLIMIT_RTTIME that a process must have to be given a priority
    };
    /// Nothing if nobody answers.
    [[nodiscard]] std::optional<Terms> terms();

    // These return what it says against it, or an empty text.

    [[nodiscard]] std::string make_realtime(pid_t process, pid_t thread, int priority);
    [[nodiscard]] std::string make_high_priority(pid_t process, pid_t thread, int nice);
};

} // namespace decant::service
