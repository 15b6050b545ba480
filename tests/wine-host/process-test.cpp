// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/wait-until.hpp"
#include "tests/wine-host/wine-host.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <random>
#include <thread>
#include <vector>

namespace decant::tests
{
namespace
{

using Catch::Generators::from_range;
using protocol::BlockStatus;
using protocol::EventWriter;

constexpr std::uint32_t rate = 48000;
constexpr std::uint32_t gain_parameter = 0;

using Channel = std::array<float, protocol::max_frames>;

void fill_with_noise(Channel& channel, unsigned seed)
{
    std::minstd_rand random(seed);
    std::uniform_real_distribution<float> sample(-1, 1);
    std::generate(channel.begin(), channel.end(), [&] { return sample(random); });
}

bool equal_bits(const Channel& a, const Channel& b, std::size_t frames)
{
    return std::memcmp(a.data(), b.data(), frames * sizeof(float)) == 0;
}

TEST_CASE("an effect with a gain of one gives every bit back, at any rate and size",
          "[audio][vst2][vst3][clap]")
{
    const auto format = GENERATE(from_range(formats_under_test()));
    INFO(format.suffix);
    WineHost host;
    host.load(format.file("decant-test-gain"));
    fill_with_noise(host.region().audio_in[0], 1);
    fill_with_noise(host.region().audio_in[1], 2);
    for (const std::uint32_t block_rate : {44100u, 48000u, 96000u}) {
        host.link().activate(block_rate, protocol::max_frames);
        for (const std::uint32_t frames : {1u, 32u, 64u, 256u, 1024u, 8192u}) {
            const auto reply = host.run_block(frames, block_rate);
            CHECK(reply.status == BlockStatus::done);
            CHECK(equal_bits(host.region().audio_in[0], host.region().audio_out[0], frames));
            CHECK(equal_bits(host.region().audio_in[1], host.region().audio_out[1], frames));
        }
    }
}

TEST_CASE("denormal numbers are zero to a plugin")
{
    WineHost host;
    host.load("decant-test-gain.dll");
    host.link().activate(rate, 64);
    host.region().audio_in[0].fill(1e-40f);
    CHECK(host.run_block(64, rate).status == BlockStatus::done);
    CHECK(host.region().audio_out[0][5] == 0);
}

TEST_CASE("a parameter event of VST2 takes effect at the beginning of its block")
{
    WineHost host;
    host.load("decant-test-gain.dll");
    host.link().activate(rate, 64);
    host.region().audio_in[0].fill(0.5f);
    const auto reply = host.run_block(64, rate, [](EventWriter& events) {
        REQUIRE(events.push_parameter(0, gain_parameter, 0.25));
        REQUIRE(events.push_parameter(63, gain_parameter, 0.75));
    });
    CHECK(reply.status == BlockStatus::done);
    CHECK(host.region().audio_out[0][0] == 0.75f);
    CHECK(host.link().values() == std::vector{0.75});
}

TEST_CASE("a block of no frames sets parameters")
{
    const auto format = GENERATE(from_range(formats_under_test()));
    const bool in_chain = GENERATE(false, true);
    INFO(format.suffix << (in_chain ? " in a chain" : ""));
    const auto gain = format.file("decant-test-gain");
    WineHost host;
    if (in_chain)
        host.load_chain({{"one", gain, ""}, {"two", gain, ""}});
    else
        host.load(gain);
    const auto set = [&](double value) {
        return host.run_block(
            0, 0, [&](EventWriter& events) { REQUIRE(events.push_parameter(0, gain_parameter, value)); });
    };
    CHECK(set(0.25).status == BlockStatus::not_active);
    host.link().activate(rate, 64);
    host.region().audio_in[0].fill(1);
    CHECK(set(0.25).status == BlockStatus::done);
    CHECK(host.link().values()[0] == 0.25);
    const auto state = host.link().state();
    CHECK(set(0.5).status == BlockStatus::done);
    CHECK(host.link().state() != state);

    host.region().audio_in[0].fill(1);
    CHECK(host.run_block(64, rate).status == BlockStatus::done);
    CHECK(host.region().audio_out[0][63] == static_cast<float>(0.5 / (format.gain_range / 2)));
}

TEST_CASE("MIDI that a parameter makes a plugin send while nothing plays is at the beginning of the block")
{
    constexpr std::uint32_t echo = 4;
    WineHost host;
    host.load("decant-test-mirror.dll");
    host.link().activate(rate, 64);
    const auto reply =
        host.run_block(0, 0, [](EventWriter& events) { REQUIRE(events.push_parameter(0, echo, 1)); });
    REQUIRE(reply.status == BlockStatus::done);
    REQUIRE(reply.event_bytes >= sizeof(protocol::EventHeader));
    protocol::EventHeader header;
    std::memcpy(&header, host.region().events_out.data(), sizeof header);
    CHECK(header.type == protocol::EventType::midi);
    CHECK(header.frame == 0);
}

TEST_CASE("parameter events that make no sense change nothing")
{
    const auto format = GENERATE(from_range(formats_under_test()));
    INFO(format.suffix);
    WineHost host;
    host.load(format.file("decant-test-gain"));
    host.link().activate(rate, 64);
    const auto reply = host.run_block(64, rate, [](EventWriter& events) {
        REQUIRE(events.push_parameter(0, 1, 0.25));
        REQUIRE(events.push_parameter(0, 0xffffffff, 0.25));
        REQUIRE(events.push_parameter(0, gain_parameter, std::numeric_limits<double>::quiet_NaN()));
        REQUIRE(events.push(0, protocol::EventType::parameter, {}));
        REQUIRE(events.push(0, static_cast<protocol::EventType>(77), {}));
    });
    CHECK(reply.status == BlockStatus::done);
    CHECK(host.link().values() == std::vector{format.gain_range / 2});
}

TEST_CASE("a plugin with more channels than Decant carries runs with the first ones")
{
    WineHost host;
    const auto plugin = host.load("decant-test-mirror.dll");
    CHECK(plugin.inputs.size() == protocol::max_channels);
    CHECK(plugin.outputs.size() == protocol::max_channels);
    host.link().activate(rate, 128);
    for (unsigned channel = 0; channel < protocol::max_channels; ++channel)
        fill_with_noise(host.region().audio_in[channel], channel);
    CHECK(host.run_block(128, rate).status == BlockStatus::done);
    for (const unsigned channel : {0u, 2u, 3u, 31u, 62u, 63u}) // the second one tells the time
        CHECK(equal_bits(host.region().audio_in[channel], host.region().audio_out[channel], 128));
}

TEST_CASE("pins of VST2 that belong together are a group, and inputs without an output a side chain",
          "[ports][side-chain][vst2]")
{
    WineHost host;
    const auto plugin = host.load("decant-test-busses.dll");
    REQUIRE(plugin.inputs.size() == 6);
    CHECK(plugin.inputs[0].name == "Kick in L");
    CHECK(plugin.inputs[0].position == "FL");
    CHECK(plugin.inputs[0].group == plugin.inputs[1].group);
    CHECK(plugin.inputs[1].group != plugin.inputs[2].group);
    CHECK(plugin.inputs[2].group == plugin.inputs[3].group);
    CHECK_FALSE(plugin.inputs[3].side);
    CHECK(plugin.inputs[4].name == "Key L");
    CHECK(plugin.inputs[4].group == "Side chain");
    CHECK(plugin.inputs[5].position == "FR");
    CHECK(plugin.inputs[5].side);
    REQUIRE(plugin.outputs.size() == 4);
    CHECK(plugin.outputs[2].name == "Snare L");
    CHECK(plugin.outputs[1].group != plugin.outputs[2].group);
    CHECK(plugin.outputs[2].group == plugin.outputs[3].group);

    host.link().activate(rate, 64);
    for (unsigned channel = 0; channel < 6; ++channel)
        fill_with_noise(host.region().audio_in[channel], channel);
    CHECK(host.run_block(64, rate).status == BlockStatus::done);
    CHECK(equal_bits(host.region().audio_in[0], host.region().audio_out[0], 64));
    CHECK(equal_bits(host.region().audio_in[4], host.region().audio_out[2], 64));
    CHECK(equal_bits(host.region().audio_in[5], host.region().audio_out[3], 64));
}

TEST_CASE("a plugin is told tempo, position, rate and whether time matters", "[tempo][vst2]")
{
    WineHost host;
    host.load("decant-test-mirror.dll");
    host.link().activate(44100, 512);
    auto& block = host.region().block;
    block = {};
    block.frames = 512;
    block.rate = 44100;
    block.flags = protocol::block_playing | protocol::block_tempo_valid;
    block.position = 88200;
    block.tempo = 93.5;
    block.quarter_position = 3.25;
    block.signature_numerator = 7;
    block.signature_denominator = 8;
    const auto& told = host.region().audio_out[1];
    constexpr int changed = 1 << 0;
    constexpr int playing = 1 << 1;
    constexpr int tempo_valid = 1 << 10;

    REQUIRE(host.run_block().status == BlockStatus::done);
    CHECK(told[0] == 93.5f);
    CHECK(told[1] == 3.25f);
    CHECK(told[2] == 88200.0f);
    CHECK(told[3] == 44100.0f);
    CHECK((static_cast<int>(told[4]) & (changed | playing | tempo_valid)) ==
          (changed | playing | tempo_valid));
    CHECK(told[5] == 7.0f);
    CHECK(told[6] == 2.0f); // real time
    CHECK(told[7] == 512.0f);

    block.position += 512;
    block.flags |= protocol::block_freewheel;
    REQUIRE(host.run_block().status == BlockStatus::done);
    CHECK((static_cast<int>(told[4]) & (changed | playing)) == playing);
    CHECK(told[6] == 4.0f); // offline

    block.position = 0; // a loop
    REQUIRE(host.run_block().status == BlockStatus::done);
    CHECK((static_cast<int>(told[4]) & changed) == changed);
}

TEST_CASE("a plugin is told when its blocks may take their time", "[offline][vst2][vst3][clap]")
{
    struct Told {
        const char* file;
        std::size_t channel, frame; ///< where it says what it was told
        float realtime, offline;
    };
    const auto told =
        GENERATE(Told{"decant-test-mirror.dll", 1, 6, 2, 4}, Told{"decant-test-mirror.vst3", 2, 9, 0, 2},
                 Told{"decant-test-mirror.clap", 2, 7, 0, 1});
    INFO(told.file);
    WineHost host;
    host.load(told.file);
    for (const bool offline : {false, true, false}) {
        host.link().activate(rate, 64, std::chrono::seconds(20), offline);
        auto& block = host.region().block;
        block = {};
        block.frames = 64;
        block.rate = rate;
        if (offline)
            block.flags = protocol::block_freewheel;
        REQUIRE(host.run_block().status == BlockStatus::done);
        CHECK(host.region().audio_out[told.channel][told.frame] == (offline ? told.offline : told.realtime));
    }
}

TEST_CASE("a change of latency comes with the block and as a message", "[latency][vst2]")
{
    WineHost host;
    host.load("decant-test-mirror.dll");
    host.link().activate(rate, 64);
    CHECK(host.run_block(64, rate).latency == 0);
    const auto reply =
        host.run_block(64, rate, [](EventWriter& events) { REQUIRE(events.push_parameter(0, 0, 0.25)); });
    CHECK(reply.latency == 250);
    CHECK((reply.flags & protocol::reply_latency_changed) != 0);
    CHECK((host.run_block(64, rate).flags & protocol::reply_latency_changed) == 0);
    CHECK(wait_until([&] {
        return std::any_of(host.heard().begin(), host.heard().end(), [](const bridge::Notification& said) {
            const auto* latency = std::get_if<bridge::LatencyChanged>(&said);
            return latency != nullptr && latency->frames == 250;
        });
    }));
}

TEST_CASE("a parameter that the plugin moves from within its process call is told to the service",
          "[parameters-out][vst2]")
{
    WineHost host;
    host.load("decant-test-mirror.dll");
    host.link().activate(rate, 64);
    constexpr std::uint32_t follow = 3;
    constexpr std::uint32_t echo = 4;
    host.run_block(64, rate, [](EventWriter& events) { REQUIRE(events.push_parameter(0, follow, 0.625)); });
    CHECK(wait_until([&] {
        return std::any_of(host.heard().begin(), host.heard().end(), [](const bridge::Notification& said) {
            const auto* moved = std::get_if<bridge::ParameterChanged>(&said);
            return moved != nullptr && moved->id == echo && moved->value == 0.625;
        });
    }));
}

TEST_CASE("a plugin that says no more than that its display has changed is asked for its values",
          "[parameters-out][vst2]")
{
    constexpr std::uint32_t echo = 4;
    constexpr std::uint32_t browse = 5;
    WineHost host;
    host.load("decant-test-mirror.dll");
    host.link().activate(rate, 64);
    host.run_block(64, rate, [](EventWriter& events) { REQUIRE(events.push_parameter(0, browse, 0.375)); });
    CHECK(host.hears_value(echo, 0.375));
}

TEST_CASE("a block is not the plugin's unless it is active, with this rate and size")
{
    const auto format = GENERATE(from_range(formats_under_test()));
    INFO(format.suffix);
    WineHost host;
    CHECK(host.run_block(64, rate).status == BlockStatus::not_active); // also before anything is loaded
    host.load(format.file("decant-test-gain"));
    CHECK(host.run_block(64, rate).status == BlockStatus::not_active);
    host.link().activate(rate, 64);
    CHECK(host.run_block(64, rate).status == BlockStatus::done);
    CHECK(host.run_block(65, rate).status == BlockStatus::not_active);
    CHECK(host.run_block(64, 44100).status == BlockStatus::not_active);
    CHECK(host.run_block(0xffffffff, rate).status == BlockStatus::not_active);
    host.link().activate(44100, 1024);
    CHECK(host.run_block(1024, 44100).status == BlockStatus::done);
    host.link().deactivate();
    CHECK(host.run_block(64, 44100).status == BlockStatus::not_active);
    host.link().deactivate();
    CHECK(host.link().values().size() == 1);
}

TEST_CASE("events that claim to be more than the area are cut, whatever is in them")
{
    WineHost host;
    host.load("decant-test-mirror.dll");
    host.link().activate(rate, 64);
    std::minstd_rand random(7);
    for (int round = 0; round < 20; ++round) {
        for (std::byte& byte : host.region().events_in)
            byte = static_cast<std::byte>(random() % (round % 2 == 0 ? 256 : 3));
        host.region().block = {};
        host.region().block.frames = 64;
        host.region().block.rate = rate;
        host.region().block.event_bytes = 0xffffffff;
        // Parameters with random ids may well ask the mirror to crash or hang; none of these does.
        CHECK(host.run_block().status == BlockStatus::done);
    }
}

TEST_CASE("blocks run on while the plugin is activated anew, again and again")
{
    const auto format = GENERATE(from_range(formats_under_test()));
    INFO(format.suffix);
    WineHost host;
    host.load(format.file("decant-test-gain"));
    host.link().activate(rate, 64);
    std::atomic<bool> stop = false;
    std::atomic<unsigned> done = 0;
    std::thread blocks([&] {
        while (!stop)
            done += host.run_block(64, rate).status == BlockStatus::done ? 1 : 0;
    });
    const auto state = host.link().state();
    for (int round = 0; round < 50; ++round) {
        host.link().deactivate();
        host.link().activate(rate, 64);
        host.link().set_state(state);
    }
    CHECK(wait_until([&, before = done.load()] { return done > before; }));
    stop = true;
    blocks.join();
    CHECK(host.process().running());
}

} // namespace
} // namespace decant::tests
