// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/private-bus.hpp"

#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace decant::tests
{

/// A bus with a user manager that has nothing but an environment, which services are given. All functions:
/// [main].
class UserManager
{
    std::mutex mutex_;
    std::vector<std::string> environment_;
    PrivateBus bus_;

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

    static const sd_bus_vtable* methods()
    {
        static const sd_bus_vtable manager[] = {SD_BUS_VTABLE_START(0),
                                                SD_BUS_PROPERTY("Environment", "as", tell_environment, 0, 0),
                                                SD_BUS_VTABLE_END};
        return manager;
    }

public:
    /// Assignments, as in "DISPLAY=:0". Throws std::runtime_error if there is no bus.
    explicit UserManager(std::vector<std::string> environment)
        : environment_(std::move(environment)), bus_({"org.freedesktop.systemd1", "/org/freedesktop/systemd1",
                                                      "org.freedesktop.systemd1.Manager", methods()},
                                                     this)
    {
    }

    /// What DBUS_SESSION_BUS_ADDRESS has to be.
    [[nodiscard]] const std::string& address() const noexcept { return bus_.address(); }

    void set_environment(std::vector<std::string> environment)
    {
        const std::scoped_lock lock(mutex_);
        environment_ = std::move(environment);
    }
};

} // namespace decant::tests
