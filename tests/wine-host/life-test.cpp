// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/wait-until.hpp"
#include "tests/wine-host/wine-host.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <fstream>
#include <sched.h>

namespace decant::tests
{
namespace
{

using Catch::Matchers::ContainsSubstring;

constexpr std::uint32_t rate = 48000;
constexpr std::uint32_t crash_parameter = 1;
constexpr std::uint32_t hang_parameter = 2;

/// The thread of a process with this name; zero if there is none.
pid_t thread_named(pid_t process, const std::string& name)
{
    for (const auto& task :
         std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
        std::string found;
        std::getline(std::ifstream(task.path() / "comm"), found);
        if (found == name)
            return std::stoi(task.path().filename());
    }
    return 0;
}

/// Whether a process runs code that is mapped from a file of this name, and not a copy of it.
bool runs_code_of(pid_t process, const std::string& file)
{
    std::ifstream maps("/proc/" + std::to_string(process) + "/maps");
    for (std::string line; std::getline(maps, line);)
        if (line.find(" r-xp ") != std::string::npos && line.ends_with("/" + file))
            return true;
    return false;
}

/// A process that could be the service, and can be killed.
ChildProcess stand_in_service()
{
    return ChildProcess({"sleep", "1000"}, own_environment());
}

TEST_CASE("hosts share the memory of their program's code")
{
    WineHost host;
    host.load("decant-test-gain.dll");
    CHECK(runs_code_of(host.process().id(),
                       bits_under_test() == 64 ? "decant-host64.exe" : "decant-host32.exe"));
}

TEST_CASE("a host ends when its service is killed, though its parent lives")
{
    ChildProcess service = stand_in_service();
    WineHost host({}, service.id());
    host.load("decant-test-gain.dll");
    host.link().activate(rate, 64);
    CHECK(host.run_block(64, rate).status == protocol::BlockStatus::done);
    service.signal(SIGKILL);
    CHECK(host.process().wait(patience).has_value());
}

TEST_CASE("a host ends with its service while the plugin hangs")
{
    ChildProcess service = stand_in_service();
    WineHost host({}, service.id());
    host.load("decant-test-mirror.dll");
    host.link().activate(rate, 64);
    bridge::BlockExchange exchange(host.shared_region());
    protocol::EventWriter events(host.region().events_in);
    REQUIRE(events.push_parameter(0, hang_parameter, 1));
    host.region().block = {};
    host.region().block.frames = 64;
    host.region().block.rate = rate;
    host.region().block.event_bytes = events.size();
    exchange.post(0, {});
    CHECK(host.link().values().size() == 6); // the main thread is free
    service.signal(SIGKILL);
    CHECK(host.process().wait(patience).has_value());
}

TEST_CASE("a host refuses a region whose service is gone already")
{
    pid_t gone = 0;
    {
        ChildProcess service = stand_in_service();
        gone = service.id();
    }
    WineHost host({}, gone);
    CHECK(host.process().wait(patience) == 2);
    CHECK_THAT(host.process().errors(), ContainsSubstring("No such process"));
}

TEST_CASE("a host refuses a region of another kind or version, and says so")
{
    struct Damage {
        void (*make)(protocol::Region&);
        const char* words;
    };
    const auto damage =
        GENERATE(Damage{[](protocol::Region& region) { region.magic = 7; }, "no region of Decant"},
                 Damage{[](protocol::Region& region) { region.version += 1; }, "reinstall"},
                 Damage{[](protocol::Region& region) { region.size += 1; }, "another layout"});
    bridge::SharedRegion region;
    damage.make(region.memory());
    auto command = wine_host_command();
    command.insert(command.end(), {"--region", region.name()});
    const Result result = run(command, wine_host_environment(), patience);
    CHECK(result.exit == 2);
    CHECK_THAT(result.errors, ContainsSubstring(damage.words));
}

TEST_CASE("a wrong command line, a missing region and a missing Linux half are told on stderr")
{
    const auto refusal = [](const Arguments& options, Environment environment) {
        auto command = wine_host_command();
        command.insert(command.end(), options.begin(), options.end());
        const Result result = run(command, environment, patience);
        CHECK(result.exit == 2);
        return result.errors;
    };
    const Environment good = wine_host_environment();
    CHECK_THAT(refusal({}, good), ContainsSubstring("--region is missing") && ContainsSubstring("usage:"));
    CHECK_THAT(refusal({"--region"}, good), ContainsSubstring("needs a value"));
    CHECK_THAT(refusal({"--loud", "1"}, good), ContainsSubstring("--loud"));
    CHECK_THAT(refusal({"--region", "x", "--rt-priority", "high"}, good), ContainsSubstring("--rt-priority"));
    CHECK_THAT(refusal({"--region", "decant-not-there"}, good), ContainsSubstring("cannot be opened"));
    CHECK_THAT(refusal({"--region", std::string(400, 'x')}, good), ContainsSubstring("too long"));
    Environment without_root = good;
    without_root.erase("WINEDLLPATH");
    CHECK_THAT(refusal({"--region", "x"}, without_root), ContainsSubstring("WINEDLLPATH"));
}

TEST_CASE("a crash in the process call is answered as failed and ends the process")
{
    WineHost host;
    host.load("decant-test-mirror.dll");
    host.link().activate(rate, 64);
    const auto reply = host.run_block(64, rate, [](protocol::EventWriter& events) {
        REQUIRE(events.push_parameter(0, crash_parameter, 1));
    });
    CHECK(reply.status == protocol::BlockStatus::failed);
    CHECK(host.process().wait(patience).has_value());
    CHECK_THAT(host.process().errors(),
               ContainsSubstring("access violation") && ContainsSubstring("decant-test-mirror.dll"));
}

TEST_CASE("a host refuses a request that it does not know, and ends when the ring makes no sense")
{
    WineHost host;
    bridge::BellRope rope;
    auto& region = host.region();
    protocol::Channel<bridge::BellRope> channel(rope, region.to_host, region.to_service, region.service_bell,
                                                region.host_bell);
    const auto deadline = rope.now() + std::uint64_t{60'000'000'000};
    REQUIRE(channel.send(static_cast<protocol::MessageType>(9999), 5, {}, deadline));
    const auto hello = channel.receive(deadline);
    REQUIRE(hello);
    CHECK(hello->type == protocol::MessageType::hello);
    const auto answer = channel.receive(deadline);
    REQUIRE(answer);
    CHECK(answer->type == protocol::MessageType::failed);
    CHECK(answer->id == 5);

    region.to_host.written.store(0x80000000); // a count that cannot be
    protocol::ring(rope, region.host_bell);
    CHECK(host.process().wait(patience) == 2);
    CHECK_THAT(host.process().errors(), ContainsSubstring("protocol"));
}

TEST_CASE("a host that is told to quit closes the plugin and ends with zero")
{
    WineHost host;
    host.load("decant-test-sine.dll");
    host.link().activate(rate, 64);
    host.link().quit();
    CHECK(host.process().wait(patience) == 0);
    CHECK(host.process().errors().empty());
}

TEST_CASE("a host bears its title, and its audio thread the priority that was asked for")
{
    WineHost host({"--title", "bass", "--rt-priority", "10"});
    host.link().wait_hello();
    CHECK(thread_named(host.process().id(), "bass") != 0);
    const pid_t audio = thread_named(host.process().id(), "decant-audio");
    REQUIRE(audio != 0);
    if ((sched_getscheduler(audio) & ~SCHED_RESET_ON_FORK) == SCHED_FIFO) {
        sched_param parameters{};
        REQUIRE(sched_getparam(audio, &parameters) == 0);
        CHECK(parameters.sched_priority >= 1);
        CHECK(parameters.sched_priority <= 10);
    } else {
        CHECK(host.heard().empty()); // the service may know another way, and tells if there is none
    }
}

TEST_CASE("a host that is stopped in the middle of its start leaves nothing behind")
{
    for (int round = 0; round < 3; ++round) {
        WineHost host;
        host.process().kill();
        CHECK(host.process().wait(patience).has_value());
    }
    WineHost host;
    CHECK(host.link().wait_hello().bits == static_cast<std::uint32_t>(bits_under_test()));
}

} // namespace
} // namespace decant::tests
