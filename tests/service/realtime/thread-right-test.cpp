// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/realtime/thread-right.hpp"

#include "nodes/bridge/host-thread.hpp"
#include "service/realtime/realtime-kit.hpp"
#include "service/realtime/thread-keeper.hpp"
#include "tests/service/realtime/kit-world.hpp"
#include "tests/service/realtime/office-loop.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <cstdlib>
#include <sys/resource.h>

using namespace decant;
using namespace decant::service;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace
{

struct World : tests::KitWorld {
    [[nodiscard]] ThreadWish wish(int priority = 19) const
    {
        return {.process = host.id(), .thread = host.id(), .priority = priority, .gives_way = true};
    }

    [[nodiscard]] int priority() const { return bridge::scheduling_of(host.id())->priority; }

    [[nodiscard]] rlimit time_limit() const
    {
        rlimit limit{};
        prlimit(host.id(), RLIMIT_RTTIME, nullptr, &limit);
        return limit;
    }
};

struct Loop : tests::OfficeLoop {
    RightsOffice office{post()};
};

/// A keeper whose time passes as the test says.
struct Keeper : World {
    Uptime time{1h, 0h};
    Loop loop;
    ThreadKeeper keeper{loop.office, {"the thread"}, true, [this] {
                            return time;
                        }};

    void update()
    {
        keeper.update(wish());
        loop.run();
    }

    /// So often that whatever is due has been done.
    [[nodiscard]] bool becomes(ThreadRight right)
    {
        return tests::wait_until([&] {
            update();
            return !keeper.asks() && keeper.right() == right;
        });
    }

    /// It looks, and finds nothing to do.
    [[nodiscard]] bool rests()
    {
        const unsigned before = kit.asked;
        for (int i = 0; i < 5; ++i)
            update();
        return !keeper.asks() && kit.asked == before && priority() == 0;
    }

    /// What the kernel and the host do with who is real-time for too long.
    void run_over()
    {
        bridge::demote(host.id());
        const rlimit moved_on{time_limit().rlim_cur - 1, time_limit().rlim_max};
        REQUIRE(prlimit(host.id(), RLIMIT_RTTIME, &moved_on, nullptr) == 0);
    }
};

} // namespace

TEST_CASE("what the limits do not allow RealtimeKit gives, within its terms and with time to give way")
{
    const World world;
    RealtimeKit kit;
    const auto granted = grant(world.wish(60), kit);
    CHECK(granted.right == ThreadRight::rtkit);
    CHECK_THAT(granted.problem, ContainsSubstring("rtprio"));
    CHECK(world.priority() == 20);
    CHECK(world.time_limit().rlim_max == 200'000);
    CHECK(world.time_limit().rlim_cur == 150'000);
}

TEST_CASE("a process that does not give way is not given a time limit that kills it")
{
    const World world;
    RealtimeKit kit;
    auto wish = world.wish();
    wish.gives_way = false;
    const auto granted = grant(wish, kit);
    CHECK(granted.right == ThreadRight::nice);
    CHECK_THAT(granted.problem, ContainsSubstring("would kill it"));
    CHECK(world.kit.asked == 0);
    CHECK(world.time_limit().rlim_max == RLIM_INFINITY);
    CHECK(getpriority(PRIO_PROCESS, static_cast<id_t>(world.host.id())) == -11);
}

TEST_CASE("when RealtimeKit refuses, that is what is told")
{
    World world;
    world.kit.refuses = tests::FakeRealtimeKit::Refuses::everything;
    RealtimeKit kit;
    const auto granted = grant(world.wish(), kit);
    CHECK(granted.right == ThreadRight::none);
    CHECK_THAT(granted.problem, ContainsSubstring("RealtimeKit refuses: polkit says no"));
    CHECK(world.priority() == 0);
}

TEST_CASE("without a RealtimeKit nobody waits for it")
{
    const World world;
    ::setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere", 1);
    RealtimeKit kit;
    const auto granted = grant(world.wish(), kit);
    CHECK(granted.right == ThreadRight::none);
    CHECK_THAT(granted.problem, ContainsSubstring("RealtimeKit does not answer"));
}

TEST_CASE("a thread that has lost what RealtimeKit gave gets it again")
{
    const World world;
    Loop loop;
    ThreadKeeper keeper(loop.office, {"the thread"});
    const auto kept = [&] {
        keeper.update(world.wish());
        loop.run();
        return world.priority() == 19 && keeper.right() == ThreadRight::rtkit;
    };
    CHECK(tests::wait_until(kept));
    bridge::demote(world.host.id()); // as RealtimeKit does after a suspend
    CHECK(tests::wait_until(kept));
    CHECK(world.kit.asked == 2);
}

TEST_CASE("a thread whose priority somebody holds back is let alone")
{
    const World world;
    Loop loop;
    ThreadKeeper keeper(loop.office, {"the thread"});
    CHECK_FALSE(tests::wait_until(
        [&] {
            keeper.update(world.wish(), true);
            loop.run();
            return world.priority() != 0;
        },
        std::chrono::milliseconds(300)));
}

TEST_CASE("a thread that ran over its time rests for ten seconds, and is real-time again")
{
    Keeper world;
    REQUIRE(world.becomes(ThreadRight::rtkit));
    world.time.awake += 2s;
    world.run_over();
    REQUIRE(world.becomes(ThreadRight::none));
    CHECK(world.kit.asked == 1);
    world.time.awake += 9s;
    CHECK(world.rests());
    world.time.awake += 1s;
    CHECK(world.becomes(ThreadRight::rtkit));
    CHECK(world.priority() == 19);
    CHECK(world.kit.asked == 2);
    CHECK(world.time_limit().rlim_cur == 150'000); // so that it shows if it runs over again
}

TEST_CASE("a thread that runs over its time again rests again")
{
    Keeper world;
    REQUIRE(world.becomes(ThreadRight::rtkit));
    for (unsigned round = 1; round < 3; ++round) {
        world.time.awake += 2s;
        world.update(); // it has it
        world.time.awake += 2s;
        world.run_over();
        REQUIRE(world.becomes(ThreadRight::none));
        CHECK(world.kit.asked == round);
        world.time.awake += 10s;
        REQUIRE(world.becomes(ThreadRight::rtkit));
    }
}

TEST_CASE(
    "after a suspend it is looked at once whether a thread has its priority, and else every two seconds")
{
    Keeper world;
    REQUIRE(world.becomes(ThreadRight::rtkit));
    world.update();
    bridge::demote(world.host.id()); // as RealtimeKit does then
    CHECK(world.rests());
    SECTION("a suspend")
    {
        world.time.suspended += 1h;
    }
    SECTION("two seconds")
    {
        world.time.awake += 2s;
    }
    CHECK(tests::wait_until([&] {
        world.update();
        return world.priority() == 19;
    }));
    CHECK(world.kit.asked == 2);
}

TEST_CASE("after a suspend RealtimeKit is asked again though it has refused, and else not for half a minute")
{
    Keeper world;
    world.kit.refuses = tests::FakeRealtimeKit::Refuses::everything;
    REQUIRE(tests::wait_until([&] {
        world.update();
        return world.keeper.known();
    }));
    world.kit.refuses = tests::FakeRealtimeKit::Refuses::nothing;
    world.time.awake += 29s;
    CHECK(world.rests());
    SECTION("a suspend")
    {
        world.time.suspended += 1h;
    }
    SECTION("half a minute")
    {
        world.time.awake += 1s;
    }
    CHECK(world.becomes(ThreadRight::rtkit));
}
