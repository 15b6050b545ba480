// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What VST3 and CLAP have beyond VST2, with the plugins of tests/plugins that show what they are given.

#include "tests/support/wait-until.hpp"
#include "tests/wine-host/wine-host.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstring>
#include <string>
#include <vector>

namespace decant::tests
{
namespace
{

using Catch::Generators::from_range;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;
using protocol::BlockStatus;
using protocol::EventWriter;
using protocol::PluginFormat;

constexpr std::uint32_t rate = 48000;

/// A mirror, and where things are in it.
struct Mirror {
    std::string file;
    std::string plugin;
    std::string second_id; ///< of the other plugin in the file
    std::uint32_t latency, level, follow, echo;
    double latency_step; ///< frames of one

    [[nodiscard]] std::string name() const { return file + "#" + plugin; }
};

const std::vector<Mirror> mirrors{
    {"decant-test-mirror.vst3", "Mirror", "DECA4702000000010000000200000003", 0, 1, 2, 3, 1000},
    {"decant-test-mirror.vst3", "Mirror in double", "DECA4702000000010000000200000003", 0, 1, 2, 3, 1000},
    {"decant-test-mirror.clap", "Mirror", "decant.test-mirror-of-notes", 0, 1, 2, 3, 1},
};

/// The events that the plugin wrote in the last block.
template <class Take>
void for_each_event(WineHost& host, const protocol::BlockReply& reply, protocol::EventType type, Take take)
{
    protocol::EventReader reader(host.region().events_out, reply.event_bytes);
    protocol::EventView event{};
    while (reader.next(event, protocol::max_frames))
        if (event.type == type)
            take(event);
}

using Midi = std::vector<std::pair<std::uint32_t, std::vector<std::uint8_t>>>;

Midi midi_out(WineHost& host, const protocol::BlockReply& reply)
{
    Midi messages;
    for_each_event(host, reply, protocol::EventType::midi, [&](const protocol::EventView& event) {
        messages.emplace_back(event.frame, std::vector(event.midi().begin(), event.midi().end()));
    });
    return messages;
}

} // namespace

TEST_CASE("every bus of a plugin has its ports, named after it", "[ports][vst3][clap]")
{
    const auto mirror = GENERATE(from_range(mirrors));
    INFO(mirror.name());
    WineHost host;
    const auto plugin = host.load(mirror.file, mirror.plugin);
    CHECK(plugin.name == mirror.plugin);
    CHECK(plugin.version == "3.2.1");
    REQUIRE(plugin.inputs.size() == 3);
    CHECK(plugin.inputs[0].name == "Main L");
    CHECK(plugin.inputs[0].position == "FL");
    CHECK(plugin.inputs[1].group == "Main");
    CHECK_FALSE(plugin.inputs[1].side);
    CHECK(plugin.inputs[2].name == "Key");
    CHECK(plugin.inputs[2].position == "MONO");
    CHECK(plugin.inputs[2].side);
    REQUIRE(plugin.outputs.size() == 3);
    CHECK(plugin.outputs[2].group == "Time");
    const auto& parameters = plugin.parameters;
    CHECK(parameters.at(mirror.level).unit == "dB");
    CHECK(
        std::none_of(parameters.begin(), parameters.end(), [](const auto& p) { return p.name == "Secret"; }));
}

TEST_CASE("a plugin of a file with several is picked by name or id, and all are told",
          "[several][vst3][clap]")
{
    const auto mirror = GENERATE(from_range(mirrors));
    INFO(mirror.name());
    WineHost host;
    const auto error = host.failure_of(test_plugin(mirror.file).string(), "Window");
    CHECK(error.failure == protocol::FailureCode::not_found);
    CHECK_THAT(error.what(), ContainsSubstring("\"Mirror\", \"Mirror "));
    const auto plugin = host.load(mirror.file, mirror.second_id);
    CHECK(plugin.id == mirror.second_id);
    REQUIRE(plugin.in_file.size() == 2);
    CHECK(plugin.in_file[0].name == "Mirror");
    CHECK(plugin.in_file[1].id == mirror.second_id);
}

TEST_CASE("a parameter moves at its frame, in and out", "[automation][parameters-out][vst3][clap]")
{
    const auto mirror = GENERATE(from_range(mirrors));
    INFO(mirror.name());
    WineHost host;
    host.load(mirror.file, mirror.plugin);
    host.link().activate(rate, 256);
    const auto reply = host.run_block(256, rate, [&](EventWriter& events) {
        REQUIRE(events.push_parameter(0, mirror.level, 0.25));
        REQUIRE(events.push_parameter(100, mirror.level, 0.5));
        REQUIRE(events.push_parameter(100, mirror.level, 0.75));
        REQUIRE(events.push_parameter(200, mirror.follow, 0.625));
    });
    REQUIRE(reply.status == BlockStatus::done);
    const auto& level = host.region().audio_out[0];
    CHECK(level[99] == 0.25f);
    CHECK(level[100] == 0.75f);
    CHECK(level[255] == 0.75f);
    std::vector<std::pair<std::uint32_t, double>> echoed;
    for_each_event(host, reply, protocol::EventType::parameter, [&](const protocol::EventView& event) {
        protocol::ParameterEvent change;
        std::memcpy(&change, event.payload.data(), sizeof change);
        CHECK(change.id == mirror.echo);
        echoed.emplace_back(event.frame, change.value);
    });
    CHECK(echoed == std::vector{std::pair(200u, 0.625)});
    CHECK(host.link().values().at(mirror.level) == 0.75);
    CHECK(host.link().values().at(mirror.echo) == 0.625);
}

TEST_CASE("a plugin that takes nothing but double precision is given that", "[double][vst3]")
{
    WineHost host;
    host.load("decant-test-mirror.vst3", "Mirror in double");
    host.link().activate(rate, 64);
    host.region().audio_in[2].fill(0.375f);
    CHECK(host.run_block(64, rate).status == BlockStatus::done);
    CHECK(host.region().audio_out[1][63] == 0.375f);
    CHECK(host.region().audio_out[0][63] == 0);
}

TEST_CASE("a side chain reaches the plugin on its own input", "[side-chain][vst3][clap]")
{
    const auto mirror = GENERATE(from_range(mirrors));
    INFO(mirror.name());
    WineHost host;
    host.load(mirror.file, mirror.plugin);
    host.link().activate(rate, 64);
    for (std::size_t i = 0; i < 64; ++i)
        host.region().audio_in[2][i] = static_cast<float>(i) / 64;
    CHECK(host.run_block(64, rate).status == BlockStatus::done);
    CHECK(std::equal(host.region().audio_in[2].begin(), host.region().audio_in[2].begin() + 64,
                     host.region().audio_out[1].begin()));
}

TEST_CASE("notes, pressure and SysEx pass a plugin with their frames", "[notes][sysex][vst3][clap]")
{
    const auto mirror = GENERATE(from_range(mirrors));
    INFO(mirror.name());
    WineHost host;
    host.load(mirror.file, mirror.plugin);
    host.link().activate(rate, 256);
    std::vector<std::uint8_t> sysex(60000, 0x11);
    sysex.front() = 0xf0;
    sysex.back() = 0xf7;
    const Midi sent{{3, {0x93, 60, 100}}, {17, sysex}, {17, {0xa3, 60, 30}}, {255, {0x83, 60, 64}}};
    const auto reply = host.run_block(256, rate, [&](EventWriter& events) {
        for (const auto& [frame, message] : sent)
            REQUIRE(events.push_midi(frame, message));
    });
    CHECK(reply.status == BlockStatus::done);
    CHECK(midi_out(host, reply) == sent);
}

TEST_CASE("a plugin that knows CLAP's own notes alone gets those", "[note-dialects][clap]")
{
    WineHost host;
    host.load("decant-test-mirror.clap", "Mirror of notes");
    host.link().activate(rate, 256);
    const auto reply = host.run_block(256, rate, [&](EventWriter& events) {
        REQUIRE(events.push_midi(3, std::array<std::uint8_t, 3>{0x93, 60, 100}));
        REQUIRE(events.push_midi(5, std::array<std::uint8_t, 3>{0xa3, 60, 30}));
        REQUIRE(events.push_midi(6, std::array<std::uint8_t, 3>{0xb3, 21, 30})); // is nothing to CLAP
        REQUIRE(events.push_midi(9, std::array<std::uint8_t, 3>{0x93, 60, 0}));
    });
    CHECK(midi_out(host, reply) == Midi{{3, {0x93, 60, 100}}, {5, {0xa3, 60, 30}}, {9, {0x83, 60, 0}}});
}

TEST_CASE("what a CLAP plugin sends around a value, and its modulation, move no parameter",
          "[modulation][clap]")
{
    constexpr std::uint32_t follow = 2;
    constexpr std::uint32_t echo = 3;
    WineHost host;
    host.load("decant-test-mirror.clap", "Mirror");
    host.link().activate(rate, 64);
    const auto reply = host.run_block(
        64, rate, [&](EventWriter& events) { REQUIRE(events.push_parameter(10, follow, 0.5)); });
    std::vector<double> told;
    for_each_event(host, reply, protocol::EventType::parameter, [&](const protocol::EventView& event) {
        protocol::ParameterEvent change;
        std::memcpy(&change, event.payload.data(), sizeof change);
        CHECK(change.id == echo);
        told.push_back(change.value);
    });
    CHECK(told == std::vector{0.5});
    CHECK(host.link().values().at(echo) == 0.5);
}

TEST_CASE("controllers, programs and bends of MIDI reach a VST3 plugin as it wants them",
          "[controllers][program-change][note-expression][vst3]")
{
    WineHost host;
    const auto plugin = host.load("decant-test-mirror.vst3", "Mirror");
    CHECK(plugin.programs == std::vector<std::string>{"First", "Second", "Third"});
    host.link().activate(rate, 64);
    const auto reply = host.run_block(64, rate, [&](EventWriter& events) {
        REQUIRE(events.push_midi(0, std::array<std::uint8_t, 3>{0x95, 60, 100}));
        REQUIRE(events.push_midi(1, std::array<std::uint8_t, 3>{0xb5, 21, 127}));
        REQUIRE(events.push_midi(2, std::array<std::uint8_t, 2>{0xc5, 1}));
        REQUIRE(events.push_midi(3, std::array<std::uint8_t, 3>{0xe5, 0, 0})); // two semitones down
    });
    CHECK(reply.status == BlockStatus::done);
    const auto& told = host.region().audio_out[2];
    CHECK(told[6] == 1.0f);
    CHECK(told[7] == 0.5f);
    CHECK_THAT(told[8], WithinAbs(0.5 - 2.0 / 240, 1e-4));
}

TEST_CASE("a plugin is told tempo, place in the song and bar", "[tempo][vst3][clap]")
{
    const auto mirror = GENERATE(from_range(mirrors));
    INFO(mirror.name());
    WineHost host;
    const auto format = host.load(mirror.file, mirror.plugin).format;
    host.link().activate(rate, 64);
    auto& block = host.region().block;
    block = {};
    block.frames = 64;
    block.rate = rate;
    block.flags = protocol::block_playing | protocol::block_tempo_valid;
    block.position = 96000;
    block.tempo = 93.5;
    block.quarter_position = 7.25;
    block.bar_start = 7;
    block.signature_numerator = 7;
    block.signature_denominator = 8;
    REQUIRE(host.run_block().status == BlockStatus::done);
    const auto& told = host.region().audio_out[2];
    CHECK(told[0] == 93.5f);
    CHECK(told[1] == 7.25f);
    CHECK(told[2] == (format == PluginFormat::clap ? 2.0f : 96000.0f));
    CHECK(told[4] == (format == PluginFormat::clap ? 2.0f : 7.0f)); // number of the bar, or where it starts
    constexpr int clap_playing = 1 << 4;
    constexpr int vst3_playing = 1 << 1;
    CHECK((static_cast<int>(told[3]) & (format == PluginFormat::clap ? clap_playing : vst3_playing)) != 0);
}

TEST_CASE("a plugin whose latency changes is restarted, and the new one is told",
          "[latency][restart][vst3][clap]")
{
    const auto mirror = GENERATE(from_range(mirrors));
    INFO(mirror.name());
    WineHost host;
    host.load(mirror.file, mirror.plugin);
    host.link().activate(rate, 64);
    CHECK(host.run_block(64, rate).latency == 0);
    host.run_block(64, rate, [&](EventWriter& events) {
        REQUIRE(events.push_parameter(0, mirror.latency, 250 / mirror.latency_step));
    });
    CHECK(wait_until([&] {
        return std::any_of(host.heard().begin(), host.heard().end(), [](const bridge::Notification& said) {
            const auto* latency = std::get_if<bridge::LatencyChanged>(&said);
            return latency != nullptr && latency->frames == 250;
        });
    }));
    CHECK(host.run_block(64, rate).latency == 250);
}

TEST_CASE("a plugin's state is restored, its own or its parameters", "[state][vst3][clap]")
{
    const auto mirror = GENERATE(from_range(mirrors));
    INFO(mirror.name());
    std::vector<std::byte> state;
    {
        WineHost host;
        host.load(mirror.file, mirror.plugin);
        host.link().activate(rate, 64);
        host.run_block(64, rate,
                       [&](EventWriter& events) { REQUIRE(events.push_parameter(0, mirror.level, 0.125)); });
        state = host.link().state();
    }
    WineHost host;
    host.load(mirror.file, mirror.plugin);
    host.link().set_state(state);
    host.link().activate(rate, 64);
    CHECK(host.run_block(64, rate).status == BlockStatus::done);
    CHECK(host.region().audio_out[0][63] == 0.125f);
    CHECK(host.link().values().at(mirror.level) == 0.125);
}

TEST_CASE("a CLAP plugin has its timer, its call on the main thread and its word in the log",
          "[timer][main-thread][log][thread-check][clap]")
{
    constexpr std::uint32_t calls = 4;
    constexpr std::uint32_t ticks = 5;
    WineHost host;
    host.load("decant-test-mirror.clap", "Mirror"); // which checks its threads, and refuses if they are wrong
    CHECK(host.hears_value(ticks, 10));
    host.link().activate(rate, 64);
    host.run_block(64, rate, [](EventWriter& events) { REQUIRE(events.push_parameter(0, calls, 41)); });
    CHECK(host.hears_value(calls, 42));
    CHECK(wait_until(
        [&] { return host.process().errors().find("warning: the mirror says hello") != std::string::npos; }));
}

TEST_CASE(
    "the tasks of a CLAP plugin's block are all done, each once, by threads that count as audio threads",
    "[thread-pool][clap]")
{
    constexpr std::uint32_t follow = 2;
    constexpr std::uint32_t echo = 3;
    constexpr std::uint32_t tasks = 6;
    WineHost host;
    host.load("decant-test-mirror.clap", "Mirror");
    host.link().activate(rate, 64);
    double most_threads = 0;
    const auto done_of = [&](double count) {
        const auto set = [&](EventWriter& events) {
            REQUIRE(events.push_parameter(0, tasks, count));
        };
        REQUIRE(host.run_block(64, rate, set).status == BlockStatus::done);
        double done = 0;
        for_each_event(host, host.run_block(64, rate), protocol::EventType::parameter,
                       [&](const protocol::EventView& event) {
                           protocol::ParameterEvent change;
                           std::memcpy(&change, event.payload.data(), sizeof change);
                           if (change.id == echo)
                               done = change.value;
                           if (change.id == follow)
                               most_threads = std::max(most_threads, change.value);
                       });
        return done;
    };
    CHECK(done_of(1) == 1);
    for (int round = 0; round < 100; ++round)
        CHECK(done_of(3 + round) == 3 + round);
    CHECK(done_of(1000) == 1000);
    CHECK(most_threads > 1);
}

TEST_CASE("the halves of a VST3 plugin reach each other through the host's messages", "[messages][vst3]")
{
    constexpr std::uint32_t message = 5;
    WineHost host;
    host.load("decant-test-mirror.vst3", "Mirror");
    host.link().activate(rate, 64);
    CHECK(host.link().values().at(message) == 0.5);
}

} // namespace decant::tests
