// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// MIDI Polyphonic Expression: every note on a channel of its own.

#include "tests/nodes/sampler/support.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <string>
#include <vector>

using namespace decant::sampler;
using namespace decant::sampler::test;
using Catch::Approx;

namespace
{

constexpr unsigned rate = 48'000;

At on_channel(int channel, std::uint32_t frame, std::uint8_t status, int first, int second)
{
    return {.frame = frame,
            .bytes = {static_cast<std::uint8_t>(status | (channel - 1)), static_cast<std::uint8_t>(first),
                      static_cast<std::uint8_t>(second)}};
}

At note(int channel, int key)
{
    return on_channel(channel, 10, 0x90, key, 127);
}

At bend_of(int channel, int value)
{
    const int raw = value + 8192;
    return on_channel(channel, 20, 0xe0, raw & 0x7f, raw >> 7);
}

// A registered parameter of a channel.
std::vector<At> parameter(int channel, int which, int value)
{
    return {on_channel(channel, 0, 0xb0, 101, which >> 7), on_channel(channel, 0, 0xb0, 100, which & 0x7f),
            on_channel(channel, 0, 0xb0, 6, value)};
}

// A tone of 440 Hz on key 69, to which opcodes are added.
struct TonePlayer {
    TemporaryDirectory directory;
    Player player{{.quality = Quality::sinc16}};

    explicit TonePlayer(const std::string& opcodes = {})
    {
        directory.write("a.wav", wav(sine(440, rate, 4 * rate), {.rate = rate, .bits = 32}));
        player.sampler.play(
            load_instrument(
                instrument(directory, "<region> sample=a.wav pitch_keycenter=69 amp_veltrack=0 " + opcodes))
                .instrument);
    }

    void send(const std::vector<At>& events) { static_cast<void>(player.render(2000, events)); }
    double pitch(const std::vector<At>& events)
    {
        send(events);
        return frequency_of(player.render(12'000).left, rate);
    }
    float level(const std::vector<At>& events)
    {
        send(events);
        return peak(player.render(2000).left);
    }
};

double semitones(double count)
{
    return 440 * std::exp2(count / 12);
}

} // namespace

TEST_CASE("the bend of a member channel reaches 48 semitones, and is that of its note alone")
{
    TonePlayer zone;
    zone.send(parameter(1, 6, 15));
    CHECK(zone.pitch({note(2, 69), bend_of(2, 4096)}) == Approx(semitones(24)).epsilon(1e-3));
    CHECK(zone.pitch({bend_of(3, -8192)}) == Approx(semitones(24)).epsilon(1e-3));
    CHECK(zone.pitch({bend_of(2, 0)}) == Approx(440).epsilon(1e-3));
}

TEST_CASE("the manager channel bends all notes of its zone, as far as the instrument says")
{
    TonePlayer zone;
    zone.send(parameter(1, 6, 15));
    CHECK(zone.pitch({note(5, 69), bend_of(1, 8191)}) == Approx(semitones(2)).epsilon(1e-3));
    CHECK(zone.pitch({bend_of(5, 1024)}) == Approx(semitones(8)).epsilon(1e-3));
}

TEST_CASE("members can be told another range for their bends")
{
    TonePlayer zone;
    zone.send(parameter(1, 6, 7));
    zone.send(parameter(3, 0, 12));
    CHECK(zone.pitch({note(2, 69), bend_of(2, 4096)}) == Approx(semitones(6)).epsilon(1e-3));
    // Behind the zone channels are as they were.
    CHECK(zone.pitch({on_channel(2, 0, 0x80, 69, 0), on_channel(2, 0, 0xb0, 120, 0), note(9, 69),
                      bend_of(9, 8191)}) == Approx(semitones(2)).epsilon(1e-3));
}

TEST_CASE("pressure and timbre of a member move its note alone, those of the manager all of them")
{
    for (const char* const opcodes : {"amplitude_oncc129=100", "amplitude_oncc74=100"}) {
        INFO(opcodes);
        TonePlayer zone(opcodes);
        const bool pressure = std::string(opcodes).find("129") != std::string::npos;
        const auto press = [&](int channel, int value) {
            return pressure ? At{.frame = 20,
                                 .bytes = {static_cast<std::uint8_t>(0xd0 | (channel - 1)),
                                           static_cast<std::uint8_t>(value)}}
                            : on_channel(channel, 20, 0xb0, 74, value);
        };
        zone.send(parameter(1, 6, 15));
        CHECK(zone.level({note(2, 69), press(3, 127)}) < 0.01f);
        const float full = zone.level({press(2, 127)});
        CHECK(full > 0.3f);
        CHECK(zone.level({press(1, 0)}) < 0.01f);
        CHECK(zone.level({press(1, 127)}) == Approx(full).epsilon(0.02));
    }
}

TEST_CASE("the pedal of the manager holds the notes of its members")
{
    TonePlayer zone;
    zone.send(parameter(1, 6, 15));
    zone.send({note(4, 69), on_channel(1, 5, 0xb0, 64, 127)});
    CHECK(zone.level({on_channel(4, 0, 0x80, 69, 0)}) > 0.1f);
    CHECK(zone.level({on_channel(1, 0, 0xb0, 64, 0)}) == 0);
}

TEST_CASE("the notes of a zone are those of one player")
{
    TonePlayer zone("trigger=legato");
    zone.send(parameter(1, 6, 15));
    CHECK(zone.level({note(2, 60)}) == 0);
    CHECK(zone.level({note(3, 69)}) > 0.1f);
    TonePlayer first("lochan=1 hichan=1");
    first.send(parameter(1, 6, 15));
    CHECK(first.level({note(7, 69)}) > 0.1f);
    TonePlayer switched("lokey=60 sw_lokey=20 sw_hikey=21 sw_last=21 sw_default=20");
    switched.send(parameter(1, 6, 15));
    CHECK(switched.level({note(2, 21), on_channel(2, 15, 0x80, 21, 0)}) == 0);
    CHECK(switched.level({note(3, 69)}) > 0.1f);
}

TEST_CASE("the upper zone counts down from the last channel, and a zone that is set to nothing is gone")
{
    TonePlayer zone;
    zone.send(parameter(16, 6, 3));
    CHECK(zone.pitch({note(14, 69), bend_of(14, 4096)}) == Approx(semitones(24)).epsilon(1e-3));
    zone.send({on_channel(14, 0, 0x80, 69, 0), on_channel(14, 0, 0xb0, 120, 0)});
    // The lower zone takes what it wants.
    zone.send(parameter(1, 6, 15));
    CHECK(zone.pitch({note(16, 69), bend_of(16, 4096)}) == Approx(semitones(24)).epsilon(1e-3));
    zone.send(parameter(1, 6, 0));
    CHECK(zone.pitch({on_channel(16, 0, 0xb0, 120, 0), note(14, 69), bend_of(14, 8191)}) ==
          Approx(semitones(2)).epsilon(1e-3));
}

TEST_CASE("absurd zones and parameters do no harm")
{
    TonePlayer zone;
    for (int channel = 1; channel <= 16; ++channel)
        for (const int which : {0, 6, 7, 127, 0x3fff})
            zone.send(parameter(channel, which, 127));
    CHECK(zone.level({note(3, 69)}) > 0.1f);
}
