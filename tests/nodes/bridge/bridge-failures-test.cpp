// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/nodes/bridge/bridged.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace decant;
using namespace std::chrono_literals;
using bridge::BridgeProcessor;
using tests::BlockDriver;
using tests::Bridged;
using tests::FakeHost;
using tests::FakeMisbehaviour;
using tests::silent;
using tests::stereo_effect;
using tests::stereo_instrument;
namespace fake = tests::fake_parameter;

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

TEST_CASE("notes and pedals that a plugin has begun on its MIDI output end with its host")
{
    Bridged node("gain.dll", stereo_effect);
    node.driver.midi_in = {
        {0, {0x90, 60, 100}}, {1, {0xb2, 64, 127}}, {2, {0x91, 64, 100}}, {3, {0x81, 64, 0}}};
    node.driver.run();
    FakeHost second;
    SECTION("if there is none after it")
    {
        node.host.process().kill();
        node.processor.detach();
    }
    SECTION("if another one is there at once")
    {
        second.start("gain.dll");
        node.processor.attach(second.region(), 0);
    }
    node.driver.run();
    CHECK(node.driver.midi_out.events ==
          std::vector<tests::MidiRecord::Event>{{0, {0x80, 60, 0}}, {0, {0xb2, 64, 0}}});
    node.driver.run();
    CHECK(node.driver.midi_out.events.empty());
}

TEST_CASE("a pedal that goes down while a host hangs, and up while there is none, is up for the next one")
{
    Bridged node("gain.dll", stereo_effect);
    node.misbehave(FakeMisbehaviour::hang);
    node.driver.budget = 5ms;
    node.driver.run();
    node.driver.midi_in = {{0, {0xb0, 64, 127}}};
    node.driver.run();
    node.processor.detach();
    node.driver.midi_in = {{0, {0xb0, 64, 0}}};
    node.driver.run();

    FakeHost second;
    second.start("gain.dll");
    node.processor.attach(second.region(), 0);
    node.driver.budget = 20s;
    node.driver.run();
    CHECK(node.processor.stats().completed == 1);
    CHECK(node.driver.midi_out.events.empty());
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

TEST_CASE("a host that hangs when it is attached to another node is known to hang")
{
    Bridged node("gain.dll", stereo_effect);
    node.misbehave(FakeMisbehaviour::hang);
    node.driver.budget = 5ms;
    node.driver.run();
    node.processor.detach();

    BridgeProcessor other(stereo_effect);
    const auto now = bridge::now_nsec();
    other.attach(node.host.region(), 0);
    CHECK(other.unanswered_since_nsec() >= now);
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
