// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/hosts/restart-policy.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace decant::service;
using namespace std::chrono_literals;

TEST_CASE("the delay doubles with every failure in a row, until it is enough")
{
    RestartPolicy policy({250ms, 5, 60s});
    CHECK(policy.failed(0s) == 250ms);
    CHECK(policy.failed(1s) == 500ms);
    CHECK(policy.failed(59s) == 1s);
    CHECK(policy.failed(0s) == 2s);
    CHECK(policy.failed(0s) == 4s);
    CHECK_FALSE(policy.failed(0s));
    CHECK(policy.failures() == 6);
}

TEST_CASE("a host that ran well for a while starts a new row")
{
    RestartPolicy policy({250ms, 2, 60s});
    CHECK(policy.failed(0s) == 250ms);
    CHECK(policy.failed(0s) == 500ms);
    CHECK(policy.failed(60s) == 250ms);
}

TEST_CASE("after somebody has acted everything is tried again")
{
    RestartPolicy policy({250ms, 1, 60s});
    CHECK(policy.failed(0s));
    CHECK_FALSE(policy.failed(0s));
    policy.forget();
    CHECK(policy.failed(0s) == 250ms);
}

TEST_CASE("the delay of a very long row does not overflow")
{
    RestartPolicy policy({250ms, 1000, 60s});
    for (int i = 0; i < 1000; ++i)
        CHECK(policy.failed(0s) <= 256s);
}
