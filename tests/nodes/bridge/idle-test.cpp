// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Blocks without frames: what a node does that the graph does not run.

#include "tests/nodes/bridge/bridged.hpp"

#include <catch2/catch_test_macros.hpp>
#include <thread>

using namespace decant;
using namespace std::chrono_literals;
using bridge::BridgeProcessor;
using tests::Bridged;
using tests::stereo_effect;
namespace fake = tests::fake_parameter;

TEST_CASE("an idle node hands its parameters over without a block, and plays on with them")
{
    Bridged node("gain.dll", stereo_effect);
    node.driver.fill_with(1);
    SECTION("that has never played") {}
    SECTION("that has played before")
    {
        node.driver.run();
    }
    node.set(fake::touch, 0.75);
    node.set(fake::gain, 0.25);

    CHECK(node.processor.hand_over_parameters(20s));
    CHECK(node.host.link().values().at(0) == 0.25);
    CHECK(node.processor.next_parameter_change());
    node.driver.run();
    CHECK(node.driver.outputs[0][63] == 0.25F);
    CHECK(node.processor.stats().completed == node.processor.stats().blocks);
}

TEST_CASE("a node that plays hands its parameters over in its blocks and loses none")
{
    Bridged node("gain.dll", stereo_effect);
    std::jthread graph([&node](const std::stop_token& stopped) {
        while (!stopped.stop_requested()) {
            node.driver.run();
            std::this_thread::sleep_for(1ms);
        }
    });
    for (int round = 1; round <= 20; ++round) {
        node.set(fake::gain, round / 32.0);
        CHECK(node.processor.hand_over_parameters(20s));
        CHECK(node.host.link().values().at(0) == round / 32.0);
    }
    graph.request_stop();
    graph.join();
    CHECK(node.processor.stats().dropped == 0);
}

TEST_CASE("parameters that no host takes are not waited for beyond the patience")
{
    BridgeProcessor alone(stereo_effect);
    REQUIRE(alone.set_parameter(fake::gain, 0.25));
    CHECK_FALSE(alone.hand_over_parameters(20s));

    Bridged hung("gain.dll", stereo_effect);
    hung.set(fake::stall, 30e6);
    CHECK_FALSE(hung.processor.hand_over_parameters(400ms));
}

TEST_CASE("what a plugin says after the patience of an idle node is heard with the next block")
{
    Bridged node("gain.dll", stereo_effect);
    node.set(fake::stall, 500'000);
    node.set(fake::touch, 0.375);
    CHECK_FALSE(node.processor.hand_over_parameters(400ms));
    REQUIRE(node.host_answers());
    CHECK_FALSE(node.processor.next_parameter_change());
    node.driver.run();
    const auto moved = node.processor.next_parameter_change();
    REQUIRE(moved);
    CHECK(moved->value == 0.375);
}

TEST_CASE("MIDI of a block that comes while parameters are handed over reaches the plugin with the next one")
{
    Bridged node("gain.dll", stereo_effect);
    auto& request = node.host.region()->memory().request.value;
    const auto before = request.load();
    node.set(fake::stall, 500'000);
    std::jthread supervisor([&] { CHECK(node.processor.hand_over_parameters(20s)); });
    REQUIRE(tests::wait_until([&] { return request.load() != before; }));
    node.driver.midi_in = {{3, {0x80, 60, 0}}, {4, {0x90, 61, 100}}};
    node.driver.run();
    REQUIRE(node.processor.stats().dropped == 1);
    supervisor.join();

    node.driver.midi_in = {{5, {0x90, 62, 100}}};
    node.driver.run();
    CHECK(node.driver.midi_out.events ==
          std::vector<tests::MidiRecord::Event>{{0, {0x80, 60, 0}}, {5, {0x90, 62, 100}}});
}
