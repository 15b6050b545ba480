// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/child-process.hpp"
#include "tests/support/private-session.hpp"
#include "tests/support/wait-until.hpp"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <memory>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <systemd/sd-bus.h>
#include <thread>

namespace decant::tests
{

/// A system bus with a RealtimeKit, which does what it is asked with the rights of this process, under the
/// same conditions as the real one. All functions: [main].
class FakeRealtimeKit
{
    TemporaryDirectory directory_;
    std::string address_ = "unix:path=" + (directory_.path() / "bus").string();
    ChildProcess daemon_{{"dbus-daemon", "--session", "--nofork", "--nopidfile", "--address=" + address_},
                         own_environment()};
    std::unique_ptr<sd_bus, decltype(&sd_bus_unref)> bus_{nullptr, sd_bus_unref};
    std::jthread thread_;

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

    bool join()
    {
        sd_bus* bus = nullptr;
        sd_bus_new(&bus);
        bus_.reset(bus);
        sd_bus_set_address(bus, address_.c_str());
        sd_bus_set_bus_client(bus, 1);
        return sd_bus_start(bus) >= 0 && sd_bus_request_name(bus, "org.freedesktop.RealtimeKit1", 0) >= 0;
    }

public:
    enum class Refuses { nothing, real_time, everything };
    std::atomic<Refuses> refuses = Refuses::nothing;
    std::atomic<std::chrono::milliseconds> delay{}; ///< before it answers
    std::atomic<unsigned> asked = 0;                ///< for real time

    /// Throws std::runtime_error if there is no bus.
    FakeRealtimeKit()
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
        if (!wait_until([this] { return join(); }) ||
            sd_bus_add_object_vtable(bus_.get(), nullptr, "/org/freedesktop/RealtimeKit1",
                                     "org.freedesktop.RealtimeKit1", kit, this) < 0)
            throw std::runtime_error("no bus comes up: " + daemon_.errors());
        thread_ = std::jthread([this](const std::stop_token& stopped) {
            while (!stopped.stop_requested())
                if (sd_bus_process(bus_.get(), nullptr) == 0)
                    sd_bus_wait(bus_.get(), 10'000);
        });
    }

    /// What DBUS_SYSTEM_BUS_ADDRESS has to be.
    [[nodiscard]] const std::string& address() const noexcept { return address_; }
};

} // namespace decant::tests
