// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "wine-host/threads/priority-plan.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace decant::host;

namespace
{

constexpr std::uint32_t normal = 0x20;
constexpr std::uint32_t high = 0x80;
constexpr std::uint32_t realtime = 0x100;
constexpr PriorityPlan plan{.ceiling = 80};

LinuxPriority fifo(int priority)
{
    return {ThreadPolicy::fifo, priority, 0};
}

LinuxPriority nice(int value)
{
    return {ThreadPolicy::other, 0, value};
}

} // namespace

TEST_CASE("what is critical in time comes just below the audio thread, whatever its class")
{
    for (const auto process_class : {normal, high, realtime})
        CHECK(linux_priority({.level = 15, .process_class = process_class}, plan) == fifo(79));
}

TEST_CASE("the bands of the real-time class descend in steps of two, by the policy that is wished")
{
    for (const auto policy : {ThreadPolicy::round_robin, ThreadPolicy::fifo})
        for (int level = -2; level <= 2; ++level)
            CHECK(linux_priority({.level = level, .process_class = realtime}, {80, policy}) ==
                  LinuxPriority{policy, 72 + 2 * level, 0});
    CHECK(linux_priority({.level = 2, .process_class = realtime}, {80, ThreadPolicy::other}).policy ==
          ThreadPolicy::other);
    CHECK(linux_priority({.level = -15, .process_class = realtime}, plan) == nice(7));
}

TEST_CASE("all else has a nice for Windows' base priority")
{
    CHECK(linux_priority({.level = 0}, plan) == nice(0));
    CHECK(linux_priority({.level = 2}, plan) == nice(-2));
    CHECK(linux_priority({.level = -2}, plan) == nice(2));
    CHECK(linux_priority({.level = 2, .process_class = high}, plan) == nice(-7));
    CHECK(linux_priority({.level = -15, .process_class = high}, plan) == nice(7));
}

TEST_CASE("an audio task is real-time, and its level moves it by one")
{
    CHECK(linux_priority({.task = MultimediaTask::audio}, plan) == fifo(78));
    CHECK(linux_priority({.task = MultimediaTask::audio, .task_level = 2}, plan) == fifo(79));
    CHECK(linux_priority({.task = MultimediaTask::audio, .task_level = -2}, plan) == fifo(76));
    CHECK(linux_priority({.task = MultimediaTask::audio, .task_level = 1000}, plan) == fifo(79));
    CHECK(linux_priority({.task = MultimediaTask::other}, plan) == nice(0));
}

TEST_CASE("nobody is real-time where the audio thread is not, and nobody reaches it where it is hardly so")
{
    for (const int ceiling : {0, 1}) {
        CHECK(linux_priority({.level = 15}, {.ceiling = ceiling}) == nice(-7));
        CHECK(linux_priority({.task = MultimediaTask::audio}, {.ceiling = ceiling}) == nice(-7));
        CHECK(linux_priority({.level = 0, .process_class = realtime}, {.ceiling = ceiling}) == nice(-5));
    }
    CHECK(linux_priority({.level = 15}, {.ceiling = 2}) == fifo(1));
    CHECK(linux_priority({.level = -2, .process_class = realtime}, {.ceiling = 2}).priority == 1);
}

TEST_CASE("the tasks of Windows are known, whatever their case, and no others")
{
    CHECK(multimedia_task(L"Pro Audio") == MultimediaTask::audio);
    CHECK(multimedia_task(L"PRO AUDIO") == MultimediaTask::audio);
    CHECK(multimedia_task(L"playback") == MultimediaTask::audio);
    CHECK(multimedia_task(L"Games") == MultimediaTask::other);
    CHECK(!multimedia_task(L""));
    CHECK(!multimedia_task(L"Pro"));
    CHECK(!multimedia_task(L"Pro Audio "));
}

TEST_CASE("a thread that never asks has no priority, or that just below the ceiling")
{
    CHECK(worker_priority(plan) == LinuxPriority{});
    CHECK(worker_priority({80, ThreadPolicy::round_robin, true}) ==
          LinuxPriority{ThreadPolicy::round_robin, 79, 0});
    CHECK(worker_priority({80, ThreadPolicy::other, true}) == LinuxPriority{});
    CHECK(worker_priority({0, ThreadPolicy::fifo, true}) == LinuxPriority{});
}
