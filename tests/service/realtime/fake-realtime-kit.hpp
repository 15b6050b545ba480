// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/private-bus.hpp"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <sched.h>
#include <string>
#include <sys/resource.h>
#include <thread>

namespace decant::tests
{

/// A system bus with a RealtimeKit, which does what it is asked with the rights of this process, under the
/// same conditions as the real one. All functions: [main].
class FakeRealtimeKit
{
    static FakeRealtimeKit& self(void* data) { return *static_cast<FakeRealtimeKit*>(data); }

    static int refuse(sd_bus_error* error)
    {
        sd_bus_error_set_const(error, "org.freedesktop.DBus.Error.AccessDenied", "polkit says no");
        return -EACCES;
    }

    static int make_realtime(sd_bus_message* request, void* data, sd_bus_error* error)
    {
        std::this_thread::sleep_for(self(data).delay.load());
        std::uint64_t process = 0;
        std::uint64_t thread = 0;
        std::uint32_t priority = 0;
        if (sd_bus_message_read(request, "ttu", &process, &thread, &priority) < 0)
            return -EINVAL;
        ++self(data).asked;
        rlimit time{};
        if (self(data).refuses != Refuses::nothing ||
            prlimit(static_cast<pid_t>(process), RLIMIT_RTTIME, nullptr, &time) != 0 ||
            time.rlim_max > 200'000 || priority > 20)
            return refuse(error);
        const sched_param wanted{static_cast<int>(priority)};
        if (sched_setscheduler(static_cast<pid_t>(thread), SCHED_RR | SCHED_RESET_ON_FORK, &wanted) != 0)
            return refuse(error);
        return sd_bus_reply_method_return(request, "");
    }

    static int make_high_priority(sd_bus_message* request, void* data, sd_bus_error* error)
    {
        std::uint64_t process = 0;
        std::uint64_t thread = 0;
        std::int32_t nice = 0;
        if (sd_bus_message_read(request, "tti", &process, &thread, &nice) < 0)
            return -EINVAL;
        if (self(data).refuses == Refuses::everything || nice < -15 ||
            setpriority(PRIO_PROCESS, static_cast<id_t>(thread), nice) != 0)
            return refuse(error);
        return sd_bus_reply_method_return(request, "");
    }

    static int tell(sd_bus*, const char*, const char*, const char* property, sd_bus_message* reply, void*,
                    sd_bus_error*)
    {
        const std::string name = property;
        if (name == "RTTimeUSecMax")
            return sd_bus_message_append(reply, "x", std::int64_t{200'000});
        return sd_bus_message_append(reply, "i", name == "MinNiceLevel" ? -15 : 20);
    }

    static const sd_bus_vtable* methods()
    {
        static const sd_bus_vtable kit[] = {
            SD_BUS_VTABLE_START(0),
            SD_BUS_METHOD("MakeThreadRealtimeWithPID", "ttu", "", make_realtime, SD_BUS_VTABLE_UNPRIVILEGED),
            SD_BUS_METHOD("MakeThreadHighPriorityWithPID", "tti", "", make_high_priority,
                          SD_BUS_VTABLE_UNPRIVILEGED),
            SD_BUS_PROPERTY("RTTimeUSecMax", "x", tell, 0, 0),
            SD_BUS_PROPERTY("MaxRealtimePriority", "i", tell, 0, 0),
            SD_BUS_PROPERTY("MinNiceLevel", "i", tell, 0, 0),
            SD_BUS_VTABLE_END};
        return kit;
    }

public:
    enum class Refuses { nothing, real_time, everything };
    std::atomic<Refuses> refuses = Refuses::nothing;
    std::atomic<std::chrono::milliseconds> delay{}; ///< before it answers
    std::atomic<unsigned> asked = 0;                ///< for real time

    /// Throws std::runtime_error if there is no bus.
    FakeRealtimeKit() = default;

    /// What DBUS_SYSTEM_BUS_ADDRESS has to be.
    [[nodiscard]] const std::string& address() const noexcept { return bus_.address(); }

private:
    PrivateBus bus_{{"org.freedesktop.RealtimeKit1", "/org/freedesktop/RealtimeKit1",
                     "org.freedesktop.RealtimeKit1", methods()},
                    this};
};

} // namespace decant::tests
