// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/bridge/futex.hpp"
#include "service/hosts/opened-plugin.hpp"
#include "tests/support/fake-host.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <array>
#include <chrono>
#include <string>

#include <signal.h>

using namespace decant;
using namespace decant::service;
using Catch::Matchers::ContainsSubstring;
using decant::tests::FakeMisbehaviour;
namespace fake_parameter = decant::tests::fake_parameter;

namespace
{

OpenedPlugin open(const std::string& plugin, const HostTimeouts& timeouts = {})
{
    PluginFile file;
    file.path = "/fake/" + plugin + ".dll";
    return {{{tests::fake_host_program()}, {}}, file, timeouts, {}};
}

/// One block of ones; what comes out last.
float play(bridge::BridgeProcessor& processor, std::chrono::milliseconds patience = std::chrono::seconds(30))
{
    std::array<float, 64> ones{};
    ones.fill(1);
    std::array<std::array<float, 64>, 2> out{};
    const std::array<const float*, 2> inputs{ones.data(), ones.data()};
    const std::array<float*, 2> outputs{out[0].data(), out[1].data()};
    const std::uint64_t now = bridge::now_nsec();
    processor.process(
        {.frames = 64,
         .rate = 48000,
         .start_nsec = now,
         .deadline_nsec = now + static_cast<std::uint64_t>(std::chrono::nanoseconds(patience).count()),
         .freewheel = true,
         .transport = {},
         .inputs = inputs,
         .outputs = outputs,
         .midi_in = {},
         .midi_out = nullptr});
    return out[0][63];
}

void misbehave(bridge::BridgeProcessor& processor, FakeMisbehaviour how)
{
    REQUIRE(processor.set_parameter(fake_parameter::misbehave, static_cast<double>(how)));
}

} // namespace

TEST_CASE("a plugin that is opened plays block after block")
{
    auto opened = open("gain");
    auto& processor = opened.activate(48000, 64);
    REQUIRE(processor.set_parameter(fake_parameter::gain, 0.5));
    for (int block = 0; block < 100; ++block) {
        CHECK(play(processor) == 0.5F);
        CHECK_NOTHROW(opened.check_blocks());
    }
}

TEST_CASE("a plugin that crashes ends the block at once, and the signal is named")
{
    auto opened = open("gain");
    auto& processor = opened.activate(48000, 64);
    misbehave(processor, FakeMisbehaviour::crash);
    const auto before = std::chrono::steady_clock::now();
    play(processor);
    CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(20)); // not until the deadline
    CHECK_THROWS_WITH(opened.check_blocks(), ContainsSubstring("gain.dll") && ContainsSubstring("signal 11"));
}

TEST_CASE("a plugin that hangs is told as soon as the deadline is over")
{
    auto opened = open("gain");
    auto& processor = opened.activate(48000, 64);
    misbehave(processor, FakeMisbehaviour::hang);
    play(processor, std::chrono::milliseconds(100));
    CHECK_THROWS_WITH(opened.check_blocks(), ContainsSubstring("hangs in a block"));
}

TEST_CASE("a plugin that crashes while it loads is an error with the signal")
{
    CHECK_THROWS_WITH(open("crash-on-load"),
                      ContainsSubstring("signal 11") && ContainsSubstring("loading the plugin"));
}

TEST_CASE("of a plugin that hangs while it loads, the error says what its host does where there is no log")
{
    HostTimeouts timeouts;
    timeouts.load = std::chrono::milliseconds(100);
    CHECK_THROWS_WITH(open("hang-on-load", timeouts), ContainsSubstring("while it hangs: fake-host sleeps"));
}

TEST_CASE("a host that was late once, and answers again, ends in good order")
{
    HostTimeouts timeouts;
    timeouts.save = std::chrono::milliseconds(100);
    auto opened = open("gain", timeouts);
    auto& host = opened.host();
    REQUIRE(::kill(host.process(), SIGSTOP) == 0);
    CHECK_THROWS_WITH(host.state(), ContainsSubstring("does not answer"));
    REQUIRE(::kill(host.process(), SIGCONT) == 0);
    REQUIRE_FALSE(host.values().empty());

    host.quit(std::chrono::seconds(30));
    CHECK_THAT(host.obituary().what(), ContainsSubstring("ended with status 0"));
}
