// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/bridge-setup.hpp"

#include "nodes/bridge/fallback-process.hpp"
#include "tests/nodes/bridge/block-driver.hpp"
#include "tests/support/fake-host.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <thread>

using namespace decant;
using namespace std::chrono_literals;
using bridge::BridgeKind;
using bridge::BridgeLayout;
using bridge::BridgeProcessor;
using tests::BlockDriver;
using tests::FakeHost;
using tests::FakeMisbehaviour;
namespace fake = tests::fake_parameter;

namespace
{

constexpr BridgeLayout stereo_effect{2, 2, true, true, BridgeKind::effect};
constexpr BridgeLayout stereo_instrument{0, 2, true, false, BridgeKind::instrument};

/// A node with a plugin in a fake host, running.
struct Bridged {
    FakeHost host;
    BridgeProcessor processor;
    BlockDriver driver;

    Bridged(const std::string& plugin, const BridgeLayout& layout, std::uint32_t frames = 64)
        : processor(layout), driver(processor, layout.outputs, frames)
    {
        driver.inputs.resize(layout.inputs);
        host.start(plugin);
        processor.attach(host.region(), 0);
    }

    void set(fake::Id parameter, double value) { REQUIRE(processor.set_parameter(parameter, value)); }
    void misbehave(FakeMisbehaviour how) { set(fake::misbehave, static_cast<double>(how)); }

    /// Blocks until the host has answered what it was given.
    [[nodiscard]] bool host_answers()
    {
        return tests::wait_until([&] { return processor.unanswered_since_nsec() == 0; });
    }
};

bool silent(const tests::Channels& channels)
{
    for (const auto& channel : channels)
        for (const float sample : channel)
            if (sample != 0)
                return false;
    return true;
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

TEST_CASE("a killed host leaves an instrument silent, not stuck")
{
    Bridged node("sine.dll", stereo_instrument);
    node.driver.midi_in = {{0, {0x90, 69, 100}}};
    for (int block = 0; block < 10; ++block)
        node.driver.run();
    node.host.process().kill();
    node.driver.budget = 5ms;
    for (int block = 0; block < 10; ++block)
        CHECK(node.driver.run() < 2s);

    CHECK(silent(node.driver.outputs));
    CHECK(node.processor.stats().late == 1);
    CHECK(node.processor.stats().dropped == 9);
}

TEST_CASE("a host that crashes or ends in a block costs that block")
{
    for (const auto how : {FakeMisbehaviour::crash, FakeMisbehaviour::exit}) {
        Bridged node("gain.dll", stereo_effect);
        node.driver.fill_with(1);
        node.driver.run();
        node.misbehave(how);
        node.driver.budget = 50ms;
        node.driver.run();
        CHECK(node.host.process().wait(tests::patience));
        for (int block = 0; block < 3; ++block)
            node.driver.run();
        CHECK(node.processor.stats().late == 1);
        CHECK(node.driver.outputs[0].back() == 1);
    }
}

TEST_CASE("a host that hangs costs one deadline and then nothing")
{
    Bridged node("gain.dll", stereo_effect);
    node.driver.fill_with(1);
    node.misbehave(FakeMisbehaviour::hang);
    node.driver.budget = 100ms;
    CHECK(node.driver.run() >= 100ms);
    const auto posted = node.host.region()->memory().request.value.load();

    std::chrono::nanoseconds total{};
    for (int block = 0; block < 100; ++block)
        total += node.driver.run();

    CHECK(total < 5s); // 100 deadlines would be ten
    CHECK(node.processor.stats().late == 1);
    CHECK(node.processor.stats().dropped == 100);
    CHECK(node.host.region()->memory().request.value.load() == posted);
}

TEST_CASE("a wait for a host is given up when it is detached")
{
    Bridged node("gain.dll", stereo_effect);
    node.misbehave(FakeMisbehaviour::hang);
    node.driver.budget = 60s;
    node.driver.freewheel = true;
    std::thread supervisor([&] {
        CHECK(tests::wait_until([&] { return node.processor.unanswered_since_nsec() != 0; }));
        node.processor.detach();
    });
    CHECK(node.driver.run() < 30s);
    supervisor.join();
    node.driver.run();
    CHECK(node.processor.stats().detached == 2);
    CHECK(node.processor.stats().late == 0);
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

TEST_CASE("what is no number becomes silence and is counted")
{
    Bridged node("gain.dll", stereo_effect);
    node.driver.fill_with(1);
    node.misbehave(FakeMisbehaviour::not_a_number);
    node.driver.run();

    CHECK(node.processor.stats().non_finite == 64);
    for (std::size_t frame = 0; frame < 64; ++frame)
        CHECK(node.driver.outputs[0][frame] == (frame % 2 == 0 ? 0.0F : 1.0F));
}

TEST_CASE("a storm of events is taken as far as there is room")
{
    Bridged node("gain.dll", stereo_effect);
    node.misbehave(FakeMisbehaviour::event_storm);
    node.driver.run();

    CHECK(node.driver.midi_out.events.size() == protocol::event_area_bytes / 24);
    CHECK(node.processor.stats().lost_events == 1);
    CHECK(std::is_sorted(node.driver.midi_out.events.begin(), node.driver.midi_out.events.end(),
                         [](const auto& one, const auto& other) { return one.frame < other.frame; }));
}

TEST_CASE("a new host takes over while the node runs")
{
    Bridged node("gain.dll", stereo_effect);
    FakeHost second;
    second.start("gain.dll");
    node.driver.fill_with(1);
    node.set(fake::gain, 0.5);
    node.driver.run();
    node.processor.attach(second.region(), 0);
    for (int block = 0; block < 4; ++block)
        node.driver.run();

    CHECK(node.driver.outputs[0] == std::vector<float>(64, 1.0F));
    const auto owners = node.host.region().use_count();
    (void)node.processor.unanswered_since_nsec();
    CHECK(node.host.region().use_count() == owners - 1); // the old one is let go of
    CHECK(node.processor.stats().late == 0);
}

TEST_CASE("the same host can be detached and attached again")
{
    Bridged node("gain.dll", stereo_effect);
    node.driver.fill_with(1);
    for (int round = 0; round < 20; ++round) {
        node.driver.run();
        node.processor.detach();
        node.driver.run();
        node.processor.attach(node.host.region(), 0);
    }
    CHECK(node.processor.stats().completed == 20);
    CHECK(node.processor.stats().detached == 20);
}

TEST_CASE("hosts come and go while the audio thread runs")
{
    FakeHost first, second;
    first.start("gain.dll");
    second.start("gain.dll");
    BridgeProcessor processor(stereo_effect);
    std::atomic<bool> stop = false;
    std::thread audio([&] {
        BlockDriver driver(processor, 2, 64);
        driver.fill_with(0.5F);
        while (!stop) {
            driver.run();
            for (const float sample : driver.outputs[1])
                if (sample != 0.5F)
                    FAIL_CHECK("the signal was disturbed: " << sample);
        }
    });
    for (int round = 0; round < 300; ++round) {
        processor.attach(round % 2 == 0 ? first.region() : second.region(), 0);
        (void)processor.set_parameter(fake::gain, 1);
        if (round % 3 == 0)
            processor.detach();
        (void)processor.next_parameter_change();
        (void)processor.stats();
        const auto blocks = processor.stats().blocks;
        CHECK(tests::wait_until([&] { return processor.stats().blocks > blocks + 2; }));
    }
    stop = true;
    audio.join();
    CHECK(processor.stats().completed > 0);
    CHECK(processor.stats().late == 0);
}

TEST_CASE("hosts that are killed in the middle of their work, one after another, leave nothing behind")
{
    const auto descriptors = [] {
        const std::filesystem::directory_iterator all("/proc/self/fd");
        return std::distance(begin(all), end(all));
    };
    const auto regions = [] { // each has several lines, as only parts are locked
        std::ifstream maps("/proc/self/maps");
        std::set<std::string> inodes;
        std::string range, rights, offset, device, inode, path;
        for (; maps >> range >> rights >> offset >> device >> inode && std::getline(maps, path);)
            if (path.find("memfd:decant-region") != std::string::npos)
                inodes.insert(inode);
        return inodes.size();
    };
    const auto before = descriptors();
    BridgeProcessor processor(stereo_effect);
    std::atomic<bool> stop = false;
    std::thread audio([&] {
        BlockDriver driver(processor, 2, 64);
        driver.budget = 2ms;
        while (!stop)
            if (driver.run() > 10s)
                FAIL_CHECK("the audio thread was stuck");
    });
    for (int round = 0; round < 30; ++round) {
        FakeHost host;
        host.start("gain.dll");
        processor.attach(host.region(), 0);
        const auto completed = processor.stats().completed;
        CHECK(tests::wait_until([&] { return processor.stats().completed > completed + 10; }));
        host.process().signal(round % 2 == 0 ? SIGKILL : SIGSTOP);
        CHECK(tests::wait_until([&] { return processor.unanswered_since_nsec() != 0; }));
        processor.detach();
    }
    stop = true;
    audio.join();

    CHECK(regions() <= 1); // the last one, which the audio thread still owns
    CHECK(descriptors() <= before + 1);
}

TEST_CASE("a host that answers garbage for ten thousand blocks harms nobody")
{
    Bridged node("gain.dll", stereo_effect, 256);
    node.misbehave(FakeMisbehaviour::garbage);
    for (int block = 0; block < 10'000; ++block) {
        node.driver.run();
        for (const auto& channel : node.driver.outputs)
            for (const float sample : channel)
                if (!std::isfinite(sample))
                    FAIL("not a number: " << sample);
        while (node.processor.next_parameter_change())
            ;
    }
    const auto stats = node.processor.stats();
    CHECK(stats.completed + stats.failed + stats.not_active == 10'000);
    CHECK(node.processor.latency() <= protocol::max_latency);
}

TEST_CASE("a host that corrupts the region at random for ten thousand rounds harms nobody")
{
    Bridged node("gain.dll", stereo_effect);
    node.misbehave(FakeMisbehaviour::corrupt);
    node.driver.budget = 2ms;
    node.driver.fill_with(0.5F);
    bool broken = false;
    for (int round = 0; round < 10'000; ++round) {
        node.driver.midi_in = {{0, {0x90, 69, 100}}};
        CHECK(node.driver.run() < 10s);
        for (const auto& channel : node.driver.outputs)
            for (const float sample : channel)
                if (!std::isfinite(sample))
                    FAIL("not a number: " << sample);
        try {
            if (!broken)
                node.host.link().poll_notifications();
        } catch (const bridge::HostError& error) {
            CHECK(error.code == bridge::HostErrorCode::broken);
            broken = true;
        }
        REQUIRE(node.host_answers()); // else the next round would not reach it
    }
    const auto stats = node.processor.stats();
    CHECK(broken);
    CHECK(stats.completed > 5'000);
    CHECK(stats.completed + stats.late + stats.failed + stats.not_active == 10'000);
}
