// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/child-process.hpp"
#include "tests/support/private-session.hpp"
#include "tests/support/wait-until.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <systemd/sd-bus.h>
#include <thread>

namespace decant::tests
{

/// A D-Bus of its own with one service on it, whose methods are called on a thread of its own. All functions:
/// [main].
class PrivateBus
{
    TemporaryDirectory directory_;
    std::string address_ = "unix:path=" + (directory_.path() / "bus").string();
    ChildProcess daemon_{{"dbus-daemon", "--session", "--nofork", "--nopidfile", "--address=" + address_},
                         own_environment()};
    std::unique_ptr<sd_bus, decltype(&sd_bus_unref)> bus_{nullptr, sd_bus_unref};
    std::jthread thread_;

    bool join(const char* name)
    {
        sd_bus* bus = nullptr;
        sd_bus_new(&bus);
        bus_.reset(bus);
        sd_bus_set_address(bus, address_.c_str());
        sd_bus_set_bus_client(bus, 1);
        return sd_bus_start(bus) >= 0 && sd_bus_request_name(bus, name, 0) >= 0;
    }

public:
    /// What the service is called, and the only object that it has.
    struct Service {
        const char* name;
        const char* path;
        const char* interface;
        const sd_bus_vtable* methods;
    };

    /// `self` is what the methods get; it outlives the bus. Throws std::runtime_error if there is none.
    PrivateBus(const Service& service, void* self)
    {
        if (!wait_until([&] { return join(service.name); }) ||
            sd_bus_add_object_vtable(bus_.get(), nullptr, service.path, service.interface, service.methods,
                                     self) < 0)
            throw std::runtime_error("no bus comes up: " + daemon_.errors());
        thread_ = std::jthread([this](const std::stop_token& stopped) {
            while (!stopped.stop_requested())
                if (sd_bus_process(bus_.get(), nullptr) == 0)
                    sd_bus_wait(bus_.get(), 10'000);
        });
    }

    /// What DBUS_SESSION_BUS_ADDRESS or DBUS_SYSTEM_BUS_ADDRESS has to be.
    [[nodiscard]] const std::string& address() const noexcept { return address_; }
};

} // namespace decant::tests
