// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/child-process.hpp"
#include "tests/support/private-session.hpp"
#include "tests/support/wait-until.hpp"

#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <systemd/sd-bus.h>
#include <thread>
#include <utility>
#include <vector>

namespace decant::tests
{

/// A bus with a user manager that has nothing but an environment, which services are given. All functions:
/// [main].
class UserManager
{
    TemporaryDirectory directory_;
    std::string address_ = "unix:path=" + (directory_.path() / "bus").string();
    ChildProcess daemon_{{"dbus-daemon", "--session", "--nofork", "--nopidfile", "--address=" + address_},
                         own_environment()};
    std::mutex mutex_;
    std::vector<std::string> environment_;
    std::unique_ptr<sd_bus, decltype(&sd_bus_unref)> bus_{nullptr, sd_bus_unref};
    std::jthread thread_;

    static int tell_environment(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply,
                                void* self, sd_bus_error*)
    {
        auto& manager = *static_cast<UserManager*>(self);
        const std::scoped_lock lock(manager.mutex_);
        sd_bus_message_open_container(reply, 'a', "s");
        for (const auto& assignment : manager.environment_)
            sd_bus_message_append(reply, "s", assignment.c_str());
        return sd_bus_message_close_container(reply);
    }

    bool join()
    {
        sd_bus* bus = nullptr;
        sd_bus_new(&bus);
        bus_.reset(bus);
        sd_bus_set_address(bus, address_.c_str());
        sd_bus_set_bus_client(bus, 1);
        return sd_bus_start(bus) >= 0 && sd_bus_request_name(bus, "org.freedesktop.systemd1", 0) >= 0;
    }

public:
    /// Assignments, as in "DISPLAY=:0". Throws std::runtime_error if there is no bus.
    explicit UserManager(std::vector<std::string> environment) : environment_(std::move(environment))
    {
        static const sd_bus_vtable manager[] = {SD_BUS_VTABLE_START(0),
                                                SD_BUS_PROPERTY("Environment", "as", tell_environment, 0, 0),
                                                SD_BUS_VTABLE_END};
        if (!wait_until([this] { return join(); }) ||
            sd_bus_add_object_vtable(bus_.get(), nullptr, "/org/freedesktop/systemd1",
                                     "org.freedesktop.systemd1.Manager", manager, this) < 0)
            throw std::runtime_error("no bus comes up: " + daemon_.errors());
        thread_ = std::jthread([this](const std::stop_token& stopped) {
            while (!stopped.stop_requested())
                if (sd_bus_process(bus_.get(), nullptr) == 0)
                    sd_bus_wait(bus_.get(), 10'000);
        });
    }

    /// What DBUS_SESSION_BUS_ADDRESS has to be.
    [[nodiscard]] const std::string& address() const noexcept { return address_; }

    void set_environment(std::vector<std::string> environment)
    {
        const std::scoped_lock lock(mutex_);
        environment_ = std::move(environment);
    }
};

} // namespace decant::tests
