// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/hosts/save-schedule.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace decant::service;
using namespace std::chrono_literals;
using decant::tests::wait_until;
using Clock = std::chrono::steady_clock;

namespace
{

/// How long it takes until a save is due.
Clock::duration time_to_save(const SaveSchedule& schedule)
{
    const auto before = Clock::now();
    REQUIRE(wait_until([&] { return schedule.due(); }));
    return Clock::now() - before;
}

} // namespace

TEST_CASE("what could not be saved is tried again though nothing changes, after pauses that double")
{
    SaveSchedule schedule(40ms, 1h);
    schedule.changed();
    CHECK(time_to_save(schedule) >= 30ms);
    for (const auto pause : {40ms, 80ms, 160ms}) {
        schedule.begin();
        CHECK_FALSE(schedule.due());
        schedule.fail();
        CHECK(time_to_save(schedule) >= pause - 10ms);
    }
    schedule.begin();
    schedule.end();
    CHECK_FALSE(schedule.due());

    // From the beginning, as it has gone well.
    schedule.changed();
    schedule.begin();
    schedule.fail();
    CHECK(time_to_save(schedule) < 30s);
}

TEST_CASE("the pauses do not grow for ever")
{
    SaveSchedule schedule(1ms, 1ms);
    for (int i = 0; i < 40; ++i) { // doubled so often, the last one would be of years
        schedule.begin();
        schedule.fail();
    }
    CHECK(time_to_save(schedule) < 30s);
}

TEST_CASE("a change is saved as soon as ever, also while the next try is far away")
{
    SaveSchedule schedule(1ms, 1h);
    for (int i = 0; i < 30; ++i) {
        schedule.begin();
        schedule.fail();
    }
    CHECK_FALSE(schedule.due());
    schedule.changed();
    CHECK(time_to_save(schedule) < 30s);
}

TEST_CASE("a change that is heard while a save fails does not put off the next try")
{
    SaveSchedule schedule(1ms, 1h);
    schedule.begin();
    schedule.said_to_have_changed(); // within an hour
    schedule.fail();
    CHECK(time_to_save(schedule) < 30s);
}
