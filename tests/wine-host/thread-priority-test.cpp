// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/wait-until.hpp"
#include "tests/wine-host/wine-host.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <sched.h>
#include <string>
#include <variant>

namespace decant::tests
{
namespace
{

struct Schedule {
    int policy;
    int priority;
    bool operator==(const Schedule&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Schedule& schedule)
{
    const char* policy = schedule.policy == SCHED_FIFO ? "FIFO"
                         : schedule.policy == SCHED_RR ? "RR"
                                                       : "other";
    return out << policy << ' ' << schedule.priority;
}

/// What Linux gives the threads of a process, by their names; the first thread is "main".
std::map<std::string, Schedule> schedules_of(pid_t process)
{
    std::map<std::string, Schedule> found;
    for (const auto& entry :
         std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
        const auto thread = static_cast<pid_t>(std::stoi(entry.path().filename().string()));
        std::string name;
        std::getline(std::ifstream(entry.path() / "comm"), name);
        sched_param parameter{};
        const int policy = sched_getscheduler(thread) & ~SCHED_RESET_ON_FORK;
        if (policy >= 0 && sched_getparam(thread, &parameter) == 0)
            found[thread == process ? "main" : name] = {policy, parameter.sched_priority};
    }
    return found;
}

std::string name_of(pid_t process, std::uint32_t thread)
{
    std::string name;
    std::getline(
        std::ifstream("/proc/" + std::to_string(process) + "/task/" + std::to_string(thread) + "/comm"),
        name);
    return name;
}

constexpr int ceiling = 60;

/// By the limit or by a capability.
bool realtime_is_allowed(int priority = ceiling)
{
    const sched_param wanted{priority};
    const int before = sched_getscheduler(0);
    const bool allowed = sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &wanted) == 0;
    const sched_param none{};
    sched_setscheduler(0, before | SCHED_RESET_ON_FORK, &none);
    return allowed;
}
constexpr Schedule not_realtime{SCHED_OTHER, 0};

constexpr Schedule fifo(int below)
{
    return {SCHED_FIFO, ceiling - below};
}

/// A host whose audio thread has the priority `ceiling`, and its plugin with all its threads.
std::map<std::string, Schedule> threads_of(WineHost& host, const std::string& plugin)
{
    host.load(plugin);
    std::map<std::string, Schedule> threads;
    // The last of them is named last.
    REQUIRE(wait_until([&] {
        threads = schedules_of(host.process().id());
        return threads.contains("asked-after") && threads.contains("mistaken") &&
               threads.contains("asked-in-block") && threads.size() >= 21;
    }));
    return threads;
}

TEST_CASE("a thread of a plugin has in Linux what it asks for in Windows")
{
    if (!realtime_is_allowed())
        SKIP("no real-time priorities here: the limit \"rtprio\" is below 60 (see decant doctor)");
    WineHost host({"--rt-priority", std::to_string(ceiling)});
    auto threads = threads_of(host, "decant-test-workers.dll");

    CHECK(!threads.contains("liar"));
    CHECK(threads["decant-audio"] == Schedule{SCHED_FIFO, ceiling});
    CHECK(threads["critical"] == fifo(1));
    // In 32 bits nobody is between a plugin and ntdll.
    CHECK(threads["direct"] == (bits_under_test() == 64 ? fifo(1) : not_realtime));
    CHECK(threads["asked-before"] == fifo(1));
    CHECK(threads["asked-after"] == fifo(1));
    CHECK(threads["pro-audio"] == fifo(2));
    CHECK(threads["capture"] == fifo(2));
    CHECK(threads["mistaken"] == fifo(2));
    CHECK(threads["pro-high"] == fifo(1));
    CHECK(threads["pro-low"] == fifo(3));
    for (const char* ordinary : {"main", "decant-control", "silent", "highest", "above", "normal", "below",
                                 "lowest", "idle", "calmed", "games", "reverted"}) {
        INFO(ordinary);
        REQUIRE(threads.contains(ordinary));
        CHECK(threads[ordinary] == not_realtime);
    }
}

TEST_CASE(
    "a plugin that asks in its process call leaves the audio thread as it is, and moves its own threads")
{
    if (!realtime_is_allowed())
        SKIP("no real-time priorities here: the limit \"rtprio\" is below 60 (see decant doctor)");
    WineHost host({"--rt-priority", std::to_string(ceiling)});
    auto threads = threads_of(host, "decant-test-workers.dll");
    CHECK(threads["asked-in-block"] == not_realtime);

    host.link().activate(48000, 64);
    (void)host.run_block(64, 48000);
    threads = schedules_of(host.process().id());
    CHECK(threads["asked-in-block"] == fifo(1));
    CHECK(threads["decant-audio"] == Schedule{SCHED_FIFO, ceiling});
}

TEST_CASE("in a process of the real-time class the bands descend below the audio thread")
{
    if (!realtime_is_allowed())
        SKIP("no real-time priorities here: the limit \"rtprio\" is below 60 (see decant doctor)");
    WineHost host({"--rt-priority", std::to_string(ceiling)});
    auto threads = threads_of(host, "decant-test-workers-realtime.dll");
    const auto band = [](int below) {
        return Schedule{SCHED_RR, ceiling - below};
    };
    REQUIRE(wait_until([&] { return (threads = schedules_of(host.process().id()))["highest"] == band(4); }));
    CHECK(threads["above"] == band(6));
    CHECK(threads["normal"] == band(8));
    CHECK(threads["below"] == band(10));
    CHECK(threads["lowest"] == band(12));
    CHECK(threads["critical"] == fifo(1));
    CHECK(threads["pro-audio"] == fifo(2));
    for (const char* ordinary : {"main", "decant-control", "silent", "idle"}) {
        INFO(ordinary);
        CHECK(threads[ordinary] == not_realtime);
    }
}

TEST_CASE("where workers inherit, threads that never ask come just below the audio thread, and no others")
{
    if (!realtime_is_allowed())
        SKIP("no real-time priorities here: the limit \"rtprio\" is below 60 (see decant doctor)");
    WineHost host({"--rt-priority", std::to_string(ceiling)}, 0, {{"DECANT_RT_WORKERS", "inherit"}});
    auto threads = threads_of(host, "decant-test-workers.dll");
    const Schedule inherited{SCHED_RR, ceiling - 1};
    CHECK(threads["silent"] == inherited);
    CHECK(threads["asked-in-block"] == inherited);
    CHECK(threads["critical"] == fifo(1));
    CHECK(threads["decant-audio"] == Schedule{SCHED_FIFO, ceiling});
    for (const char* ordinary : {"main", "decant-control", "normal", "lowest", "calmed", "reverted"}) {
        INFO(ordinary);
        CHECK(threads[ordinary] == not_realtime);
    }
}

TEST_CASE("a host that may not make its plugin's threads real-time tells which of them are to be so")
{
    if (realtime_is_allowed(1))
        SKIP("real-time priorities are allowed here (run as an ordinary user, without the limit \"rtprio\")");
    WineHost host({"--rt-priority", std::to_string(ceiling)});
    for (const auto& [name, schedule] : threads_of(host, "decant-test-workers.dll"))
        CHECK(schedule == not_realtime);
    std::map<std::string, std::uint32_t> refused;
    REQUIRE(wait_until([&] {
        for (const auto& said : host.heard()) {
            const auto* threads = std::get_if<bridge::ThreadsRefused>(&said);
            if (threads == nullptr)
                continue;
            refused.clear();
            for (const auto& [thread, priority] : threads->refusals.threads)
                refused[name_of(host.process().id(), thread)] = priority;
        }
        return refused.contains("asked-after") && refused.contains("pro-low") && refused.contains("critical");
    }));
    CHECK(refused["critical"] == ceiling - 1);
    CHECK(refused["pro-low"] == ceiling - 3);
    for (const char* ordinary : {"main", "decant-audio", "silent", "normal", "calmed", "reverted"}) {
        INFO(ordinary);
        CHECK(!refused.contains(ordinary));
    }
}

TEST_CASE("a host without real time gives none to its plugin's threads")
{
    WineHost host;
    for (const auto& [name, schedule] : threads_of(host, "decant-test-workers.dll")) {
        INFO(name);
        CHECK(schedule == not_realtime);
    }
}

} // namespace
} // namespace decant::tests
