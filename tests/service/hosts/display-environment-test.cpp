// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/hosts/display-environment.hpp"
#include "tests/support/child-process.hpp"
#include "tests/support/private-session.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <systemd/sd-bus.h>
#include <thread>
#include <utility>
#include <vector>

using namespace decant;
using service::display_environment;
using service::has_display;
using tests::wait_until;
using Variables = std::map<std::string, std::string>;

namespace
{

/// Sets and unsets variables of this process for as long as it lives.
class Surroundings
{
    Variables before_;

public:
    explicit Surroundings(const Variables& now)
    {
        for (const char* name :
             {"DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "MANAGERPID", "DBUS_SESSION_BUS_ADDRESS"}) {
            if (const char* value = std::getenv(name))
                before_[name] = value;
            ::unsetenv(name);
        }
        for (const auto& [name, value] : now)
            ::setenv(name.c_str(), value.c_str(), 1);
    }
    ~Surroundings()
    {
        for (const char* name :
             {"DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "MANAGERPID", "DBUS_SESSION_BUS_ADDRESS"})
            ::unsetenv(name);
        for (const auto& [name, value] : before_)
            ::setenv(name.c_str(), value.c_str(), 1);
    }
    Surroundings(const Surroundings&) = delete;
    Surroundings& operator=(const Surroundings&) = delete;
};

/// A bus with a user manager that has nothing but an environment.
class UserManager
{
    tests::TemporaryDirectory directory_;
    std::string address_ = "unix:path=" + (directory_.path() / "bus").string();
    tests::ChildProcess daemon_{
        {"dbus-daemon", "--session", "--nofork", "--nopidfile", "--address=" + address_},
        tests::own_environment()};
    std::vector<std::string> environment_;
    std::unique_ptr<sd_bus, decltype(&sd_bus_unref)> bus_{nullptr, sd_bus_unref};
    std::jthread thread_;

    static int tell_environment(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply,
                                void* self, sd_bus_error*)
    {
        sd_bus_message_open_container(reply, 'a', "s");
        for (const auto& assignment : static_cast<UserManager*>(self)->environment_)
            sd_bus_message_append(reply, "s", assignment.c_str());
        return sd_bus_message_close_container(reply);
    }

public:
    explicit UserManager(std::vector<std::string> environment) : environment_(std::move(environment))
    {
        static const sd_bus_vtable manager[] = {SD_BUS_VTABLE_START(0),
                                                SD_BUS_PROPERTY("Environment", "as", tell_environment, 0, 0),
                                                SD_BUS_VTABLE_END};
        REQUIRE(wait_until([this] {
            sd_bus* bus = nullptr;
            sd_bus_new(&bus);
            bus_.reset(bus);
            sd_bus_set_address(bus, address_.c_str());
            sd_bus_set_bus_client(bus, 1);
            return sd_bus_start(bus) >= 0 && sd_bus_request_name(bus, "org.freedesktop.systemd1", 0) >= 0;
        }));
        REQUIRE(sd_bus_add_object_vtable(bus_.get(), nullptr, "/org/freedesktop/systemd1",
                                         "org.freedesktop.systemd1.Manager", manager, this) >= 0);
        thread_ = std::jthread([this](const std::stop_token& stopped) {
            while (!stopped.stop_requested())
                if (sd_bus_process(bus_.get(), nullptr) == 0)
                    sd_bus_wait(bus_.get(), 10'000);
        });
    }

    [[nodiscard]] const std::string& address() const { return address_; }
};

} // namespace

TEST_CASE("a service that somebody starts by hand has the display of its terminal")
{
    const Surroundings by_hand({{"DISPLAY", ":3"}, {"XAUTHORITY", "/run/x"}, {"WAYLAND_DISPLAY", ""}});
    CHECK(display_environment() == Variables{{"DISPLAY", ":3"}, {"XAUTHORITY", "/run/x"}});
    CHECK(has_display(display_environment()));
}

TEST_CASE("where there is no display nobody has one, whatever else is set")
{
    const Surroundings console(Variables{{"XAUTHORITY", "/run/x"}});
    CHECK_FALSE(has_display(display_environment()));
    CHECK_FALSE(has_display({{"DISPLAY", ""}}));
    CHECK_THAT(service::no_display_remedy(),
               Catch::Matchers::ContainsSubstring("import-environment DISPLAY XAUTHORITY"));
}

TEST_CASE("a service of the user manager has the display that the manager has now")
{
    const UserManager manager({"PATH=/bin", "DISPLAY=:7", "DISPLAYS=no", "XAUTHORITY=/run/y"});
    const Surroundings unit(
        {{"MANAGERPID", "1"}, {"DBUS_SESSION_BUS_ADDRESS", manager.address()}, {"DISPLAY", ":3"}});
    CHECK(display_environment() == Variables{{"DISPLAY", ":7"}, {"XAUTHORITY", "/run/y"}});
}

TEST_CASE("a service of a manager that has no display, or does not answer, has the one of its unit")
{
    const UserManager manager({"PATH=/bin", "XAUTHORITY=/run/y"});
    {
        const Surroundings unit(
            {{"MANAGERPID", "1"}, {"DBUS_SESSION_BUS_ADDRESS", manager.address()}, {"DISPLAY", ":3"}});
        CHECK(display_environment() == Variables{{"DISPLAY", ":3"}});
    }
    const Surroundings unit(
        {{"MANAGERPID", "1"}, {"DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere"}, {"DISPLAY", ":3"}});
    CHECK(display_environment() == Variables{{"DISPLAY", ":3"}});
}
