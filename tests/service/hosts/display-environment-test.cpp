// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/hosts/display-environment.hpp"
#include "tests/support/user-manager.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstdlib>
#include <map>
#include <string>

using namespace decant;
using service::display_environment;
using service::has_display;
using tests::UserManager;
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
