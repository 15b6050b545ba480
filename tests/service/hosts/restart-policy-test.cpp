// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/hosts/restart-policy.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace decant::service;
using namespace std::chrono_literals;

TEST_CASE("a plugin is back at once after its first failure, then ever later, until it is enough")
{
    RestartPolicy policy({250ms, 5, 60s});
    CHECK(policy.failed(0s) == 0ms);
    CHECK(policy.failed(1s) == 250ms);
    CHECK(policy.failed(58s) == 500ms);
    CHECK(policy.failed(0s) == 1s);
    CHECK(policy.failed(0s) == 2s);
    CHECK_FALSE(policy.failed(0s));
    CHECK(policy.failures() == 6);
}

TEST_CASE("failures leave the window one by one, as the plugin plays")
{
    RestartPolicy policy({250ms, 2, 60s});
    CHECK(policy.failed(0s) == 0ms);
    CHECK(policy.failed(40s) == 250ms);
    CHECK(policy.failed(20s) == 250ms); // the first is out
    CHECK(policy.failed(60s) == 0ms);
}

TEST_CASE("a plugin that fails now and then is never given up, one that does so every few seconds is")
{
    RestartPolicy now_and_then({250ms, 5, 300s});
    for (int i = 0; i < 100; ++i)
        CHECK(now_and_then.failed(61s));
    RestartPolicy every_few_seconds({250ms, 5, 300s});
    for (int i = 0; i < 5; ++i)
        CHECK(every_few_seconds.failed(20s));
    CHECK_FALSE(every_few_seconds.failed(20s));
}

TEST_CASE("the account says whether the plugin ever played")
{
    RestartPolicy loading({250ms, 2, 300s});
    for (int i = 0; i < 3; ++i)
        (void)loading.failed(0s);
    CHECK(loading.account() == "It has failed 3 times and has not played in between");

    RestartPolicy playing({250ms, 2, 300s});
    for (int i = 0; i < 3; ++i)
        (void)playing.failed(20s);
    CHECK(playing.account() == "It has failed 3 times within 5 minutes of play");
}

TEST_CASE("after somebody has acted everything is tried again")
{
    RestartPolicy policy({250ms, 1, 60s});
    CHECK(policy.failed(0s));
    CHECK_FALSE(policy.failed(0s));
    policy.forget();
    CHECK(policy.failed(0s) == 0ms);
}

TEST_CASE("the delay after very many failures does not overflow")
{
    RestartPolicy policy({250ms, 1000, 60s});
    for (int i = 0; i < 1000; ++i)
        CHECK(policy.failed(0s) <= 256s);
}
