// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What no program should pass: each is refused, with the range in words.

#include "tests/midi-sampler/world.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <thread>
#include <vector>

using namespace decant::midi_sampler::test;
using namespace decant::sampler::test;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

namespace
{

using Bytes = std::vector<std::uint8_t>;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr std::array absurd{1e30F, -1e30F, nan, infinity, -infinity};

/// Whether it was refused, and the text has this in it.
bool is_refused(ms_result_t result, const std::string& text)
{
    UNSCOPED_INFO(result << ": " << ms_last_error());
    return result == MS_ERROR_ARGUMENT && std::string(ms_last_error()).find(text) != std::string::npos;
}

} // namespace

TEST_CASE("numbers of events that are out of range are refused with the range")
{
    const World world;
    ms_instrument_t* const instrument = world.instrument;
    ms_note_t note = 77;
    for (const std::uint8_t data : Bytes{128, 255}) {
        CHECK(is_refused(ms_note_on(instrument, data, 1, &note), "give 0 to 127"));
        CHECK(is_refused(ms_note_on(instrument, 60, data, &note), "give 0 to 127"));
        CHECK(is_refused(ms_note_off(instrument, data), "give 0 to 127"));
        CHECK(is_refused(ms_control_change(instrument, 1, data), "values 0 to 127"));
    }
    CHECK(note == 77);
    CHECK(is_refused(ms_control_change(instrument, 120, 0), "controllers 0 to 119"));
    for (const int bend : {-8193, 8192, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()})
        CHECK(is_refused(ms_pitch_bend(instrument, bend), "give -8192 to 8191"));

    for (const float cents : absurd)
        CHECK(is_refused(ms_note_pitch(instrument, 1, cents), "give -12700 to 12700 cents"));
    CHECK(is_refused(ms_note_pitch(instrument, 1, 12'701), "give -12700 to 12700 cents"));
    CHECK(ms_note_pitch(instrument, 1, -12'700) == MS_OK);
    CHECK(is_refused(ms_note_pitch(instrument, 0, 0), "0 is no note"));
    for (const float decibels : absurd) {
        CHECK(is_refused(ms_note_volume(instrument, 1, decibels), "give -144 to 24 dB"));
        CHECK(is_refused(ms_sampler_set_volume(world.sampler, decibels),
                         "ms_sampler_set_volume() is out of range; give -144 to 24 dB"));
    }
    CHECK(is_refused(ms_note_volume(instrument, 0, 0), "0 is no note"));
    for (const double tempo : {0.0, 1e30, static_cast<double>(nan)}) {
        const ms_transport_t song{.tempo = tempo, .position = 0, .playing = 1};
        CHECK(is_refused(ms_set_transport(world.sampler, &song), "give 1 to 10000 quarter notes per minute"));
    }
    const ms_transport_t far_away{.tempo = 120, .position = 1e30, .playing = 1};
    CHECK(is_refused(ms_set_transport(world.sampler, &far_away), "give -1e9 to 1e9 quarter notes"));
}

TEST_CASE("what is null is refused by every function, and those that give texts have one")
{
    const World world;
    const std::uint32_t word = 0x20903c7f;
    const Bytes message{0x90, 60, 127};
    const ms_transport_t song{.tempo = 120, .position = 0, .playing = 0};
    ms_statistics_t statistics{};
    CHECK(is_refused(ms_note_on(nullptr, 60, 1, nullptr), "ms_note_on() needs"));
    CHECK(is_refused(ms_note_off(nullptr, 60), "ms_note_off() needs"));
    CHECK(is_refused(ms_note_pitch(nullptr, 1, 0), "ms_note_pitch() needs"));
    CHECK(is_refused(ms_note_volume(nullptr, 1, 0), "ms_note_volume() needs"));
    CHECK(is_refused(ms_control_change(nullptr, 1, 0), "ms_control_change() needs"));
    CHECK(is_refused(ms_pitch_bend(nullptr, 0), "ms_pitch_bend() needs"));
    CHECK(is_refused(ms_all_notes_off(nullptr), "ms_all_notes_off() needs"));
    CHECK(is_refused(ms_all_sound_off(nullptr), "ms_all_sound_off() needs"));
    CHECK(is_refused(ms_send_midi(nullptr, 0, message.data(), message.size()),
                     "ms_send_midi() needs an instrument, and a message"));
    CHECK(is_refused(ms_send_midi(world.instrument, 0, nullptr, 3),
                     "ms_send_midi() needs an instrument, and a message"));
    CHECK(is_refused(ms_send_ump(nullptr, 0, &word, 1), "ms_send_ump() needs an instrument, and a packet"));
    CHECK(is_refused(ms_send_ump(world.instrument, 0, nullptr, 1),
                     "ms_send_ump() needs an instrument, and a packet"));
    CHECK(is_refused(ms_set_transport(nullptr, &song), "ms_set_transport() needs"));
    CHECK(is_refused(ms_set_transport(world.sampler, nullptr), "ms_set_transport() needs"));
    CHECK(is_refused(ms_sampler_set_offline(nullptr, 1), "ms_sampler_set_offline() needs"));
    CHECK(is_refused(ms_process(nullptr, nullptr, 0), "ms_process() needs"));
    CHECK(is_refused(ms_process(world.sampler, nullptr, 1), "ms_process() needs"));
    CHECK(is_refused(ms_get_stats(nullptr, nullptr, nullptr), "ms_get_stats() needs"));
    CHECK(
        is_refused(ms_get_statistics(nullptr, &statistics, sizeof statistics), "ms_get_statistics() needs"));
    CHECK(is_refused(ms_get_statistics(world.sampler, nullptr, sizeof statistics),
                     "ms_get_statistics() needs"));
    CHECK(is_refused(ms_sampler_enable_rt(nullptr, 1), "ms_sampler_enable_rt() needs"));
    CHECK(is_refused(ms_sampler_set_quality(nullptr, MS_QUALITY_LINEAR), "ms_sampler_set_quality() needs"));
    CHECK(is_refused(ms_sampler_set_volume(nullptr, 0), "ms_sampler_set_volume() needs"));
    CHECK(is_refused(ms_instrument_load(nullptr, "a.wav"), "ms_instrument_load() needs"));
    CHECK(is_refused(ms_instrument_load(world.instrument, nullptr), "ms_instrument_load() needs"));
    CHECK(is_refused(ms_instrument_load_sample(nullptr, "a.wav", nullptr),
                     "ms_instrument_load_sample() needs"));
    CHECK(is_refused(ms_instrument_load_sample(world.instrument, nullptr, nullptr),
                     "ms_instrument_load_sample() needs"));
    CHECK(is_refused(ms_instrument_create(world.sampler, "Name", nullptr), "ms_instrument_create() needs"));
    CHECK(std::string(ms_instrument_name(nullptr)).empty());
    CHECK(ms_instrument_problem(nullptr, 0) == nullptr);
    CHECK(ms_instrument_problem(world.instrument, SIZE_MAX) == nullptr);
    std::thread([] { CHECK(std::string(ms_last_error()).empty()); }).join();
}

TEST_CASE("a size that no statistics have is refused")
{
    const World world;
    ms_statistics_t statistics{};
    for (const std::size_t size : {std::size_t{0}, std::size_t{4097}, SIZE_MAX})
        CHECK(is_refused(ms_get_statistics(world.sampler, &statistics, size), "1 to 4096"));
}

TEST_CASE("a MIDI message that is cut short, or belongs to no channel, is refused")
{
    const World world;
    const auto sent = [&](Bytes bytes, std::uint32_t frame = 0) {
        return ms_send_midi(world.instrument, frame, bytes.data(), bytes.size());
    };
    for (const std::uint8_t status : Bytes{0x80, 0x90, 0xa0, 0xb0, 0xe0}) {
        CHECK(is_refused(sent({status, 60}), "cut short"));
        CHECK(is_refused(sent({status, 60, 128}), "data of ms_send_midi() is out of range; give 0 to 127"));
        CHECK(sent({status, 60, 127}) == MS_OK);
    }
    for (const std::uint8_t status : Bytes{0xc0, 0xdf}) {
        CHECK(sent({status, 60}) == MS_OK);
        CHECK(sent({status, 60, 0xff}) == MS_OK);
        CHECK(is_refused(sent({status, 128}), "give 0 to 127"));
    }
    for (const Bytes& none : std::vector<Bytes>{{0x90}, {60, 60, 60}, {0xf8, 0}, {0x90, 60, 60, 60}})
        CHECK(is_refused(sent(none), "a status of 0x80 to 0xef"));
    CHECK(is_refused(sent({0x90, 60, 127}, 8192),
                     "the frame of ms_send_midi() is out of range; give 0 to 8191"));
}

TEST_CASE("the ends of a range in a sample's metadata are told together")
{
    World world;
    const auto path = world.file(constant(0.5F, 4800));
    const auto loaded = [&](const ms_sample_metadata_t& metadata) {
        return ms_instrument_load_sample(world.instrument, path.c_str(), &metadata);
    };
    CHECK(is_refused(loaded({.root_note = 60, .low_note = 50}),
                     "high_note of the metadata is 0 where low_note is 50; give 50 to 127, or 0 for both"));
    CHECK(is_refused(loaded({.root_note = 60, .low_note = 50, .high_note = 49}), "give 50 to 127"));
    CHECK(is_refused(loaded({.root_note = 60, .low_note = 50, .high_note = 128}), "give 50 to 127"));
    CHECK(is_refused(loaded({.root_note = 60, .low_note = 255}),
                     "low_note of the metadata is 255; give 0 to 127"));
    CHECK(is_refused(
        loaded({.root_note = 60, .low_velocity = 64}),
        "high_velocity of the metadata is 0 where low_velocity is 64; give 64 to 127, or 0 for both"));
    CHECK(is_refused(loaded({.root_note = 60, .loop_start = 9}), "give 10 to 1073741823, or 0 for both"));
    CHECK(is_refused(loaded({.root_note = 60, .loop_start = UINT64_MAX, .loop_end = UINT64_MAX}),
                     "loop_start of the metadata is 18446744073709551615; give 0 to 1073741822"));
    CHECK(is_refused(loaded({.root_note = 128}), "root_note of the metadata is 128; give 0 to 127"));
    for (const float number : absurd) {
        CHECK(is_refused(loaded({.tune_cents = number}), "give -9600 to 9600"));
        CHECK(is_refused(loaded({.volume_db = number}), "give -144 to 24"));
        CHECK(is_refused(loaded({.pan = number}), "give -1 to 1"));
        CHECK(is_refused(loaded({.attack_seconds = number}), "give 0 to 100"));
        CHECK(is_refused(loaded({.decay_seconds = number}), "give 0 to 100"));
        CHECK(is_refused(loaded({.sustain_level = number}), "give 0 to 1"));
        CHECK(is_refused(loaded({.release_seconds = number}), "give 0 to 100"));
    }
    CHECK(loaded({.root_note = 60, .high_note = 60, .high_velocity = 64}) == MS_OK); // from 0 on
    REQUIRE(ms_note_on(world.instrument, 60, 64, nullptr) == MS_OK);
    CHECK_FALSE(is_zero(world.left(100)));
}

TEST_CASE("an empty path is told as one, by the function that got it")
{
    const World world;
    CHECK(ms_instrument_load(world.instrument, "") == MS_ERROR_FILE);
    CHECK_THAT(ms_last_error(), ContainsSubstring("path of ms_instrument_load() is empty; name a file"));
    CHECK(ms_instrument_load_sample(world.instrument, "", nullptr) == MS_ERROR_FILE);
    CHECK_THAT(ms_last_error(),
               ContainsSubstring("path of ms_instrument_load_sample() is empty; name a file"));
}

TEST_CASE("a text that is too long begins with a whole character, and with the next byte if it has none")
{
    const World world;
    const std::string end =
        ": cannot be looked at (File name too long); check the path, and the permissions of its directories";
    const auto shown = [&](const std::string& path) {
        CHECK(ms_instrument_load(world.instrument, path.c_str()) == MS_ERROR_FILE);
        const std::string text = ms_last_error();
        REQUIRE(text.ends_with(end));
        return text.substr(0, text.size() - end.size());
    };
    for (const std::string character : {"ä", "€", "𝄞"}) {
        std::string path;
        while (path.size() < 5000)
            path += character;
        for (std::size_t more = 0; more < character.size(); ++more) {
            const std::string text = shown(path + std::string(more, 'a'));
            INFO(text);
            CHECK(text.starts_with(character));
            CHECK(text.size() + end.size() > 1023 - character.size());
        }
    }
    CHECK(shown(std::string(5000, '\x80')).size() + end.size() >= 1020); // of no character's
}

TEST_CASE("of a path that is longer than any, what is wrong with it is said all the same")
{
    const World world;
    const std::string path(100'000, 'a');
    CHECK(ms_instrument_load(world.instrument, path.c_str()) == MS_ERROR_FILE);
    CHECK_THAT(ms_last_error(),
               ContainsSubstring("aaa: cannot be looked at (File name too long); check the path"));
}

TEST_CASE("a directory is not said to be missing")
{
    const World world;
    const std::string directory = (world.directory / "").string();
    CHECK(ms_instrument_load(world.instrument, directory.c_str()) == MS_ERROR_FILE);
    CHECK_THAT(ms_last_error(), ContainsSubstring("this is a directory; name a file in it"));
    CHECK(ms_instrument_load_sample(world.instrument, directory.c_str(), nullptr) == MS_ERROR_FILE);
    CHECK_THAT(ms_last_error(), ContainsSubstring("this is a directory; name a file in it"));
}

TEST_CASE("all notes off lets go of every pedal, whichever the instrument has")
{
    World world;
    static_cast<void>(world.file(constant(0.5F, 480'000)));
    for (const std::string pedal : {"sustain_cc=64", "sustain_cc=90", "sostenuto_cc=66", "sostenuto_cc=91"}) {
        INFO(pedal);
        const auto path = world.directory.write("a.sfz", "<region> sample=a.wav " + pedal + "\n");
        REQUIRE(ms_instrument_load(world.instrument, path.c_str()) == MS_OK);
        REQUIRE(ms_note_on(world.instrument, 60, 127, nullptr) == MS_OK);
        const auto control = static_cast<std::uint8_t>(std::stoi(pedal.substr(pedal.size() - 2)));
        REQUIRE(ms_control_change(world.instrument, control, 127) == MS_OK);
        REQUIRE(ms_note_off(world.instrument, 60) == MS_OK);
        CHECK(world.left(4800).back() == Approx(0.5F * centre));
        REQUIRE(ms_all_notes_off(world.instrument) == MS_OK);
        static_cast<void>(world.left(4800));
        CHECK(is_zero(world.left(100)));
    }
}

TEST_CASE("a velocity of 0 writes no note, and a full queue says so in words")
{
    World world;
    ms_note_t note = 77;
    CHECK(ms_note_on(world.instrument, 60, 0, &note) == MS_OK);
    CHECK(note == 0);
    ms_result_t result = MS_OK;
    for (int sent = 0; sent < 10'000 && result == MS_OK; ++sent)
        result = ms_note_off(world.instrument, 60);
    CHECK(result == MS_ERROR_FULL);
    CHECK_THAT(ms_last_error(),
               ContainsSubstring("fewer events than 4096 between two calls of ms_process()"));
    const ms_transport_t song{.tempo = 120, .position = 0, .playing = 0};
    for (int sent = 0; sent < 10'000 && (result == MS_OK || sent == 0); ++sent)
        result = ms_set_transport(world.sampler, &song);
    CHECK(result == MS_ERROR_FULL);
    CHECK_THAT(ms_last_error(), ContainsSubstring("set it once for each block"));
}
