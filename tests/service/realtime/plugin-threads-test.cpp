// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/realtime/plugin-threads.hpp"

#include "nodes/bridge/host-thread.hpp"
#include "tests/service/realtime/kit-world.hpp"
#include "tests/service/realtime/office-loop.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <sys/resource.h>
#include <vector>

using namespace decant;
using namespace decant::service;
using Catch::Matchers::ContainsSubstring;
using tests::wait_until;

namespace
{

int priority_of(pid_t thread)
{
    const auto has = bridge::scheduling_of(thread);
    return has ? has->priority : -1;
}

int nice_of(pid_t thread)
{
    return getpriority(PRIO_PROCESS, static_cast<id_t>(thread));
}

/// A host with threads that may not be real-time by themselves.
struct World : tests::KitWorld {
    std::vector<pid_t> workers;
    tests::OfficeLoop loop;
    RightsOffice office{loop.post()};
    PluginThreads threads{office};
    protocol::ThreadRefusals refusals;

    explicit World(unsigned count) : KitWorld(count), workers(host.threads()) {}

    void ask(pid_t thread, unsigned priority)
    {
        refusals.threads.push_back({static_cast<std::uint32_t>(thread), priority});
        ++refusals.serial;
    }

    void ask_no_more()
    {
        refusals.threads.clear();
        ++refusals.serial;
    }

    void update()
    {
        threads.update(host.id(), "bass", refusals);
        loop.run();
    }

    template <class Condition>
    bool update_until(Condition condition)
    {
        return wait_until([&] {
            update();
            return condition();
        });
    }

    /// All have been seen to.
    bool settle(std::size_t count)
    {
        return update_until([&] {
            const auto have = threads.counts(host.id());
            return have.realtime + have.nice == count;
        });
    }
};

} // namespace

TEST_CASE("what a plugin's threads ask for and their process may not give, RealtimeKit does")
{
    World world(2);
    world.ask(world.workers[0], 18);
    world.ask(world.workers[1], 17);
    REQUIRE(world.settle(2));
    CHECK(priority_of(world.workers[0]) == 18);
    CHECK(priority_of(world.workers[1]) == 17);
    CHECK(priority_of(world.host.id()) == 0);
    CHECK(world.threads.counts(world.host.id()).realtime == 2);
    CHECK(world.threads.problem(world.host.id()).empty());
}

TEST_CASE("a plugin's thread that asks for less, or for another priority, has that")
{
    World world(2);
    world.ask(world.workers[0], 18);
    world.ask(world.workers[1], 18);
    REQUIRE(world.settle(2));
    world.ask_no_more();
    world.ask(world.workers[1], 12);
    CHECK(world.update_until(
        [&] { return priority_of(world.workers[0]) == 0 && priority_of(world.workers[1]) == 12; }));
}

TEST_CASE("a plugin's thread that asks for less while it is asked for is not real-time in the end")
{
    World world(1);
    world.ask(world.workers[0], 18);
    // Asked for, and not granted before the loop runs.
    REQUIRE(wait_until([&] {
        world.threads.update(world.host.id(), "bass", world.refusals);
        return world.kit.asked == 1;
    }));
    world.ask_no_more();
    CHECK(world.update_until([&] {
        return priority_of(world.workers[0]) == 0 && world.threads.counts(world.host.id()).all() == 0;
    }));
}

TEST_CASE("a thread that belongs to somebody else than the host that names it is let alone")
{
    // First: ThreadSanitizer wants no threads to be there when a process is made that starts some.
    const tests::Sleeper stranger(1);
    World world(1);
    world.ask(stranger.threads()[0], 18);
    world.ask(stranger.id(), 18);
    world.ask(world.workers[0], 17);
    REQUIRE(world.settle(1));
    CHECK(world.threads.counts(world.host.id()).all() == 1);
    CHECK(priority_of(stranger.id()) == 0);
    CHECK(priority_of(stranger.threads()[0]) == 0);
    CHECK(world.kit.asked == 1);
}

TEST_CASE("RealtimeKit is asked for a few threads of a plugin only, the first ones, and the rest gets a nice")
{
    constexpr auto most = PluginThreads::most_realtime;
    World world(most + 2);
    world.ask(world.workers[0], 10);
    world.ask(world.workers[1], 11);
    for (std::size_t i = 2; i < world.workers.size(); ++i)
        world.ask(world.workers[i], 18);
    REQUIRE(world.settle(most + 2));
    CHECK(world.kit.asked == most);
    CHECK(world.threads.counts(world.host.id()).realtime == most);
    for (const pid_t thread : {world.workers[0], world.workers[1]}) {
        CHECK(priority_of(thread) == 0);
        CHECK(nice_of(thread) == -11);
    }
    CHECK_THAT(world.threads.problem(world.host.id()), ContainsSubstring("no more than 8"));
}

TEST_CASE("when RealtimeKit refuses real time to a plugin's threads, they have a nice, and that is told")
{
    World world(1);
    world.kit.refuses = tests::FakeRealtimeKit::Refuses::real_time;
    world.ask(world.workers[0], 18);
    REQUIRE(world.settle(1));
    CHECK(priority_of(world.workers[0]) == 0);
    CHECK(nice_of(world.workers[0]) == -11);
    CHECK_THAT(world.threads.problem(world.host.id()),
               ContainsSubstring("of the 1 threads of its plugin that ask for real time 0 have it, and 1 a "
                                 "better nice") &&
                   ContainsSubstring("polkit says no") && ContainsSubstring("rtprio 95"));
}

TEST_CASE("an older list of another plugin of the same process takes nothing back")
{
    World world(1);
    const protocol::ThreadRefusals older;
    world.ask(world.workers[0], 18);
    REQUIRE(world.settle(1));
    world.threads.update(world.host.id(), "drums", older);
    world.update();
    CHECK(priority_of(world.workers[0]) == 18);
    CHECK(world.threads.counts(world.host.id()).realtime == 1);
}
