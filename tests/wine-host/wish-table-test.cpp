// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "wine-host/threads/wish-table.hpp"

#include <array>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

using namespace decant::host;

namespace
{

constexpr PriorityPlan plan{.ceiling = 80};
constexpr int critical = 15;

/// What Linux was asked for last, by its threads 1 to 9.
std::array<std::atomic<int>, 10> priority_of;
std::atomic<int> calls;
std::atomic<int> answer;

std::int32_t schedule(std::int32_t thread, const LinuxPriority& wanted) noexcept
{
    ++calls;
    priority_of.at(static_cast<std::size_t>(thread)) = wanted.priority;
    return answer;
}

/// A table that has started, and a Linux that gives everything.
std::unique_ptr<WishTable> table()
{
    for (auto& priority : priority_of)
        priority = 0;
    calls = 0;
    answer = 0;
    auto made = std::make_unique<WishTable>();
    made->start(plan, schedule);
    return made;
}

/// Threads and the priorities that they are refused.
std::vector<std::pair<int, int>> refusals_of(WishTable& wishes)
{
    std::array<WishTable::Refusal, 16> refused{};
    std::vector<std::pair<int, int>> found;
    for (std::size_t i = 0; i < wishes.refusals(refused); ++i)
        found.emplace_back(refused.at(i).thread, refused.at(i).priority);
    return found;
}

} // namespace

TEST_CASE("what is asked for a thread before it runs is carried out when it does")
{
    const auto wishes = table();
    wishes->ask_level(0x24, critical);
    CHECK(calls == 0);
    wishes->begin(0x24, 1);
    CHECK(priority_of[1] == 79);
}

TEST_CASE("a thread that asks for nothing is left alone, and one that asks for the same again, too")
{
    const auto wishes = table();
    wishes->begin(0x24, 1);
    wishes->ask_level(0x24, 0);
    CHECK(calls == 0);
    wishes->ask_level(0x24, critical);
    wishes->ask_level(0x24, critical);
    CHECK(calls == 1);
}

TEST_CASE("a thread of Decant's stays what it is, whatever is asked for it")
{
    WishTable wishes;
    wishes.exempt(0x24); // also before the table has started
    calls = 0;
    wishes.start(plan, schedule);
    wishes.begin(0x28, 2);
    wishes.exempt(0x28);
    for (const std::uint32_t thread : {0x24U, 0x28U}) {
        CHECK(wishes.is_exempt(thread));
        wishes.ask_level(thread, critical);
        CHECK(wishes.enter_task(thread, MultimediaTask::audio));
    }
    CHECK(calls == 0);
}

TEST_CASE("where workers inherit, a thread that begins has their priority until it asks, or is Decant's")
{
    const auto wishes = table();
    wishes->start({.ceiling = 80, .workers = true}, schedule);
    wishes->begin(0x24, 1);
    wishes->begin(0x28, 2);
    CHECK(priority_of[1] == 79);
    CHECK(priority_of[2] == 79);
    wishes->ask_level(0x24, 0);
    wishes->exempt(0x28);
    CHECK(priority_of[1] == 0);
    CHECK(priority_of[2] == 0);
}

TEST_CASE("a number that comes again is a thread that has asked for nothing")
{
    const auto wishes = table();
    SECTION("when the first one ended")
    {
        wishes->begin(0x24, 1);
        wishes->ask_level(0x24, critical);
        wishes->end(0x24);
        CHECK_FALSE(wishes->runs(0x24));
    }
    SECTION("when the first one was killed, and did not say that it ended")
    {
        wishes->begin(0x24, 1);
        wishes->ask_level(0x24, critical);
    }
    wishes->begin(0x24, 2);
    wishes->ask_class(0x100);
    CHECK(priority_of[2] == 0);
}

TEST_CASE("two threads in one place: the one that was there is followed")
{
    const auto wishes = table();
    constexpr std::uint32_t other = 0x24 + 4 * 4096;
    wishes->begin(0x24, 1);
    wishes->begin(other, 2);
    wishes->ask_level(other, critical);
    wishes->ask_level(0x24, critical);
    wishes->end(other);
    CHECK(priority_of[1] == 79);
    CHECK(priority_of[2] == 0);
    CHECK(wishes->runs(0x24));
}

TEST_CASE("the class of the process moves those who have asked")
{
    const auto wishes = table();
    wishes->begin(0x24, 1);
    wishes->begin(0x28, 2);
    wishes->ask_level(0x24, 0);
    wishes->ask_class(0x100);
    CHECK(priority_of[1] == 72);
    CHECK(priority_of[2] == 0);
}

TEST_CASE("a task is entered once, and left once")
{
    const auto wishes = table();
    wishes->begin(0x24, 1);
    CHECK_FALSE(wishes->leave_task(0x24));
    CHECK_FALSE(wishes->ask_task_level(0x24, 1));
    CHECK(wishes->enter_task(0x24, MultimediaTask::audio));
    CHECK_FALSE(wishes->enter_task(0x24, MultimediaTask::audio));
    CHECK(priority_of[1] == 78);
    CHECK(wishes->ask_task_level(0x24, 1));
    CHECK(priority_of[1] == 79);
    CHECK(wishes->leave_task(0x24));
    CHECK(priority_of[1] == 0);
}

TEST_CASE("a real-time priority that is refused is told, until the thread asks for less; a nice is not")
{
    const auto wishes = table();
    wishes->begin(0x24, 1);
    answer = EPERM;
    wishes->ask_level(0x24, 2);
    CHECK_FALSE(wishes->take_news());
    CHECK(refusals_of(*wishes).empty());
    wishes->ask_level(0x24, critical);
    CHECK(wishes->take_news());
    CHECK_FALSE(wishes->take_news());
    CHECK(refusals_of(*wishes) == std::vector<std::pair<int, int>>{{1, 79}});
    wishes->ask_level(0x24, 0);
    CHECK(wishes->take_news());
    CHECK(refusals_of(*wishes).empty());
}

TEST_CASE("a thread that was refused a priority is told of no more when it is no more")
{
    const auto wishes = table();
    answer = EPERM;
    wishes->begin(0x24, 1);
    wishes->ask_level(0x24, critical);
    REQUIRE(wishes->take_news());
    SECTION("as it ended")
    {
        wishes->end(0x24);
    }
    SECTION("as it was killed, and its number came again")
    {
        wishes->begin(0x24, 2);
    }
    SECTION("as it turns out to be Decant's")
    {
        wishes->exempt(0x24);
    }
    CHECK(wishes->take_news());
    CHECK(refusals_of(*wishes).empty());
}

TEST_CASE("of two that ask for a thread at the same time, the last one has what it asked for")
{
    const auto wishes = table();
    wishes->begin(0x24, 1);
    constexpr int rounds = 20'001; // the last one is even, and divisible by five
    std::thread other([&] {
        for (int round = 0; round < rounds; ++round)
            wishes->ask_level(0x24, round % 2 == 0 ? critical : 0);
    });
    for (int round = 0; round < rounds; ++round)
        wishes->ask_level(0x24, round % 5 == 0 ? critical : 0);
    other.join();
    CHECK(priority_of[1] == 79);
}
