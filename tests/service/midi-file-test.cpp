// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/midi-file.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

using namespace decant::service;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

namespace
{

using Bytes = std::vector<std::uint8_t>;

void append(Bytes& to, const Bytes& more)
{
    to.insert(to.end(), more.begin(), more.end());
}

Bytes chunk(const std::string& tag, const Bytes& content)
{
    Bytes result(tag.begin(), tag.end());
    for (int shift = 24; shift >= 0; shift -= 8)
        result.push_back(static_cast<std::uint8_t>(content.size() >> shift));
    append(result, content);
    return result;
}

Bytes song(std::uint8_t type, std::uint16_t division, const std::vector<Bytes>& tracks)
{
    Bytes file =
        chunk("MThd", {0, type, 0, static_cast<std::uint8_t>(tracks.size()),
                       static_cast<std::uint8_t>(division >> 8), static_cast<std::uint8_t>(division)});
    for (const auto& track : tracks)
        append(file, chunk("MTrk", track));
    return file;
}

const Bytes end_of_track{0x00, 0xff, 0x2f, 0x00};

Bytes track(std::initializer_list<Bytes> events)
{
    Bytes result;
    for (const auto& event : events)
        append(result, event);
    append(result, end_of_track);
    return result;
}

struct Played {
    double seconds;
    Bytes bytes;
};

std::vector<Played> played(const MidiFile& file)
{
    std::vector<Played> result;
    for (const auto& event : file.events()) {
        const auto bytes = file.bytes(event);
        result.push_back({event.seconds, Bytes(bytes.begin(), bytes.end())});
    }
    return result;
}

} // namespace

TEST_CASE("notes come at their times, at 120 beats per minute if nothing is said")
{
    const auto file = MidiFile::parse(song(
        0, 96, {track({{0x00, 0x90, 69, 100}, {0x60, 0x80, 69, 0}, {0x83, 0x00, 0xff, 0x01, 0x01, 'x'}})}));
    const auto notes = played(file);

    REQUIRE(notes.size() == 2);
    CHECK(notes[0].seconds == 0);
    CHECK(notes[0].bytes == Bytes{0x90, 69, 100});
    CHECK(notes[1].seconds == Approx(0.5));
    CHECK(notes[1].bytes == Bytes{0x80, 69, 0});
    CHECK(file.seconds() == Approx(0.5 + 2.0)); // 384 ticks later the text, and the end
}

TEST_CASE("a running status stands for the status that is left out")
{
    const auto notes = played(MidiFile::parse(
        song(0, 96, {track({{0, 0x91, 60, 1}, {0, 64, 2}, {0, 67, 3}, {0, 0xc1, 5}, {0, 6}})})));

    REQUIRE(notes.size() == 5);
    CHECK(notes[2].bytes == Bytes{0x91, 67, 3});
    CHECK(notes[4].bytes == Bytes{0xc1, 6});
}

TEST_CASE("the tempo of the first track moves the notes of all others")
{
    const Bytes conductor =
        track({{0, 0xff, 0x51, 3, 0x0f, 0x42, 0x40},      // 60 per minute
               {0x60, 0xff, 0x51, 3, 0x03, 0xd0, 0x90}}); // 240 per minute, one quarter later
    const Bytes melody = track({{0x60, 0x90, 60, 1}, {0x60, 0x90, 62, 1}});
    const auto notes = played(MidiFile::parse(song(1, 96, {conductor, melody})));

    REQUIRE(notes.size() == 2);
    CHECK(notes[0].seconds == Approx(1.0));
    CHECK(notes[1].seconds == Approx(1.25));
}

TEST_CASE("messages of one moment keep the order of the tracks")
{
    const auto notes = played(MidiFile::parse(
        song(1, 96, {track({{0x10, 0xc0, 7}}), track({{0x10, 0x90, 60, 1}, {0, 0x90, 61, 1}})})));
    REQUIRE(notes.size() == 3);
    CHECK(notes[0].bytes == Bytes{0xc0, 7});
    CHECK(notes[1].bytes == Bytes{0x90, 60, 1});
}

TEST_CASE("frames of film and video divide time without a tempo")
{
    const auto at = [](std::uint16_t division) {
        return played(MidiFile::parse(
            song(0, division, {track({{0, 0xff, 0x51, 3, 0x0f, 0x42, 0x40}, {0x87, 0x68, 0x90, 60, 1}})})))[0]
            .seconds;
    };
    CHECK(at(0xe728) == Approx(1.0));                // 25 frames of 40 ticks, tick 1000
    CHECK(at(0xe850) == Approx(1000.0 / (24 * 80))); // 24 frames
    CHECK(at(0xe250) == Approx(1000.0 / (30 * 80))); // 30 frames
    CHECK(at(0xe350) == Approx(1001.0 / 30 / 80));   // 30 drop-frame
}

TEST_CASE("a SysEx comes whole, also in several packets")
{
    const auto notes = played(MidiFile::parse(song(0, 96,
                                                   {track({{0, 0xf0, 3, 1, 2, 0xf7},
                                                           {0, 0xf0, 2, 3, 4},
                                                           {0x60, 0xf7, 1, 5},
                                                           {0, 0xf7, 2, 6, 0xf7},
                                                           {0, 0xf7, 1, 0xf8}})})));
    REQUIRE(notes.size() == 2);
    CHECK(notes[0].bytes == Bytes{0xf0, 1, 2, 0xf7});
    CHECK(notes[1].bytes == Bytes{0xf0, 3, 4, 5, 6, 0xf7});
    CHECK(notes[1].seconds == Approx(0.5));
}

TEST_CASE("the transport follows tempo and time signature")
{
    const auto file =
        MidiFile::parse(song(0, 96,
                             {track({{0, 0xff, 0x58, 4, 3, 2, 24, 8},          // 3/4
                                     {0x60, 0xff, 0x51, 3, 0x0f, 0x42, 0x40},  // quarter 1: 60 per minute
                                     {0x81, 0x40, 0xff, 0x58, 4, 6, 3, 24, 8}, // quarter 3: 6/8
                                     {0x8f, 0x00, 0x90, 60, 1}})}));
    const auto start = file.transport_at(0, 48000);
    CHECK(start.playing);
    CHECK(start.tempo == Approx(120));
    CHECK(start.numerator == 3);
    CHECK(start.denominator == 4);

    const auto second_beat = file.transport_at(1.0, 48000); // quarter 1 at 0.5 s, then one per second
    CHECK(second_beat.tempo == Approx(60));
    CHECK(second_beat.quarter_position == Approx(1.5));
    CHECK(second_beat.bar_start == 0);
    CHECK(second_beat.position == 48000);

    const auto later = file.transport_at(2.5 + 4, 48000); // four quarters into the 6/8
    CHECK(later.numerator == 6);
    CHECK(later.denominator == 8);
    CHECK(later.quarter_position == Approx(7));
    CHECK(later.bar_start == Approx(6));
}

TEST_CASE("unknown chunks, missing ends of tracks and padding are no error")
{
    Bytes file = song(1, 96, {{0, 0x90, 60, 1}});
    append(file, chunk("XFIH", {1, 2, 3}));
    append(file, chunk("MTrk", track({{0, 0x90, 62, 1}})));
    append(file, {0, 0, 0});
    CHECK(MidiFile::parse(file).events().size() == 2);
}

TEST_CASE("what is no MIDI file is refused with the place")
{
    const auto complaint = [](const Bytes& file, const std::string& text) {
        CHECK_THROWS_WITH(MidiFile::parse(file), ContainsSubstring(text));
    };
    complaint({}, "no Standard MIDI File");
    complaint(Bytes(100, 'x'), "no Standard MIDI File");
    complaint(song(2, 96, {}), "type 2");
    complaint(song(0, 0, {}), "division");
    complaint(song(0, 0xe700, {}), "division");
    complaint(song(0, 0x8001, {}), "division");
    complaint(song(0, 96, {{0, 60, 1}}), "without a status byte (at byte 23)");
    complaint(song(0, 96, {{0, 0x90, 60, 0x90}}), "status byte where data");
    complaint(song(0, 96, {{0, 0x90, 60}}), "cut short");
    complaint(song(0, 96, {{0xff, 0xff, 0xff, 0xff, 0x7f}}), "longer than MIDI allows");
    complaint(song(0, 96, {{0, 0xf1, 60}}), "does not belong");
    complaint(song(0, 96, {{0, 0xf0, 0x8f, 0xff, 0xff, 0x7f, 1}}), "cut short");
    complaint(song(0, 96, {{0, 0xf0, 3, 1, 0x90, 0xf7}}), "status byte inside");
}

TEST_CASE("no file, however damaged, does more than being refused")
{
    const Bytes whole =
        song(1, 96,
             {track({{0, 0xff, 0x51, 3, 0x0f, 0x42, 0x40}, {0, 0xff, 0x58, 4, 3, 2, 24, 8}}),
              track({{0, 0x90, 60, 1}, {0x60, 60, 0}, {0, 0xf0, 3, 1, 2, 0xf7}, {0, 0xb0, 7, 1}})});
    std::mt19937 random(3);
    unsigned accepted = 0;
    for (int round = 0; round < 50'000; ++round) {
        Bytes file = whole;
        for (unsigned i = 0; i < 1 + random() % 6; ++i)
            file[random() % file.size()] = static_cast<std::uint8_t>(random());
        if (random() % 4 == 0)
            file.resize(random() % file.size());
        try {
            const auto parsed = MidiFile::parse(file);
            ++accepted;
            double last = 0;
            for (const auto& event : parsed.events()) {
                REQUIRE(event.seconds >= last);
                last = event.seconds;
                const auto bytes = parsed.bytes(event);
                REQUIRE(bytes.size() >= 2);
                REQUIRE(bytes[0] >= 0x80);
            }
            REQUIRE(parsed.seconds() >= last);
            const auto transport = parsed.transport_at(parsed.seconds(), 48000);
            REQUIRE(transport.tempo > 0);
            REQUIRE(transport.denominator > 0);
            REQUIRE(transport.bar_start <= transport.quarter_position + 1e-6);
        } catch (const MidiFileError&) {
        }
    }
    CHECK(accepted > 1000);
}
