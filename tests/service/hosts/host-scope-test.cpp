// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/hosts/host-scope.hpp"
#include "tests/support/user-manager.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <string>

using namespace decant;
using service::ScopeOwner;
using tests::UserManager;

namespace
{

const ScopeOwner owner{"decant.service", "session.slice"};

} // namespace

TEST_CASE("a host gets a scope that is named after it and ends after its service")
{
    UserManager manager({});
    ::setenv("DBUS_SESSION_BUS_ADDRESS", manager.address().c_str(), 1);
    CHECK(service::put_into_scope(owner, 4711, "bass"));
    CHECK(manager.units() ==
          std::map<std::string, UserManager::Unit>{{"decant-host-bass-4711.scope",
                                                    {{"PIDs", "4711"},
                                                     {"Description", "Decant: plugins of bass"},
                                                     {"Slice", "session.slice"},
                                                     {"CollectMode", "inactive-or-failed"},
                                                     {"TimeoutStopUSec", "2000000"},
                                                     {"BindsTo", "decant.service"},
                                                     {"Before", "decant.service"}}}});
}

TEST_CASE("whatever a group is called, its scope has a name that systemd takes")
{
    UserManager manager({});
    ::setenv("DBUS_SESSION_BUS_ADDRESS", manager.address().c_str(), 1);
    CHECK(service::put_into_scope(owner, 1,
                                  "Stra\xc3\x9f"
                                  "e/a b@c"));
    CHECK(service::put_into_scope(owner, 2, std::string(300, 'x')));
    const auto units = manager.units();
    CHECK(units.contains("decant-host-Stra__e_a_b_c-1.scope"));
    CHECK(units.contains("decant-host-" + std::string(100, 'x') + "-2.scope"));
}

TEST_CASE("where there is no user manager a host stays where it is")
{
    ::setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", 1);
    CHECK_FALSE(service::put_into_scope(owner, 4711, "bass"));
}

TEST_CASE("who was started in a terminal has no scopes to give, whatever the terminal was started as")
{
    ::unsetenv("SYSTEMD_EXEC_PID");
    CHECK_FALSE(ScopeOwner::of_process());
    ::setenv("SYSTEMD_EXEC_PID", "1", 1);
    CHECK_FALSE(ScopeOwner::of_process());
}
