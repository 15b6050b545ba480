// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/realtime/thread-right.hpp"

#include "nodes/bridge/host-thread.hpp"
#include "service/realtime/realtime-kit.hpp"
#include "service/realtime/thread-keeper.hpp"
#include "tests/service/realtime/fake-realtime-kit.hpp"
#include "tests/service/realtime/ordinary-user.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <cstdlib>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <sched.h>
#include <sys/resource.h>

using namespace decant;
using namespace decant::service;
using Catch::Matchers::ContainsSubstring;

namespace
{

/// A RealtimeKit that keeps this process's rights, and a user without any, who is this thread meanwhile.
struct World {
    tests::FakeRealtimeKit daemon;
    tests::Sleeper host;
    std::optional<tests::OrdinaryUser> user;

    World()
    {
        const sched_param lowest{1};
        if (sched_setscheduler(host.id(), SCHED_RR | SCHED_RESET_ON_FORK, &lowest) != 0)
            SKIP("no real-time priorities here, so that no RealtimeKit can be played (run as root)");
        bridge::demote(host.id());
        ::setenv("DBUS_SYSTEM_BUS_ADDRESS", daemon.address().c_str(), 1);
        user.emplace();
    }

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

/// The main loop, as far as anybody needs it here.
struct Loop {
    std::mutex mutex;
    std::deque<std::function<void()>> work;
    RightsOffice office{[this](std::function<void()> each) {
        const std::lock_guard lock(mutex);
        work.push_back(std::move(each));
    }};

    void run()
    {
        std::deque<std::function<void()>> now;
        {
            const std::lock_guard lock(mutex);
            now.swap(work);
        }
        for (const auto& each : now)
            each();
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
    CHECK(world.daemon.asked == 0);
    CHECK(world.time_limit().rlim_max == RLIM_INFINITY);
    CHECK(getpriority(PRIO_PROCESS, static_cast<id_t>(world.host.id())) == -11);
}

TEST_CASE("when RealtimeKit refuses, that is what is told")
{
    World world;
    world.daemon.refuses = true;
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
    ThreadKeeper keeper(loop.office, "the thread");
    const auto kept = [&] {
        keeper.update(world.wish());
        loop.run();
        return world.priority() == 19 && keeper.right() == ThreadRight::rtkit;
    };
    CHECK(tests::wait_until(kept));
    bridge::demote(world.host.id()); // as RealtimeKit does after a suspend
    CHECK(tests::wait_until(kept));
    CHECK(world.daemon.asked == 2);
}

TEST_CASE("a thread whose priority somebody holds back is let alone")
{
    const World world;
    Loop loop;
    ThreadKeeper keeper(loop.office, "the thread");
    CHECK_FALSE(tests::wait_until(
        [&] {
            keeper.update(world.wish(), true);
            loop.run();
            return world.priority() != 0;
        },
        std::chrono::milliseconds(300)));
}

TEST_CASE("a thread that ran over its time rests before it is real-time again")
{
    const World world;
    Loop loop;
    ThreadKeeper keeper(loop.office, "the thread");
    REQUIRE(tests::wait_until([&] {
        keeper.update(world.wish());
        loop.run();
        return keeper.right() == ThreadRight::rtkit;
    }));
    // What the kernel and the host do then.
    bridge::demote(world.host.id());
    const rlimit moved_on{world.time_limit().rlim_max, world.time_limit().rlim_max};
    REQUIRE(prlimit(world.host.id(), RLIMIT_RTTIME, &moved_on, nullptr) == 0);
    CHECK(tests::wait_until([&] {
        keeper.update(world.wish());
        loop.run();
        return keeper.right() == ThreadRight::none;
    }));
    CHECK(world.daemon.asked == 1);
    CHECK(world.priority() == 0);
}
