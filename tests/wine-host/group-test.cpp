// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/wait-until.hpp"
#include "tests/wine-host/wine-host.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <list>
#include <thread>

namespace decant::tests
{
namespace
{

using Catch::Matchers::ContainsSubstring;
using protocol::BlockStatus;

constexpr std::uint32_t rate = 48000;
constexpr std::uint32_t frames = 64;
constexpr std::uint32_t crash_parameter = 1;

std::size_t entries(pid_t process, const std::string& directory)
{
    const std::filesystem::directory_iterator all("/proc/" + std::to_string(process) + "/" + directory);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// Regions that a process has mapped.
std::size_t regions_in(pid_t process)
{
    std::ifstream maps("/proc/" + std::to_string(process) + "/maps");
    std::size_t count = 0;
    for (std::string line; std::getline(maps, line);)
        count += line.find("memfd:decant-region") != std::string::npos;
    return count;
}

void start_gain(WineHost& host)
{
    host.load("decant-test-gain.dll");
    host.link().activate(rate, frames);
}

/// Whether a block of noise comes back as it went in, every bit of it.
bool gives_back(WineHost& host, std::uint32_t seed)
{
    auto& region = host.region();
    for (std::uint32_t i = 0; i < frames; ++i)
        region.audio_in[0][i] = static_cast<float>((seed + i) * 2654435761u) * 0x1p-32f;
    return host.run_block(frames, rate).status == BlockStatus::done &&
           std::memcmp(region.audio_in[0].data(), region.audio_out[0].data(), frames * sizeof(float)) == 0;
}

/// Plays a host's blocks on a thread of its own until it is destroyed.
class Player
{
    std::atomic<std::uint32_t> blocks_ = 0;
    std::atomic<std::uint32_t> wrong_ = 0;
    std::jthread thread_;

public:
    explicit Player(WineHost& host)
        : thread_([this, &host](const std::stop_token& stopped) {
              while (!stopped.stop_requested()) {
                  wrong_ += !gives_back(host, blocks_);
                  ++blocks_;
              }
          })
    {
    }

    [[nodiscard]] std::uint32_t wrong() const { return wrong_; }

    /// Some blocks more are played.
    [[nodiscard]] bool goes_on() const
    {
        const std::uint32_t before = blocks_;
        return wait_until([&] { return blocks_ >= before + 20; });
    }
};

TEST_CASE("a plugin joins and leaves a group while the others play on, bit by bit")
{
    WineGroup group;
    WineHost one(group);
    WineHost two(group);
    start_gain(one);
    start_gain(two);
    const Player first(one);
    const Player second(two);
    REQUIRE(first.goes_on());
    {
        WineHost joining(group);
        joining.load("decant-test-mirror.dll");
        joining.link().activate(rate, frames);
        CHECK(joining.run_block(frames, rate).status == BlockStatus::done);
        joining.link().quit();
    }
    CHECK(first.goes_on());
    CHECK(second.goes_on());
    CHECK(first.wrong() == 0);
    CHECK(second.wrong() == 0);
}

TEST_CASE("members that came and went leave no thread, no descriptor and no memory of the region")
{
    WineGroup group;
    const pid_t process = group.process().id();
    const auto come_and_go = [&] {
        WineHost member(group);
        start_gain(member);
        CHECK(gives_back(member, 1));
        member.link().quit();
    };
    come_and_go();
    // The region is unmapped after the answer.
    REQUIRE(wait_until([&] { return regions_in(process) == 1; }));
    const std::size_t threads = entries(process, "task");
    const std::size_t descriptors = entries(process, "fd");
    for (int i = 0; i < 10; ++i)
        come_and_go();
    // The first one's last thread may have been on its way out when it was counted.
    CHECK(wait_until([&] {
        return regions_in(process) == 1 && entries(process, "task") <= threads &&
               entries(process, "fd") <= descriptors;
    }));
}

TEST_CASE("files that are no plugin do not disturb the group that was to load them")
{
    WineGroup group;
    WineHost good(group);
    start_gain(good);
    const Player player(good);
    for (const char* file : {"broken-entry-null.dll", "broken-no-entry.dll", "broken-start-refused.dll",
                             "broken-absent-import.dll", "broken-program.exe", "not-there.dll"}) {
        WineHost bad(group);
        CHECK_FALSE(bad.failure_of(test_plugin(file).string()).failure ==
                    protocol::FailureCode::plugin_crashed);
        bad.link().quit();
    }
    CHECK(player.goes_on());
    CHECK(player.wrong() == 0);
}

TEST_CASE("a crash of one plugin ends the group, and is answered as failed for that one alone")
{
    WineGroup group;
    WineHost good(group);
    WineHost bad(group);
    start_gain(good);
    bad.load("decant-test-mirror.dll");
    bad.link().activate(rate, frames);
    REQUIRE(gives_back(good, 1));
    const auto reply = bad.run_block(frames, rate, [](protocol::EventWriter& events) {
        REQUIRE(events.push_parameter(0, crash_parameter, 1));
    });
    CHECK(reply.status == BlockStatus::failed);
    CHECK(good.region().result.status == BlockStatus::done);
    CHECK(group.process().wait(patience).has_value());
}

TEST_CASE("states of the members of a group are their own")
{
    WineGroup group;
    WineHost one(group);
    WineHost two(group);
    start_gain(one);
    start_gain(two);
    const auto set_gain = [](WineHost& host, double gain) {
        host.run_block(frames, rate,
                       [gain](protocol::EventWriter& events) { REQUIRE(events.push_parameter(0, 0, gain)); });
    };
    set_gain(one, 0.25);
    set_gain(two, 0.75);
    const auto values = one.link().values();
    CHECK(values != two.link().values());
    two.link().set_state(one.link().state());
    CHECK(two.link().values() == values);
    CHECK(one.link().values() == values);
}

TEST_CASE("a group refuses a region that is not there and requests for plugins, and ends when told so")
{
    WineGroup group;
    CHECK_THROWS_WITH(group.link().open("decant-not-there"), ContainsSubstring("cannot be opened"));
    CHECK_THROWS_WITH(group.link().load("x.dll", ""), ContainsSubstring("not for a group"));
    WineHost member(group);
    start_gain(member);
    group.link().quit();
    CHECK(group.process().wait(patience) == 0);
}

} // namespace
} // namespace decant::tests
