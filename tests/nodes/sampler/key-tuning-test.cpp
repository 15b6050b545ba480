// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/key-tuning.hpp"
#include "tests/nodes/sampler/support.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <cmath>
#include <memory>
#include <string>
#include <tuple>

using namespace decant::sampler;
using namespace decant::sampler::test;
using Catch::Approx;

namespace
{

constexpr unsigned rate = 48'000;

const char* const just = "! just.scl\n"
                         "!\n"
                         "Just intonation, five notes\n"
                         " 5\n"
                         "!\n"
                         " 9/8      a whole tone\n"
                         " 5/4\n"
                         " 701.955 cents\n"
                         " 5/3\n"
                         " 2\n";

double hertz(const KeyTuning& tuning, std::size_t key)
{
    return 440 * std::exp2((tuning.cents[key] - 6900) / 1200);
}

} // namespace

TEST_CASE("without a scale and a map the keys are those of the equal temperament")
{
    const KeyTuning tuning = load_key_tuning({}, {});
    CHECK(tuning.mapped.all());
    for (std::size_t key = 0; key < 128; ++key)
        CHECK(tuning.cents[key] == Approx(100.0 * static_cast<double>(key)).margin(1e-6));
}

TEST_CASE("a scale begins on key 60 and repeats with its last note, upward and downward")
{
    const TemporaryDirectory directory;
    const KeyTuning tuning = load_key_tuning(directory.write("just.scl", just), {});
    const double c = hertz(tuning, 60);
    CHECK(c == Approx(261.6256).epsilon(1e-6));
    CHECK(hertz(tuning, 61) / c == Approx(9.0 / 8));
    CHECK(hertz(tuning, 63) / c == Approx(3.0 / 2).epsilon(1e-6));
    CHECK(hertz(tuning, 65) / c == Approx(2));
    CHECK(hertz(tuning, 67) / c == Approx(5.0 / 2));
    CHECK(hertz(tuning, 59) / c == Approx(5.0 / 6));
    CHECK(hertz(tuning, 55) / c == Approx(0.5));
    CHECK(hertz(tuning, 54) / c == Approx(5.0 / 12));
}

TEST_CASE("a keyboard map says which keys play which degrees, how high, and which play nothing")
{
    const TemporaryDirectory directory;
    // The white keys of an octave, from c to a; keys from 36 to 96.
    const auto map =
        directory.write("white.kbm", "! white.kbm\r\n12\r\n36\r\n96\r\n60\r\n69\r\n432.0\r\n5\r\n"
                                     "0\r\nx\r\n1\r\nx\r\n2\r\nx\r\nx\r\n3\r\nx\r\n4\r\n");
    const KeyTuning tuning = load_key_tuning(directory.write("just.scl", just), map);
    CHECK(hertz(tuning, 69) == Approx(432));
    CHECK(hertz(tuning, 60) == Approx(432 * 3.0 / 5));
    CHECK(hertz(tuning, 72) == Approx(2 * 432 * 3.0 / 5));
    CHECK(hertz(tuning, 55) == Approx(432 * 3.0 / 5 * 3 / 4).epsilon(1e-6));
    for (const std::size_t key : {61U, 65U, 70U, 71U, 35U, 97U, 24U}) // also those that the map leaves out
        CHECK_FALSE(tuning.mapped[key]);
    for (const std::size_t key : {60U, 62U, 64U, 67U, 69U, 36U, 96U})
        CHECK(tuning.mapped[key]);
    // A map alone moves the equal temperament.
    const KeyTuning baroque =
        load_key_tuning({}, directory.write("a415.kbm", "0\n0\n127\n60\n69\n415.0\n0\n"));
    CHECK(hertz(baroque, 69) == Approx(415));
    CHECK(hertz(baroque, 81) == Approx(830));
}

TEST_CASE("what is wrong in a scale or map is named with its line and the remedy")
{
    const TemporaryDirectory directory;
    const std::tuple<std::string, std::string, std::string> wrong[] = {
        {"a.scl", "", "a.scl:1: the file is empty"},
        {"a.scl", "Name\n", "a.scl:1: the file ends where number of notes should be"},
        {"a.scl", "Name\n 0\n", "a.scl:2: '0' is no number of notes; write a whole number from 1 to 4096"},
        {"a.scl", "Name\nmany\n", "a.scl:2: 'many' is no number of notes"},
        {"a.scl", "Name\n99999999999\n", "a.scl:2: '99999999999' is no number"},
        {"a.scl", "! first\nName\n2\n3/2\n! between\n3/0\n", "a.scl:6: '3/0' is no pitch; write cents"},
        {"a.scl", "Name\n1\n-3/2\n", "a.scl:3: '-3/2' is no pitch"},
        {"a.scl", "Name\n1\n1e999.\n", "a.scl:3: '1e999.' is no pitch"},
        {"a.scl", "Name\n2\n3/2\n", "a.scl:3: the file ends where note 2 of 2 should be"},
        {"a.kbm", "12\n0\n200\n", "a.kbm:3: '200' is no last key; write a whole number from 0 to 127"},
        {"a.kbm", "0\n0\n127\n60\n69\nloud\n0\n", "a.kbm:6: 'loud' is no frequency; write one in Hz"},
        {"a.kbm", "2\n0\n127\n60\n60\n440\n0\n0\n?\n", "a.kbm:9: '?' is no degree"},
        {"a.kbm", "2\n0\n127\n60\n61\n440\n0\n0\nx\n", "key 61, which has the reference frequency"},
    };
    for (const auto& [name, text, message] : wrong) {
        INFO(text);
        const auto file = directory.write(name, text);
        const bool scale = name == "a.scl";
        CHECK_THROWS_WITH(load_key_tuning(scale ? file : "", scale ? "" : file),
                          Catch::Matchers::ContainsSubstring(message));
    }
    CHECK_THROWS_WITH(load_key_tuning(directory / "none.scl", {}),
                      Catch::Matchers::ContainsSubstring("there is no such file"));
}

TEST_CASE("an instrument is played in a scale, as far as its pitch follows the keys")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(sine(440, rate, 2 * rate), {.rate = rate, .bits = 32}));
    const auto tuning = std::make_shared<const KeyTuning>(
        load_key_tuning(directory.write("just.scl", just),
                        directory.write("gaps.kbm", "2\n0\n127\n60\n60\n440.0\n5\n0\nx\n")));
    const auto pitch = [&](const std::string& opcodes, int key) {
        Player player({.quality = Quality::sinc16});
        player.sampler.play(
            load_instrument(instrument(directory, "<region> sample=a.wav pitch_keycenter=69 " + opcodes))
                .instrument,
            tuning);
        return frequency_of(player.render(12'000, {note_on(0, key)}).left, rate);
    };
    CHECK(pitch("", 60) == Approx(440).epsilon(1e-4));
    CHECK(pitch("", 62) == Approx(880).epsilon(1e-4));
    CHECK(pitch("pitch_keytrack=0", 62) == Approx(440).epsilon(1e-4));

    Player player;
    player.sampler.play(load_instrument(instrument(directory, "<region> sample=a.wav")).instrument, tuning);
    CHECK(is_zero(player.render(1000, {note_on(0, 61), note_off(500, 61)}).left));
}
