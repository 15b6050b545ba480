// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/hosts/child-process.hpp"
#include "tests/support/private-session.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace decant::service;
using Catch::Matchers::ContainsSubstring;
using decant::tests::patience;
using decant::tests::TemporaryDirectory;
using decant::tests::wait_until;

namespace
{

/// What a child writes, from the thread that watches it to the one that tests.
class Heard
{
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;

public:
    void add(std::string_view line)
    {
        const std::lock_guard lock(mutex_);
        lines_.emplace_back(line);
    }
    [[nodiscard]] std::vector<std::string> lines() const
    {
        const std::lock_guard lock(mutex_);
        return lines_;
    }
    [[nodiscard]] bool has(const std::string& line) const
    {
        const auto all = lines();
        return std::find(all.begin(), all.end(), line) != all.end();
    }
};

HostCommand shell(const std::string& script)
{
    return {{"/bin/sh", "-c", script}, {}};
}

/// Runs a script to its end.
std::vector<std::string> output_of(const HostCommand& command)
{
    Heard heard;
    ChildProcess child(command, [&heard](std::string_view line) { heard.add(line); }, {});
    REQUIRE(child.wait(patience));
    return heard.lines();
}

bool is_alive(pid_t pid)
{
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string stat;
    std::getline(file, stat);
    const auto state = stat.rfind(") ");
    return state != std::string::npos && stat[state + 2] != 'Z';
}

} // namespace

TEST_CASE("a child's lines and its end are told, the end last")
{
    Heard heard;
    ChildProcess child(
        shell("echo out; echo err >&2; exit 3"), [&heard](std::string_view line) { heard.add(line); },
        [&heard](const std::string& reason) { heard.add(reason); });

    CHECK(child.wait(patience) == "ended with status 3");
    CHECK(heard.lines() == std::vector<std::string>{"out", "err", "ended with status 3"});
    CHECK_FALSE(child.succeeded());
}

TEST_CASE("the signal that killed a child is named")
{
    ChildProcess child(shell("kill -SEGV $$"), {}, {});
    CHECK(child.wait(patience) == "was killed by signal 11 (Segmentation fault)");
}

TEST_CASE("a program that is not there is an error at once")
{
#ifdef __SANITIZE_THREAD__
    SKIP("ThreadSanitizer makes a fork() of vfork(), which leaves the error with the child");
#endif
    CHECK_THROWS_WITH(ChildProcess({{"/no/such/program"}, {}}, {}, {}),
                      ContainsSubstring("/no/such/program") && ContainsSubstring("No such file"));
}

TEST_CASE("a child inherits no descriptor but its three")
{
    const int kept = open("/dev/null", O_RDONLY); // without O_CLOEXEC, as careless libraries do it
    REQUIRE(kept >= 0);
    const auto lines = output_of(shell("ls /proc/self/fd | tr '\\n' ' '; readlink /proc/self/fd/0"));
    close(kept);

    REQUIRE(lines.size() == 1);
    CHECK(lines[0] == "0 1 2 3 /dev/null"); // 3 is the directory that ls reads
}

TEST_CASE("a child has default signals, an empty mask, its own session and an ordinary priority")
{
    std::signal(SIGPIPE, SIG_IGN);
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &blocked, nullptr);

    const auto lines = output_of(shell("grep -E '^Sig(Blk|Ign)' /proc/self/status; "
                                       "read pid rest < /proc/self/stat; "
                                       "set -- $(cut -d' ' -f5,6,18,19,41 /proc/$$/stat); "
                                       "test $1 = $$ && echo group; test $2 = $$ && echo session; "
                                       "echo nice $4 policy $5"));
    pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr);
    std::signal(SIGPIPE, SIG_DFL);

    // Whoever is nice himself may not be less so without rights.
    const int nice = geteuid() == 0 ? 0 : std::max(0, getpriority(PRIO_PROCESS, 0));
    CHECK(lines == std::vector<std::string>{"SigBlk: 0000000000000000", "SigIgn: 0000000000000000", "group",
                                            "session", "nice " + std::to_string(nice) + " policy 0"});
}

TEST_CASE("a child's audio threads are not killed by our soft limit on real-time run time")
{
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_RTTIME, &before) == 0);
    rlimit limited = before;
    limited.rlim_cur = std::min<rlim_t>(100'000, before.rlim_max);
    REQUIRE(setrlimit(RLIMIT_RTTIME, &limited) == 0);
    const auto lines =
        output_of(shell("set -- $(grep 'realtime timeout' /proc/self/limits); test $4 = $5 && echo lifted"));
    setrlimit(RLIMIT_RTTIME, &before);

    CHECK(lines == std::vector<std::string>{"lifted"});
}

TEST_CASE("variables of the command replace ours, and the others stay")
{
    ::setenv("DECANT_TEST_KEPT", "kept", 1);
    ::setenv("DECANT_TEST_REPLACED", "old", 1);
    HostCommand command = shell("echo $DECANT_TEST_KEPT $DECANT_TEST_REPLACED $DECANT_TEST_ADDED");
    command.environment = {{"DECANT_TEST_REPLACED", "new"}, {"DECANT_TEST_ADDED", "added"}};

    CHECK(output_of(command) == std::vector<std::string>{"kept new added"});
}

TEST_CASE("killing a child leaves what it started alone, unless the whole group is meant")
{
    const bool whole_group = GENERATE(false, true);
    Heard heard;
    ChildProcess child(shell("sleep 1000 & echo $!; wait"),
                       [&heard](std::string_view line) { heard.add(line); }, {});
    REQUIRE(wait_until([&] { return !heard.lines().empty(); }));
    const pid_t grandchild = std::stoi(heard.lines()[0]);
    REQUIRE(is_alive(grandchild));

    if (whole_group)
        child.kill_group();
    else
        child.kill();

    CHECK(child.wait(patience) == "was killed by signal 9 (Killed)");
    if (whole_group) {
        CHECK(wait_until([&] { return !is_alive(grandchild); }));
    } else {
        CHECK(is_alive(grandchild));
        ::kill(grandchild, SIGKILL);
    }
}

TEST_CASE("a child does not end with the thread that made it")
{
    std::optional<ChildProcess> child;
    std::thread([&child] { child.emplace(shell("exec sleep 1000"), nullptr, nullptr); }).join();
    CHECK_FALSE(child->wait(std::chrono::milliseconds(50)));
    CHECK(is_alive(child->pid()));
}

TEST_CASE("a child is the first to go when memory runs out")
{
    int own = 0;
    std::ifstream("/proc/self/oom_score_adj") >> own;
    CHECK(output_of(shell("cat /proc/self/oom_score_adj")) ==
          std::vector<std::string>{std::to_string(std::min(own + 100, 1000))});
}

TEST_CASE("the end of a child is noticed although a daemon of it keeps its output open")
{
    const TemporaryDirectory directory;
    const auto file = (directory.path() / "pid").string();
    // In a session of its own, as Wine's services are.
    ChildProcess child(shell("setsid sh -c 'echo $$ > " + file + "; exec sleep 1000' & while ! test -s " +
                             file + "; do sleep 0.01; done"),
                       {}, {});

    CHECK(child.wait(patience) == "ended with status 0");

    pid_t daemon = 0;
    std::ifstream(file) >> daemon;
    REQUIRE(daemon > 0);
    CHECK(is_alive(daemon));
    ::kill(daemon, SIGKILL);
}

TEST_CASE("a child that writes without end can be killed")
{
    Heard heard;
    ChildProcess child(shell("yes"), [&heard](std::string_view line) { heard.add(line); }, {});
    REQUIRE(wait_until([&] { return heard.has("y"); }));
    child.kill();
    CHECK(child.wait(patience));
}

TEST_CASE("a child that ignores every signal goes with its object")
{
    pid_t pid = 0;
    {
        Heard heard;
        ChildProcess child(shell("trap '' TERM INT HUP; echo ready; while :; do sleep 1; done"),
                           [&heard](std::string_view line) { heard.add(line); }, {});
        REQUIRE(wait_until([&] { return heard.has("ready"); }));
        pid = child.pid();
        CHECK_FALSE(child.wait(std::chrono::milliseconds(0)));
    }
    CHECK_FALSE(is_alive(pid));
}
