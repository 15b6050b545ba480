// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What a C program says with MIDI 2.0, and of the song.

#include "tests/midi-sampler/world.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

using namespace decant::midi_sampler::test;
using namespace decant::sampler::test;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

namespace
{

/// A constant sample of 0.5, played by these opcodes.
struct Constant : World {
    explicit Constant(const std::string& opcodes)
    {
        static_cast<void>(file(constant(0.5F, 8 * rate)));
        const auto path = directory.write("a.sfz", "<region> sample=a.wav " + opcodes + "\n");
        REQUIRE(ms_instrument_load(instrument, path.c_str()) == MS_OK);
    }

    [[nodiscard]] ms_result_t send(const std::vector<std::uint32_t>& words, std::uint32_t frame = 0) const
    {
        return ms_send_ump(instrument, frame, words.data(), words.size());
    }

    void set_song(double tempo, double position, bool playing) const
    {
        const ms_transport_t song{.tempo = tempo, .position = position, .playing = playing ? 1 : 0};
        REQUIRE(ms_set_transport(sampler, &song) == MS_OK);
    }

    /// The frame at which a note is heard that begins now; -1 within two seconds.
    [[nodiscard]] std::ptrdiff_t heard()
    {
        REQUIRE(ms_note_on(instrument, 60, 127, nullptr) == MS_OK);
        const auto sound = left(2 * rate);
        const auto first = std::find_if(sound.begin(), sound.end(), [](float sample) { return sample != 0; });
        return first == sound.end() ? -1 : first - sound.begin();
    }
};

} // namespace

TEST_CASE("a packet with a note of MIDI 2.0 sounds at its frame, with all bits of its velocity")
{
    Constant world("");
    REQUIRE(world.send({0x40903c00, 0x80800000}, 50) == MS_OK); // half a step above 64
    const auto sound = world.left(100);
    CHECK(sound[49] == 0);
    const double part = (64 + 128.0 / 32767 * 63) / 127;
    CHECK(sound[60] == Approx(0.5 * centre * part * part).epsilon(1e-4));
    REQUIRE(world.send({0x40803c00, 0}) == MS_OK);
    static_cast<void>(world.left(200));
    CHECK(is_zero(world.left(100)));
}

TEST_CASE("packets move single notes")
{
    Constant world("volume_oncc74=-6 amp_veltrack=0");
    REQUIRE(world.send({0x40903c00, 0xffff0000}) == MS_OK);
    REQUIRE(world.send({0x40003c4a, 0xffffffff}) == MS_OK); // its controller 74
    CHECK(world.left(4000).back() == Approx(0.5 * centre * 0.5012).epsilon(1e-3));
    REQUIRE(world.send({0x40904000, 0xffff0000}) == MS_OK); // another note is as loud as it was
    CHECK(world.left(4000).back() == Approx(0.5 * centre * 1.5012).epsilon(1e-3));
}

TEST_CASE("packets of MIDI 1.0 are its messages, and others are nobody's")
{
    Constant world("");
    REQUIRE(world.send({0x25903c7f}, 10) == MS_OK); // of group 5
    CHECK(world.left(100)[20] == Approx(0.5 * centre));
    CHECK(world.send({0x10f80000}) == MS_OK); // a clock
    CHECK(world.send({0x30167e7f, 0x09010000}) == MS_OK);
    CHECK(world.send({0xd0100000, 0, 0, 0}) == MS_OK);
    CHECK(world.left(100)[20] == Approx(0.5 * centre));
}

TEST_CASE("a packet that is cut short, or has a frame far away, is refused")
{
    const Constant world("");
    CHECK(world.send({0x40903c00}) == MS_ERROR_ARGUMENT);
    CHECK(world.send({0x20903c7f, 0}) == MS_ERROR_ARGUMENT);
    CHECK(world.send({0x20903cff}) == MS_ERROR_ARGUMENT); // data above 127
    CHECK(world.send({0x20903c7f}, 8192) == MS_ERROR_ARGUMENT);
    const std::uint32_t word = 0x20903c7f;
    CHECK(ms_send_ump(world.instrument, 0, &word, 0) == MS_ERROR_ARGUMENT);
    CHECK(ms_send_ump(world.instrument, 0, nullptr, 1) == MS_ERROR_ARGUMENT);
    CHECK(ms_send_ump(nullptr, 0, &word, 1) == MS_ERROR_ARGUMENT);
}

TEST_CASE("what is wrong with a packet is told in the words of packets")
{
    const Constant world("");
    const auto refusal = [&](const std::vector<std::uint32_t>& words, std::uint32_t frame = 0) {
        CHECK(world.send(words, frame) == MS_ERROR_ARGUMENT);
        return std::string(ms_last_error());
    };
    for (const std::uint32_t word : {0x20003c7fU, 0x207f3c7fU, 0x20f83c7fU})
        CHECK_THAT(
            refusal({word}),
            ContainsSubstring("ms_send_ump() takes packets of MIDI 1.0 with a status of 0x80 to 0xef"));
    for (const std::uint32_t word : {0x20903cffU, 0x2090ff3cU, 0x20c0ff00U})
        CHECK_THAT(refusal({word}),
                   ContainsSubstring("data of ms_send_ump() is out of range; give 0 to 127"));
    CHECK(world.send({0x20c001ff}) == MS_OK); // a program, whose third byte nobody reads
    CHECK_THAT(refusal({0x20903c7f}, 8192),
               ContainsSubstring("the frame of ms_send_ump() is out of range; give 0 to 8191"));
    CHECK_THAT(refusal({0x20903c7f, 0}), ContainsSubstring("1 to 4 words"));
}

TEST_CASE("beats are as long as the tempo says, which is 120 until somebody says another")
{
    CHECK(Constant("delay_beats=1").heard() == rate / 2);
    Constant slow("delay_beats=1");
    slow.set_song(60, 0, false);
    CHECK(slow.heard() == rate);
    CHECK(slow.heard() == 0); // the note before sounds still
}

TEST_CASE("a song that plays goes on from block to block, and instruments wait for its beats")
{
    Constant world("sync_beats=1 ampeg_release=0");
    CHECK(world.heard() == 0); // no song
    REQUIRE(ms_all_sound_off(world.instrument) == MS_OK);
    static_cast<void>(world.left(rate));
    world.set_song(120, 7, false);
    world.set_song(120, 7.5, true); // the last one counts
    static_cast<void>(world.left(rate / 2));
    CHECK(world.heard() == rate / 4); // at 9, from 8.5 on
}

TEST_CASE("a song that is nowhere, or has no tempo, is refused")
{
    const World world;
    for (const double bad : {0.0, -1.0, 1e6, std::numeric_limits<double>::quiet_NaN()}) {
        const ms_transport_t song{.tempo = bad, .position = 0, .playing = 1};
        CHECK(ms_set_transport(world.sampler, &song) == MS_ERROR_ARGUMENT);
    }
    for (const double bad : {1e300, std::numeric_limits<double>::quiet_NaN()}) {
        const ms_transport_t song{.tempo = 120, .position = bad, .playing = 1};
        CHECK(ms_set_transport(world.sampler, &song) == MS_ERROR_ARGUMENT);
    }
    CHECK(ms_set_transport(nullptr, nullptr) == MS_ERROR_ARGUMENT);
    CHECK(ms_set_transport(world.sampler, nullptr) == MS_ERROR_ARGUMENT);
}
