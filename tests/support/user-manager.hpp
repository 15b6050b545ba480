// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/private-bus.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace decant::tests
{

/// A bus with a user manager that has an environment, which services are given, and is told of units to make.
/// All functions: [main].
class UserManager
{
public:
    /// What a unit is to be made with: lists have blanks between their elements.
    using Unit = std::map<std::string, std::string>;

private:
    std::mutex mutex_;
    std::vector<std::string> environment_;
    std::map<std::string, Unit> units_;
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
                                                SD_BUS_METHOD("StartTransientUnit", "ssa(sv)a(sa(sv))", "o",
                                                              start_unit, SD_BUS_VTABLE_UNPRIVILEGED),
                                                SD_BUS_VTABLE_END};
        return manager;
    }

    static std::string read_value(sd_bus_message* message)
    {
        char kind = 0;
        const char* type = nullptr;
        sd_bus_message_peek_type(message, &kind, &type);
        const bool list = kind == SD_BUS_TYPE_ARRAY;
        if (list)
            sd_bus_message_enter_container(message, SD_BUS_TYPE_ARRAY, type);
        std::string text;
        for (const bool is_text = list ? type[0] == 's' : kind == 's'; !sd_bus_message_at_end(message, 0);) {
            const char* word = "";
            std::uint64_t number = 0; // little-endian, so that 32 bits of it will do
            sd_bus_message_peek_type(message, &kind, nullptr);
            sd_bus_message_read_basic(message, kind, is_text ? static_cast<void*>(&word) : &number);
            text += (text.empty() ? "" : " ") + (is_text ? std::string(word) : std::to_string(number));
        }
        if (list)
            sd_bus_message_exit_container(message);
        return text;
    }

    static int start_unit(sd_bus_message* message, void* self, sd_bus_error*)
    {
        const char* name = nullptr;
        const char* mode = nullptr;
        Unit unit;
        sd_bus_message_read(message, "ss", &name, &mode);
        sd_bus_message_enter_container(message, SD_BUS_TYPE_ARRAY, "(sv)");
        while (sd_bus_message_enter_container(message, SD_BUS_TYPE_STRUCT, "sv") > 0) {
            const char* key = nullptr;
            const char* type = nullptr;
            sd_bus_message_read_basic(message, 's', &key);
            sd_bus_message_peek_type(message, nullptr, &type);
            sd_bus_message_enter_container(message, SD_BUS_TYPE_VARIANT, type);
            unit[key] = read_value(message);
            sd_bus_message_exit_container(message);
            sd_bus_message_exit_container(message);
        }
        auto& manager = *static_cast<UserManager*>(self);
        const std::scoped_lock lock(manager.mutex_);
        manager.units_[name] = std::move(unit);
        return sd_bus_reply_method_return(message, "o", "/org/freedesktop/systemd1/job/1");
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

    /// The units that it was told to start, by their names.
    [[nodiscard]] std::map<std::string, Unit> units()
    {
        const std::scoped_lock lock(mutex_);
        return units_;
    }

    void set_environment(std::vector<std::string> environment)
    {
        const std::scoped_lock lock(mutex_);
        environment_ = std::move(environment);
    }
};

} // namespace decant::tests
