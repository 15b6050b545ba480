// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/hosts/child-process.hpp"
#include "service/hosts/spawner.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace decant::service;
using Catch::Matchers::ContainsSubstring;
using decant::tests::patience;

namespace
{

HostCommand shell(const std::string& script)
{
    return {{"/bin/sh", "-c", script}, {}};
}

/// Runs a script to its end.
std::vector<std::string> output_of(const HostCommand& command)
{
    std::vector<std::string> lines;
    ChildProcess child(command, [&lines](std::string_view line) { lines.emplace_back(line); }, {});
    REQUIRE(child.wait(patience));
    return lines;
}

} // namespace

TEST_CASE("a hard limit that comes after the spawner does not reach the children")
{
    Spawner spawner;
    REQUIRE(Spawner::of_process() == &spawner);
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_RTTIME, &before) == 0);
    const rlimit of_rtkit{200'000, 200'000};
    REQUIRE(setrlimit(RLIMIT_RTTIME, &of_rtkit) == 0);

    const auto lines = output_of(shell("grep 'realtime timeout' /proc/self/limits"));

    setrlimit(RLIMIT_RTTIME, &before); // refused to all but root, and of no importance to what follows
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines[0], !ContainsSubstring("200000"));
}

TEST_CASE("what the spawner starts is our child, with nothing of ours or the spawner's open")
{
    Spawner spawner;
    const int kept = open("/dev/null", O_RDONLY); // without O_CLOEXEC, as careless libraries do it
    const auto lines = output_of(shell("echo $PPID; ls /proc/self/fd | tr '\n' ' '"));
    close(kept);
    CHECK(lines == std::vector<std::string>{std::to_string(getpid()), "0 1 2 3 "});
}

TEST_CASE("the spawner passes on the command's words and environment, however long")
{
    Spawner spawner;
    HostCommand command{{"/bin/sh", "-c", "echo $# $LONG | wc -c; echo \"$1\"", "sh", "two words"}, {}};
    command.environment["LONG"] = std::string(100'000, 'x');
    CHECK(output_of(command) == std::vector<std::string>{"100003", "two words"});
}

TEST_CASE("a program that is not there is an error at once, also for the spawner")
{
    Spawner spawner;
    CHECK_THROWS_WITH(ChildProcess({{"/no/such/program"}, {}}, {}, {}),
                      ContainsSubstring("/no/such/program") && ContainsSubstring("No such file"));
    CHECK(output_of(shell("echo alive")) == std::vector<std::string>{"alive"});
}

TEST_CASE("children are started without a spawner if it is no more")
{
    {
        Spawner spawner;
    }
    CHECK(Spawner::of_process() == nullptr);
    CHECK(output_of(shell("echo alive")) == std::vector<std::string>{"alive"});
}
