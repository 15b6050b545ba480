// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Notes and other messages, to a plugin and back.

#include "tests/wine-host/wine-host.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cstdint>
#include <utility>
#include <vector>

namespace decant::tests
{
namespace
{

using Catch::Generators::from_range;
using Catch::Matchers::WithinAbs;
using protocol::BlockStatus;
using protocol::EventWriter;

constexpr std::uint32_t rate = 48000;

/// The events that the plugin wrote in the last block.
std::vector<std::pair<std::uint32_t, std::vector<std::uint8_t>>> midi_out(WineHost& host, std::uint32_t bytes)
{
    std::vector<std::pair<std::uint32_t, std::vector<std::uint8_t>>> messages;
    protocol::EventReader reader(host.region().events_out, bytes);
    protocol::EventView event{};
    while (reader.next(event, protocol::max_frames))
        messages.emplace_back(event.frame, std::vector(event.midi().begin(), event.midi().end()));
    return messages;
}

TEST_CASE("note 69 is 440 Hz, as loud as its velocity, and silent after its release",
          "[notes][vst2][vst3][clap]")
{
    const auto format = GENERATE(from_range(formats_under_test()));
    INFO(format.suffix);
    WineHost host;
    const auto plugin = host.load(format.file("decant-test-sine"));
    CHECK(plugin.instrument);
    CHECK(plugin.midi_in);
    CHECK(plugin.inputs.empty());
    REQUIRE(plugin.outputs.size() == 2);
    host.link().activate(rate, 8000);

    const auto note = [&](std::uint8_t status, std::uint32_t frame) {
        const auto reply = host.run_block(8000, rate, [&](EventWriter& events) {
            REQUIRE(events.push_midi(frame, std::array<std::uint8_t, 3>{status, 69, 127}));
        });
        CHECK(reply.status == BlockStatus::done);
    };
    note(0x90, 100);
    const auto& out = host.region().audio_out[0];
    CHECK(std::all_of(out.begin(), out.begin() + 101, [](float sample) { return sample == 0; }));
    // Rising zero crossings, with the fraction of a frame.
    std::vector<double> crossings;
    for (std::size_t i = 200; i < 8000; ++i) {
        if (out[i - 1] < 0 && out[i] >= 0)
            crossings.push_back(static_cast<double>(i) - out[i] / (out[i] - out[i - 1]));
    }
    REQUIRE(crossings.size() > 60);
    const double periods = static_cast<double>(crossings.size() - 1);
    CHECK_THAT(rate * periods / (crossings.back() - crossings.front()), WithinAbs(440, 0.01));
    CHECK_THAT(*std::max_element(out.begin() + 200, out.begin() + 8000), WithinAbs(0.25, 0.001));

    note(0x80, 0);
    CHECK(out[0] != 0);
    const auto release_end = out.begin() + 5 * rate / 1000 + 2;
    CHECK(std::all_of(release_end, out.begin() + 8000, [](float sample) { return sample == 0; }));
}

TEST_CASE("a SysEx of 60000 bytes reaches the plugin and comes back, with its neighbours and frames",
          "[sysex][vst2]")
{
    WineHost host;
    const auto plugin = host.load("decant-test-mirror.dll");
    CHECK(plugin.midi_in);
    CHECK(plugin.midi_out);
    host.link().activate(rate, 256);

    std::vector<std::uint8_t> sysex(60000);
    for (std::size_t i = 0; i < sysex.size(); ++i)
        sysex[i] = static_cast<std::uint8_t>(i % 127);
    sysex.front() = 0xf0;
    sysex.back() = 0xf7;
    const std::vector<std::uint8_t> note{0x93, 60, 100};
    const std::vector<std::uint8_t> program{0xc1, 5};
    const std::vector<std::uint8_t> clock{0xf8};
    const auto reply = host.run_block(256, rate, [&](EventWriter& events) {
        REQUIRE(events.push_midi(3, note));
        REQUIRE(events.push_midi(17, sysex));
        REQUIRE(events.push_midi(17, program));
        REQUIRE(events.push_midi(255, clock));
    });
    CHECK(reply.status == BlockStatus::done);
    const auto echoed = midi_out(host, reply.event_bytes);
    REQUIRE(echoed.size() == 4);
    CHECK(echoed[0] == std::pair{3u, note});
    CHECK(echoed[1] == std::pair{17u, sysex});
    CHECK(echoed[2] == std::pair{17u, program});
    CHECK(echoed[3] == std::pair{255u, clock});
}

TEST_CASE("a full event area of short messages passes, and what is no message does not")
{
    WineHost host;
    host.load("decant-test-mirror.dll");
    host.link().activate(rate, 256);
    std::uint32_t pushed = 0;
    auto reply = host.run_block(256, rate, [&](EventWriter& events) {
        while (events.push_midi(pushed / 64 % 256, std::array<std::uint8_t, 3>{0x90, 60, 1}))
            ++pushed;
    });
    CHECK(pushed > 10000);
    CHECK(midi_out(host, reply.event_bytes).size() == pushed);
    CHECK((reply.flags & protocol::reply_events_lost) == 0);

    reply = host.run_block(256, rate, [](EventWriter& events) {
        REQUIRE(events.push_midi(0, {}));
        REQUIRE(events.push_midi(0, std::array<std::uint8_t, 3>{60, 60, 1}));
        REQUIRE(events.push_midi(0, std::array<std::uint8_t, 2>{0x90, 60}));
        REQUIRE(events.push_midi(0, std::array<std::uint8_t, 5>{0x90, 60, 1, 2, 3}));
        REQUIRE(events.push_midi(0, std::array<std::uint8_t, 3>{0xf0, 1, 2})); // no end
    });
    CHECK(reply.status == BlockStatus::done);
    CHECK(reply.event_bytes == 0);
}

TEST_CASE("pitch bends reach as far as MIDI says, and MPE's of a note and of the zone add up",
          "[note-expression][vst3][clap]")
{
    const bool clap = GENERATE(true, false);
    WineHost host;
    host.load(clap ? "decant-test-mirror.clap" : "decant-test-mirror.vst3",
              clap ? "Mirror of notes" : "Mirror");
    host.link().activate(rate, 64);
    using Short = std::array<std::uint8_t, 3>;
    const auto bent = [&](const std::vector<Short>& messages) {
        host.run_block(64, rate, [&](EventWriter& events) {
            for (const Short& message : messages)
                REQUIRE(events.push_midi(0, message));
        });
        const double told = host.region().audio_out[2][clap ? 6 : 8];
        return clap ? told : (told - 0.5) * 240;
    };
    const Short up{0xe5, 0x7f, 0x7f};
    CHECK_THAT(bent({{0x95, 60, 100}, up}), WithinAbs(2, 0.01));
    CHECK_THAT(bent({{0xb5, 101, 0}, {0xb5, 100, 0}, {0xb5, 6, 12}, up}), WithinAbs(12, 0.01));
    // An MPE zone of seven members, whose own channel is the first.
    CHECK_THAT(bent({{0xb0, 101, 0}, {0xb0, 100, 6}, {0xb0, 6, 7}, up}), WithinAbs(48, 0.01));
    CHECK_THAT(bent({{0xe0, 0, 0}}), WithinAbs(46, 0.01));
}

} // namespace
} // namespace decant::tests
