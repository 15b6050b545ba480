// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/nodes/bridge/bridged.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace decant;
using namespace std::chrono_literals;
using bridge::BridgeKind;
using bridge::BridgeProcessor;
using tests::BlockDriver;
using tests::Bridged;
using tests::FakeHost;
using tests::silent;
using tests::stereo_effect;
using tests::stereo_instrument;
namespace fake = tests::fake_parameter;

namespace
{

/// Between any two neighbours.
float largest_step(const std::vector<float>& samples)
{
    float largest = 0;
    for (std::size_t i = 1; i < samples.size(); ++i)
        largest = std::max(largest, std::abs(samples[i] - samples[i - 1]));
    return largest;
}

} // namespace

TEST_CASE("noise through a host comes back bit for bit, from the first frame on, for blocks of any size")
{
    Bridged node("gain.dll", stereo_effect, protocol::max_frames);
    std::mt19937 random(1);
    for (const std::uint32_t frames : {1U, 2U, 31U, 32U, 64U, 100U, 256U, 1024U, 4096U, 8191U, 8192U, 1U}) {
        node.driver.frames = frames;
        for (int block = 0; block < 5; ++block) {
            node.driver.fill_with_noise(random);
            node.driver.run();
            for (std::size_t channel = 0; channel < 2; ++channel)
                CHECK(std::equal(node.driver.inputs[channel].begin(),
                                 node.driver.inputs[channel].begin() + frames,
                                 node.driver.outputs[channel].begin()));
        }
    }
    const auto stats = node.processor.stats();
    CHECK(stats.completed == stats.blocks);
    CHECK(stats.round_trip_quantile(0.5) > 0);
    CHECK(stats.total_plugin_nsec > 0);
}

TEST_CASE("sixty-four channels go through a host")
{
    Bridged node("gain64.dll", {64, 64, false, false, BridgeKind::effect}, 256);
    std::mt19937 random(1);
    node.driver.fill_with_noise(random);
    node.driver.run();

    CHECK((node.driver.outputs == node.driver.inputs));
}

TEST_CASE("more channels than the protocol has are refused")
{
    CHECK_THROWS(BridgeProcessor({65, 2, false, false, BridgeKind::effect}));
    CHECK_THROWS(BridgeProcessor({2, 65, false, false, BridgeKind::effect}));
}

TEST_CASE("a node without a host passes its input on, or is silent as an instrument")
{
    BridgeProcessor effect(stereo_effect);
    BlockDriver effect_driver(effect, 2, 64);
    effect_driver.fill_with(0.5F);
    effect_driver.run();
    CHECK((effect_driver.outputs == effect_driver.inputs));
    CHECK(effect.stats().detached == 1);

    BridgeProcessor instrument(stereo_instrument);
    BlockDriver instrument_driver(instrument, 2, 64);
    instrument_driver.run();
    CHECK(silent(instrument_driver.outputs));
}

TEST_CASE("a plugin that is bypassed runs on unheard, and comes and goes without a click")
{
    Bridged node("gain.dll", stereo_effect, 256);
    node.set(fake::gain, 0.25);
    node.driver.fill_with(1);
    std::vector<float> heard;
    const auto run = [&] {
        node.driver.run();
        heard.insert(heard.end(), node.driver.outputs[0].begin(), node.driver.outputs[0].end());
    };
    node.driver.run();
    run();
    CHECK(heard.back() == 0.25F);
    node.processor.set_bypass(true);
    run();
    CHECK(heard.back() == 1);
    run();
    CHECK((node.driver.outputs == node.driver.inputs));
    CHECK(node.processor.stats().completed == 4);
    node.processor.set_bypass(false);
    run();
    CHECK(heard.back() == 0.25F);
    CHECK(largest_step(heard) < 0.05F);
}

TEST_CASE("a parameter takes effect at the start of the next block")
{
    Bridged node("gain.dll", stereo_effect);
    node.driver.fill_with(1);
    node.set(fake::gain, 0.25);
    node.driver.run();

    CHECK(node.driver.outputs[0] == std::vector<float>(64, 0.25F));
}

TEST_CASE("parameters set while there is no host reach the next one")
{
    FakeHost host;
    host.start("gain.dll");
    BridgeProcessor processor(stereo_effect);
    BlockDriver driver(processor, 2, 64);
    driver.fill_with(1);
    REQUIRE(processor.set_parameter(fake::gain, 0.5));
    driver.run();
    processor.attach(host.region(), 0);
    for (int block = 0; block < 4; ++block)
        driver.run();

    CHECK(driver.outputs[0] == std::vector<float>(64, 0.5F));
}

TEST_CASE("a full queue of parameters refuses one more")
{
    BridgeProcessor processor(stereo_effect);
    std::size_t taken = 0;
    while (taken < 100'000 && processor.set_parameter(fake::gain, 1))
        ++taken;

    CHECK(taken >= 1024);
    CHECK(taken < 100'000);
}

TEST_CASE("a parameter that is no number is refused")
{
    BridgeProcessor processor(stereo_effect);

    CHECK_FALSE(processor.set_parameter(fake::gain, std::numeric_limits<double>::quiet_NaN()));
    CHECK_FALSE(processor.set_parameter(fake::gain, std::numeric_limits<double>::infinity()));
}

TEST_CASE("a parameter that the plugin moves itself is told")
{
    Bridged node("gain.dll", stereo_effect);
    node.set(fake::touch, 0.75);
    node.driver.run();

    const auto change = node.processor.next_parameter_change();
    REQUIRE(change);
    CHECK((change->id == fake::gain && change->value == 0.75));
    CHECK_FALSE(node.processor.next_parameter_change());
    const bridge::ParameterChanged* told = nullptr;
    CHECK(tests::wait_until([&] {
        node.host.link().poll_notifications();
        return (told = std::get_if<bridge::ParameterChanged>(&node.host.heard().back())) != nullptr;
    }));
    REQUIRE(told != nullptr);
    CHECK(told->value == 0.75);
}

TEST_CASE("MIDI goes there and back with its frames, and a SysEx of 64 KiB whole")
{
    Bridged node("gain.dll", stereo_effect, 256);
    std::vector<std::uint8_t> sysex(65536, 0x11);
    sysex.front() = 0xf0;
    sysex.back() = 0xf7;
    const std::vector<tests::MidiRecord::Event> sent{
        {0, {0x90, 60, 100}}, {17, {0xb0, 1, 64}}, {17, sysex}, {255, {0x80, 60, 0}}};
    node.driver.midi_in = sent;
    node.driver.run();

    CHECK((node.driver.midi_out.events == sent));
    CHECK(node.processor.stats().lost_events == 0);
}

TEST_CASE("a message that only MIDI 2.0 knows is not for plugins")
{
    Bridged node("gain.dll", stereo_effect);
    node.driver.midi_in = {{3, {}}, {4, {0x90, 60, 100}}};
    node.driver.run();

    CHECK(node.driver.midi_out.events == std::vector<tests::MidiRecord::Event>{{4, {0x90, 60, 100}}});
    CHECK(node.processor.stats().lost_events == 0);
}

TEST_CASE("MIDI that does not fit into a block is dropped and counted")
{
    Bridged node("gain.dll", stereo_effect);
    std::vector<std::uint8_t> sysex(100'000, 0x11);
    sysex.front() = 0xf0;
    sysex.back() = 0xf7;
    node.driver.midi_in = {{0, sysex}, {1, sysex}, {2, sysex}, {3, {0x80, 60, 0}}};
    node.driver.run();

    CHECK(node.processor.stats().lost_events == 1);
    REQUIRE(node.driver.midi_out.events.size() == 3);
    CHECK(node.driver.midi_out.events.back().frame == 3);
}

TEST_CASE("an instrument plays the note that it is given")
{
    Bridged node("sine.dll", stereo_instrument, 480);
    node.driver.midi_in = {{0, {0x90, 69, 100}}};
    std::size_t rising = 0;
    for (int block = 0; block < 100; ++block) { // one second
        node.driver.run();
        for (std::size_t frame = 1; frame < node.driver.frames; ++frame)
            rising += node.driver.outputs[0][frame - 1] <= 0 && node.driver.outputs[0][frame] > 0;
    }
    CHECK(rising >= 430);
    CHECK(rising <= 441);
}

TEST_CASE("a late block is replaced at its deadline, and its reply is dropped when it comes")
{
    Bridged node("gain.dll", stereo_effect);
    node.set(fake::gain, 0.5);
    node.driver.fill_with(1);
    node.driver.run();
    node.set(fake::stall, 300'000);
    node.driver.budget = 5ms;
    const auto took = node.driver.run();
    CHECK(took >= 5ms);
    CHECK(took < 250ms);
    CHECK(node.processor.stats().late == 1);
    CHECK(node.driver.outputs[0].front() == 0.5F); // no click: from the plugin's last sample
    CHECK(node.processor.unanswered_since_nsec() != 0);

    SECTION("while the host is busy, blocks cost nothing and are passed on")
    {
        node.driver.budget = 20s;
        CHECK(node.driver.run() < 200ms);
        node.driver.run();
        node.driver.run();
        CHECK(node.processor.stats().dropped == 3);
        CHECK(node.driver.outputs[0].back() == 1);
    }
    REQUIRE(node.host_answers());
    node.driver.budget = 20s;
    for (int block = 0; block < 4; ++block)
        node.driver.run();
    CHECK(node.driver.outputs[0] == std::vector<float>(64, 0.5F));
    CHECK(node.processor.stats().late == 1);
}

TEST_CASE(
    "what a plugin says in a late block comes with the next one, but for notes that would begin too late")
{
    Bridged node("gain.dll", stereo_effect);
    node.set(fake::stall, 200'000);
    node.set(fake::touch, 0.375);
    node.driver.midi_in = {{0, {0x90, 60, 100}}, {3, {0x80, 60, 0}}};
    node.driver.budget = 1ms;
    node.driver.run();
    REQUIRE(node.processor.stats().late == 1);
    CHECK(node.driver.midi_out.events.empty());
    CHECK(!node.processor.next_parameter_change());

    REQUIRE(node.host_answers());
    node.driver.midi_in = {{5, {0x91, 61, 99}}};
    node.driver.budget = 20s;
    node.driver.run();
    CHECK(node.driver.midi_out.events ==
          std::vector<tests::MidiRecord::Event>{{0, {0x80, 60, 0}}, {5, {0x91, 61, 99}}});
    const auto moved = node.processor.next_parameter_change();
    REQUIRE(moved);
    CHECK(moved->id == fake::gain);
    CHECK(moved->value == 0.375);
}

TEST_CASE("the end of a note that a busy host missed reaches it with the next block")
{
    Bridged node("sine.dll", stereo_instrument);
    node.driver.midi_in = {{0, {0x90, 69, 100}}};
    node.driver.run();
    node.set(fake::stall, 200'000);
    node.driver.budget = 1ms;
    node.driver.run();
    node.driver.midi_in = {{3, {0x80, 69, 0}}, {5, {0x90, 70, 100}}};
    node.driver.run();
    REQUIRE(node.processor.stats().dropped == 1);
    REQUIRE(node.host_answers());

    node.driver.budget = 20s;
    for (int block = 0; block < 4; ++block)
        node.driver.run();
    CHECK(silent(node.driver.outputs));
    CHECK(node.processor.stats().lost_events == 1); // the note that would have begun too late
}

TEST_CASE("the dry signal of an effect is as late as the plugin")
{
    Bridged node("gain.dll", stereo_effect, 256);
    node.set(fake::latency, 100);
    node.driver.run();
    CHECK(node.processor.latency() == 100);
    node.processor.detach();
    node.driver.run();
    node.driver.inputs[0][10] = 1; // an impulse
    node.driver.run();

    CHECK(node.driver.outputs[0][10] == 0);
    CHECK(node.driver.outputs[0][110] == 1);
}

TEST_CASE("a plugin that is activated for another rate is not asked to play")
{
    Bridged node("gain.dll", stereo_effect);
    node.driver.fill_with(1);
    node.driver.rate = 96000;
    node.driver.run();
    CHECK(node.processor.stats().not_active == 1);
    CHECK(node.driver.outputs[0] == std::vector<float>(64, 1.0F));

    node.host.link().activate(96000, 8192);
    node.driver.run();
    CHECK(node.processor.stats().completed == 1);
}

TEST_CASE("the end of a note that a plugin was not active for reaches it when it is again")
{
    Bridged node("sine.dll", stereo_instrument);
    node.driver.midi_in = {{0, {0x90, 69, 100}}};
    node.driver.run();
    node.driver.rate = 96000;
    node.driver.midi_in = {{3, {0x80, 69, 0}}};
    node.driver.run();
    node.driver.run();
    REQUIRE(node.processor.stats().not_active == 2);

    node.host.link().activate(96000, 8192);
    for (int block = 0; block < 4; ++block)
        node.driver.run();
    CHECK(node.processor.stats().completed == 5);
    CHECK(silent(node.driver.outputs));
}
