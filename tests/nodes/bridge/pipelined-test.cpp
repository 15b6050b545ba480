// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/nodes/bridge/block-driver.hpp"
#include "tests/support/fake-host.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <random>

using namespace decant;
using namespace std::chrono_literals;
using bridge::BridgeKind;
using bridge::BridgeMode;
using tests::FakeMisbehaviour;
namespace fake = tests::fake_parameter;

namespace
{

/// A pipelined node with a plugin in a fake host.
struct Pipelined {
    tests::FakeHost host;
    bridge::BridgeProcessor processor{{2, 2, true, true, BridgeKind::effect}, BridgeMode::pipelined};
    tests::BlockDriver driver{processor, 2, 64};

    Pipelined()
    {
        host.start("gain.dll");
        processor.attach(host.region(), 0, host.process().id());
    }

    /// Until the host has the answer to the last block: as the rest of a period does in the graph.
    void rest()
    {
        REQUIRE(tests::wait_until([&] { return processor.unanswered_since_nsec() == 0; }));
    }
};

} // namespace

TEST_CASE("a pipelined node plays every block bit for bit, one block later")
{
    Pipelined node;
    std::mt19937 random(1);
    tests::Channels before;
    for (int block = 0; block < 50; ++block) {
        node.driver.fill_with_noise(random);
        node.driver.run();
        // The first block has none before it, and the fade from that takes two.
        if (block > 3)
            CHECK((node.driver.outputs == before));
        before = node.driver.inputs;
        node.rest();
    }
    CHECK(node.processor.stats().completed == 49);
    CHECK(node.processor.stats().late == 0);
}

TEST_CASE("the dry signal of a pipelined node has the same latency as the wet one")
{
    Pipelined node;
    node.driver.run();
    node.rest();
    node.processor.detach();
    node.driver.inputs[0][10] = 1; // an impulse
    node.driver.run();
    CHECK(node.driver.outputs[0][10] == 0);
    node.driver.fill_with(0);
    node.driver.run();
    CHECK(node.driver.outputs[0][10] == 1);
}

TEST_CASE("a pipelined node waits for nobody")
{
    Pipelined node;
    REQUIRE(node.processor.set_parameter(fake::misbehave, static_cast<double>(FakeMisbehaviour::hang)));
    node.driver.budget = 10s;
    std::chrono::nanoseconds total{};
    for (int block = 0; block < 10; ++block)
        total += node.driver.run();
    CHECK(total < 5s);
    CHECK(node.processor.stats().dropped == 9);
}

TEST_CASE("a pipelined node loses nothing when the graph runs faster than real time")
{
    Pipelined node;
    REQUIRE(node.processor.set_parameter(fake::delay, 2000));
    node.driver.freewheel = true;
    for (int block = 0; block < 20; ++block)
        node.driver.run();
    CHECK(node.processor.stats().completed == 19);
    CHECK(node.processor.stats().dropped == 0);
}

TEST_CASE("a pipelined node passes over a change of the block's size")
{
    Pipelined node;
    node.driver.inputs.assign(2, std::vector<float>(128, 1.0F));
    node.driver.outputs = node.driver.inputs;
    for (int block = 0; block < 8; ++block) {
        node.driver.frames = block < 4 ? 64 : 128;
        node.driver.run();
        node.rest();
    }
    const auto stats = node.processor.stats();
    CHECK(stats.completed == 6);
    CHECK(stats.late == 1);
    CHECK(node.driver.outputs[0] == std::vector<float>(128, 1.0F));
}

TEST_CASE("what a plugin says in a pipelined block that is not heard comes with the next one")
{
    Pipelined node;
    REQUIRE(node.processor.set_parameter(fake::touch, 0.375));
    node.driver.midi_in = {{0, {0x90, 60, 100}}, {3, {0x80, 60, 0}}};
    SECTION("as it is of another size")
    {
        node.driver.run();
        node.rest();
        node.driver.frames = 32;
    }
    SECTION("as it came too late")
    {
        REQUIRE(node.processor.set_parameter(fake::stall, 200'000));
        node.driver.run();
        node.driver.run();
        REQUIRE(node.processor.stats().dropped == 1);
        node.rest();
    }
    CHECK(node.driver.midi_out.events.empty());
    node.driver.run();
    CHECK(node.driver.midi_out.events == std::vector<tests::MidiRecord::Event>{{0, {0x80, 60, 0}}});
    const auto moved = node.processor.next_parameter_change();
    REQUIRE(moved);
    CHECK(moved->value == 0.375);
    CHECK(node.processor.stats().late == 1);
    CHECK(node.processor.stats().completed == 0);
}

TEST_CASE("what a plugin moved in its last pipelined block is told when the node is idle")
{
    Pipelined node;
    REQUIRE(node.processor.set_parameter(fake::touch, 0.375));
    node.driver.run();
    node.rest();
    REQUIRE(node.processor.set_parameter(fake::delay, 0));
    CHECK(node.processor.hand_over_parameters(20s));
    const auto moved = node.processor.next_parameter_change();
    REQUIRE(moved);
    CHECK(moved->value == 0.375);
}

TEST_CASE("what comes while a pipelined plugin is not active reaches it once when it is again")
{
    Pipelined node;
    node.driver.rate = 96000;
    node.driver.midi_in = {{0, {0x90, 60, 100}}, {3, {0x80, 60, 0}}};
    for (int block = 0; block < 3; ++block) {
        node.driver.run();
        node.rest();
        node.driver.midi_in = {{0, {0xb0, 64, static_cast<std::uint8_t>(block)}}};
    }
    REQUIRE(node.processor.stats().not_active == 2);
    node.driver.midi_in.clear();
    node.host.link().activate(96000, 8192);
    std::vector<std::vector<std::uint8_t>> seen;
    for (int block = 0; block < 5; ++block) {
        node.driver.run();
        node.rest();
        for (const auto& event : node.driver.midi_out.events)
            seen.push_back(event.bytes);
    }
    CHECK(seen == std::vector<std::vector<std::uint8_t>>{{0x80, 60, 0}, {0xb0, 64, 0}, {0xb0, 64, 1}});
    CHECK(node.processor.stats().lost_events == 1); // the note that would have begun too late
}

TEST_CASE("the sound of a pipelined block that comes too late is not heard in place of another one")
{
    Pipelined node;
    constexpr std::uint32_t latency = 64; // a block
    const auto wave = [](std::uint32_t frame) {
        return frame < latency ? 0 : std::sin(static_cast<float>(frame - latency) / 40);
    };
    std::uint32_t frame = 0;
    const auto run = [&] {
        for (auto& channel : node.driver.inputs)
            for (std::uint32_t i = 0; i < node.driver.frames; ++i)
                channel[i] = wave(frame + i + latency);
        node.driver.run();
        for (const float sample : node.driver.outputs[0])
            CHECK(std::abs(sample - wave(frame++)) < 0.05F);
    };
    for (int block = 0; block < 6; ++block) {
        run();
        node.rest();
    }
    REQUIRE(node.processor.set_parameter(fake::stall, 200'000));
    run();
    run();
    REQUIRE(node.processor.stats().dropped == 1);
    for (int block = 0; block < 6; ++block) {
        node.rest();
        run();
    }
    CHECK(node.processor.stats().completed == 11);
}
