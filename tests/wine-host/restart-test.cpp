// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What becomes of plugins that are activated anew.

#include "tests/support/wait-until.hpp"
#include "tests/wine-host/wine-host.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <string>
#include <variant>

namespace decant::tests
{
namespace
{

using protocol::BlockStatus;
using protocol::EventWriter;

constexpr std::uint32_t rate = 48000;

/// Whether it has said so.
bool was_restarted(WineHost& host)
{
    return std::any_of(host.heard().begin(), host.heard().end(), [](const bridge::Notification& said) {
        const auto* line = std::get_if<bridge::LogLine>(&said);
        return line != nullptr && line->text.find("restarted") != std::string::npos;
    });
}

} // namespace

TEST_CASE("a plugin that wants to be restarted whenever it is active is not restarted for ever",
          "[latency][restart][vst3]")
{
    WineHost host;
    host.load("decant-test-mirror.vst3", "Mirror");
    host.link().activate(rate, 64);
    const auto state = host.link().state();
    for (int request = 0; request < 8; ++request) // each gives the host a chance to do what the plugin wants
        host.link().set_state(state);
    CHECK_FALSE(was_restarted(host));
}

TEST_CASE("a plugin that assigns another MIDI controller plays on", "[controllers][vst3]")
{
    constexpr std::uint32_t learn = 6;
    constexpr std::uint8_t number = 22;
    WineHost host;
    host.load("decant-test-mirror.vst3", "Mirror");
    host.link().activate(rate, 64);
    host.run_block(64, rate,
                   [](EventWriter& events) { REQUIRE(events.push_parameter(0, learn, number / 127.0)); });
    bool played_on = true;
    CHECK(wait_until([&] {
        const auto reply = host.run_block(64, rate, [](EventWriter& events) {
            REQUIRE(events.push_midi(0, std::array<std::uint8_t, 3>{0xb0, number, 127}));
        });
        played_on = played_on && reply.status == BlockStatus::done;
        return host.region().audio_out[2][6] == 1.0F; // where it tells what the controller moves
    }));
    CHECK(played_on);
    CHECK_FALSE(was_restarted(host));
}

TEST_CASE("a CLAP plugin that is restarted may have other parameters behind their ids", "[restart][clap]")
{
    constexpr std::uint32_t level = 1;
    WineHost host;
    host.load("decant-test-mirror.clap", "Mirror"); // which takes nothing that is no more
    for (const float value : {0.25F, 0.5F}) {
        host.link().activate(rate, 64);
        const auto reply = host.run_block(
            64, rate, [&](EventWriter& events) { REQUIRE(events.push_parameter(0, level, value)); });
        CHECK(reply.status == BlockStatus::done);
        CHECK(host.region().audio_out[0][63] == value);
    }
}

} // namespace decant::tests
