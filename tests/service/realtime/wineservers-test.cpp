// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/realtime/wineservers.hpp"

#include "nodes/bridge/host-thread.hpp"
#include "service/wine-processes.hpp"
#include "tests/service/realtime/office-loop.hpp"
#include "tests/support/child-process.hpp"
#include "tests/support/fake-wineserver.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>

#include <sched.h>

using namespace decant;
using namespace decant::service;

namespace
{

struct World {
    tests::FakePrefix prefix;
    tests::FakeWineserver server{prefix.workplace};
    tests::ChildProcess host{{"sleep", "600"}, {{"WINEPREFIX", prefix.path.string()}}};

    tests::OfficeLoop loop;
    RightsOffice office{loop.post()};
    Wineservers servers{office};

    World()
    {
        REQUIRE(tests::wait_until([this] { return wineserver_of(prefix.path) == server.id(); }));
        if (!bridge::promote(server.id(), {SCHED_FIFO, 80}))
            SKIP("no real-time priorities here: the limit \"rtprio\" is below 80 (see decant doctor)");
    }

    [[nodiscard]] int priority() const { return bridge::scheduling_of(server.id())->priority; }
};

} // namespace

TEST_CASE("a wineserver comes below the audio threads, and not below nothing")
{
    CHECK(wineserver_priority(83) == 67);
    CHECK(wineserver_priority(10) == 1);
    CHECK(wineserver_priority(1) == 0);
    CHECK(wineserver_priority(0) == 0);
}

TEST_CASE("the wineserver of a host is made real-time below its audio threads")
{
    World world;
    bridge::demote(world.server.id());
    CHECK(tests::wait_until([&] {
        world.servers.update(world.host.id(), 60);
        return world.priority() == 44;
    }));
}

TEST_CASE("a wineserver that is above the audio threads is put below them")
{
    World world;
    world.servers.update(world.host.id(), 60);
    CHECK(world.priority() == 44);
}

TEST_CASE("the wineserver of other prefixes, and of hosts that are gone, is let alone")
{
    World world;
    const tests::FakePrefix other;
    const tests::FakeWineserver stranger(other.workplace);
    world.servers.forget(world.host.id());
    world.servers.update(0, 60);
    CHECK(world.priority() == 80);
    world.servers.update(world.host.id(), 60);
    CHECK(bridge::scheduling_of(stranger.id())->priority == 0);
}
