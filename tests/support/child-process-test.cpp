// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/child-process.hpp"

#include "tests/support/process-table.hpp"
#include "tests/support/wait-until.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <cstdlib>
#include <system_error>
#include <unistd.h>

using namespace decant::tests;

namespace
{

bool alive(pid_t id)
{
    return ::kill(id, 0) == 0;
}

} // namespace

TEST_CASE("a program that is run gives its exit code and both of its outputs")
{
    const auto result =
        run({"sh", "-c", "echo said; echo complained >&2; exit 3"}, own_environment(), patience);

    CHECK(result.exit == 3);
    CHECK(result.output == "said\n");
    CHECK(result.errors == "complained\n");
}

TEST_CASE("a program sees the given environment and nothing else")
{
    const auto result = run({"env"}, {{"ONLY", "this"}}, patience);

    CHECK(result.output == "ONLY=this\n");
}

TEST_CASE("a program that does not exist is reported by name")
{
    CHECK_THROWS_AS(ChildProcess({"/no/such/program"}, {}), std::system_error);
}

TEST_CASE("a signal that ends a program shows in its exit code")
{
    ChildProcess child({"sleep", "1000"}, own_environment());
    REQUIRE(child.running());

    child.signal(SIGINT);

    CHECK(child.wait(patience) == 128 + SIGINT);
    CHECK_FALSE(child.running());
}

TEST_CASE("output can be read while the program runs")
{
    ChildProcess child({"sh", "-c", "echo ready; exec sleep 1000"}, own_environment());

    CHECK(wait_until([&] { return child.output() == "ready\n"; }));
    CHECK(child.running());
}

TEST_CASE("a program takes its own children with it")
{
    pid_t grandchild = 0;
    {
        ChildProcess child({"sh", "-c", "sleep 1000 & echo $!; wait"}, own_environment());
        REQUIRE(wait_until([&] { return child.output().ends_with('\n'); }));
        grandchild = std::atoi(child.output().c_str());
        REQUIRE(alive(grandchild));
    }

    CHECK(wait_until([&] { return !alive(grandchild); }));
}

TEST_CASE("a program that ignores SIGTERM is stopped all the same")
{
    ChildProcess child({"sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"},
                       own_environment());
    REQUIRE(wait_until([&] { return !child.output().empty(); }));

    child.stop(std::chrono::milliseconds(50));

    CHECK_FALSE(child.running());
}

TEST_CASE("a program that takes too long is reported with what it said")
{
    CHECK_THROWS_WITH(
        run({"sh", "-c", "echo begun; exec sleep 1000"}, own_environment(), std::chrono::milliseconds(300)),
        Catch::Matchers::ContainsSubstring("begun"));
}

TEST_CASE("the process table knows parents and children")
{
    const ChildProcess one({"sleep", "60"}, own_environment());
    const ChildProcess another({"sleep", "60"}, own_environment());

    CHECK(parent_of(one.id()) == getpid());
    CHECK(children_of(getpid()) ==
          std::vector{std::min(one.id(), another.id()), std::max(one.id(), another.id())});
    CHECK(parent_of(-1) == 0);
}
