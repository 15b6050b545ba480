// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What MIDI 2.0 says with more bits than MIDI 1.0, and of single notes.

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

At message(std::uint32_t frame, std::uint32_t first, std::uint32_t second)
{
    return {.frame = frame, .bytes = {}, .midi2 = {0x40000000 | first, second}};
}

At press(int key, std::uint32_t velocity = 0xffff, std::uint32_t frame = 10)
{
    return message(frame, 0x900000 | static_cast<std::uint32_t>(key) << 8, velocity << 16);
}

At lift(int key)
{
    return message(10, 0x800000 | static_cast<std::uint32_t>(key) << 8, 0x80000000);
}

At note_bend(int key, std::uint32_t value)
{
    return message(10, 0x600000 | static_cast<std::uint32_t>(key) << 8, value);
}

At note_control(int key, std::uint32_t control, std::uint32_t value)
{
    return message(10, static_cast<std::uint32_t>(key) << 8 | control, value);
}

At manage(int key, std::uint32_t flags)
{
    return message(5, 0xf00000 | static_cast<std::uint32_t>(key) << 8 | flags, 0);
}

// As senders make values of MIDI 1.0 longer: the bits below the first repeat.
std::uint32_t scaled_up(std::uint32_t value, unsigned bits)
{
    std::uint32_t scaled = value << (bits - 7);
    if (value <= 64)
        return scaled;
    for (int shift = static_cast<int>(bits) - 13; shift > -6; shift -= 6)
        scaled |= shift >= 0 ? (value & 63) << shift : (value & 63) >> -shift;
    return scaled;
}

class TonePlayer
{
    TemporaryDirectory directory_;

public:
    Player player{{.quality = Quality::sinc16}};

    explicit TonePlayer(const std::string& opcodes = {})
    {
        directory_.write("a.wav", wav(sine(440, rate, 4 * rate), {.rate = rate, .bits = 32}));
        player.sampler.play(
            load_instrument(instrument(directory_, "<region> sample=a.wav pitch_keycenter=69 " + opcodes))
                .instrument);
    }

    void send(const std::vector<At>& events) { static_cast<void>(player.render(2000, events)); }
    double pitch(const std::vector<At>& events)
    {
        send(events);
        return frequency_of(player.render(12'000).left, rate);
    }
    double level(const std::vector<At>& events)
    {
        send(events);
        return static_cast<double>(peak(player.render(2000).left) / (0.5f * centre));
    }
};

double semitones(double count)
{
    return 440 * std::exp2(count / 12);
}

} // namespace

TEST_CASE("a velocity of MIDI 2.0 is as loud as its 16 bits say, and the softest is a note")
{
    for (const int velocity : {1, 64, 65, 100, 127}) {
        INFO(velocity);
        const double wanted = std::pow(velocity / 127.0, 2);
        CHECK(TonePlayer("ampeg_release=0")
                  .level({press(69, scaled_up(static_cast<std::uint32_t>(velocity), 16))}) ==
              Approx(wanted).epsilon(1e-3).margin(1e-6));
    }
    // Half a step above 64, which MIDI 1.0 does not have.
    const double between = TonePlayer().level({press(69, 0x8000 + 260)});
    CHECK(between == Approx(std::pow(64.5 / 127, 2)).epsilon(1e-3));
    CHECK(TonePlayer("amp_veltrack=0").level({press(69, 0)}) == Approx(1).epsilon(1e-3));
    CHECK(TonePlayer("amp_velcurve_64=0.5 amp_velcurve_65=0.7").level({press(69, 0x8000 + 260)}) ==
          Approx(0.6).epsilon(1e-2));
}

TEST_CASE("a velocity of MIDI 1.0 finds its region again, and one between two belongs to the lower")
{
    for (const std::uint32_t velocity : {1U, 2U, 63U, 64U, 65U, 66U, 100U, 126U, 127U}) {
        INFO(velocity);
        const std::string own = std::to_string(velocity);
        TonePlayer only("amp_veltrack=0 lovel=" + own + " hivel=" + own);
        CHECK(only.level({press(69, scaled_up(velocity, 16))}) > 0.9);
    }
    TonePlayer layer("amp_veltrack=0 lovel=64 hivel=64");
    CHECK(layer.level({press(69, 0x8000 + 400)}) > 0.9);
    CHECK(TonePlayer("amp_veltrack=0 lovel=65").level({press(69, 0x8000 + 400)}) == 0);
    const At pressure = message(0, 0xd00000, 0x80000000 + 0x1000000);
    CHECK(TonePlayer("amp_veltrack=0 lochanaft=64 hichanaft=64").level({pressure, press(69)}) > 0.9);
    CHECK(TonePlayer("amp_veltrack=0 lochanaft=65").level({pressure, press(69)}) == 0);
}

TEST_CASE("controllers, pressure and bends have all of their 32 bits")
{
    const std::string straight = "amp_veltrack=0 amplitude_oncc20=100 amplitude_oncc129=100 "
                                 "amplitude_oncc130=100";
    const double wanted = (64 + 0.25) / 127;
    const auto value = 0x80000000 + static_cast<std::uint32_t>(0.25 / 63 * 0x7fffffff);
    TonePlayer tone(straight);
    tone.send({message(0, 0xb01400, 0xffffffff), message(0, 0xd00000, 0xffffffff), press(69)});
    CHECK(tone.level({message(0, 0xa04500, value)}) == Approx(wanted).epsilon(1e-4));
    tone.send({message(0, 0xa04500, 0xffffffff)});
    CHECK(tone.level({message(0, 0xb01400, value)}) == Approx(wanted).epsilon(1e-4));
    tone.send({message(0, 0xb01400, 0xffffffff)});
    CHECK(tone.level({message(0, 0xd00000, value)}) == Approx(wanted).epsilon(1e-4));

    TonePlayer bent("bend_up=1200 bend_down=-1200");
    CHECK(bent.pitch({press(69), message(0, 0xe00000, 0xffffffff)}) == Approx(880).epsilon(1e-4));
    CHECK(bent.pitch({message(0, 0xe00000, 0)}) == Approx(220).epsilon(1e-4));
    CHECK(bent.pitch({message(0, 0xe00000, 0x80000000)}) == Approx(440).epsilon(1e-4));
    CHECK(bent.pitch({message(0, 0xe00000, 0xc0000000)}) == Approx(semitones(6)).epsilon(1e-4));
}

TEST_CASE("a note is bent alone, as far as its channel says")
{
    TonePlayer tone;
    CHECK(tone.pitch({press(69), note_bend(70, 0), note_bend(69, 0xa0000000)}) ==
          Approx(semitones(12)).epsilon(1e-4));
    CHECK(tone.pitch({note_bend(69, 0)}) == Approx(semitones(-48)).epsilon(1e-3));
    // Registered controller 7: 12 semitones and 50 cents.
    CHECK(tone.pitch({message(0, 0x200007, 12U << 25 | 50U << 18), note_bend(69, 0xc0000000)}) ==
          Approx(semitones(6.25)).epsilon(1e-3));
    CHECK(tone.pitch({manage(69, 1)}) == Approx(440).epsilon(1e-4));
}

TEST_CASE("a note has the pitch that it is given, when it begins or while it sounds")
{
    TonePlayer tone;
    // The attribute of the beginning counts for that note alone.
    CHECK(tone.pitch({message(10, 0x904503, 0xffff0000 | (72 << 9 | 256))}) ==
          Approx(semitones(3.5)).epsilon(1e-4));
    tone.send({lift(69)});
    CHECK(tone.pitch({press(69)}) == Approx(440).epsilon(1e-4));
    CHECK(tone.pitch({note_control(69, 3, 57U << 25 | 1U << 24)}) == Approx(semitones(-11.5)).epsilon(1e-3));
    tone.send({lift(69)});
    CHECK(tone.pitch({press(69)}) == Approx(semitones(-11.5)).epsilon(1e-3));
    // All controllers back.
    CHECK(tone.pitch({message(10, 0xb07900, 0)}) == Approx(440).epsilon(1e-4));
}

TEST_CASE("a note is as loud as its own volume and expression say")
{
    TonePlayer tone;
    tone.send({press(69)});
    CHECK(tone.level({note_control(69, 7, 0x80000000)}) == Approx(std::pow(64.0 / 127, 2)).epsilon(1e-3));
    CHECK(tone.level({note_control(69, 11, 0)}) == 0);
    CHECK(tone.level({note_control(69, 11, 0xffffffff), note_control(69, 7, 0xffffffff)}) ==
          Approx(1).epsilon(1e-3));
}

TEST_CASE("a note that is detached keeps what it has when its key begins anew")
{
    TonePlayer tone("ampeg_release=5 ampeg_release_shape=0");
    tone.send({press(69), note_bend(69, 0xa0000000)});
    tone.send({lift(69), manage(69, 2 | 1)});
    tone.send({note_bend(69, 0)});
    CHECK(frequency_of(tone.player.render(12'000).left, rate) == Approx(semitones(12)).epsilon(1e-4));
}

TEST_CASE("the notes of a transposed keyboard are bent under the keys that are pressed")
{
    TonePlayer tone;
    tone.player.sampler.set_transposition(12);
    CHECK(tone.pitch({note_bend(69, 0x90000000), press(69)}) == Approx(semitones(18)).epsilon(1e-4));
    CHECK(tone.pitch({note_bend(69, 0x80000000)}) == Approx(880).epsilon(1e-4));
    tone.send({lift(69)});
    CHECK(is_zero(tone.player.render(1000).left));
}

TEST_CASE("any message of MIDI 2.0 is played or left alone")
{
    TonePlayer tone("cutoff=1000 cutoff_oncc20=1200");
    std::uint32_t random = 1;
    for (int block = 0; block < 200; ++block) {
        std::vector<At> events;
        for (std::uint32_t frame = 0; frame < 256; frame += 16) {
            for (int i = 0; i < 2; ++i)
                random = random * 1'664'525 + 1'013'904'223;
            const std::uint32_t first = random;
            random = random * 1'664'525 + 1'013'904'223;
            events.push_back(message(frame, first & 0xffffff, random));
        }
        const Sound sound = tone.player.render(256, events);
        for (const float sample : sound.left)
            REQUIRE(std::isfinite(sample));
    }
}

TEST_CASE("a controller of a note alone is that of its channel for what the instrument does with it")
{
    TonePlayer player("tune_oncc74=1200");
    CHECK(player.pitch({press(69)}) == Approx(440).epsilon(1e-4));
    CHECK(player.pitch({note_control(69, 74, 0xffffffff)}) == Approx(semitones(12)).epsilon(1e-4));
    // The channel's own moves it no more, nor does another note's.
    CHECK(player.pitch({control(10, 74, 64), note_control(70, 74, 0)}) ==
          Approx(semitones(12)).epsilon(1e-4));
    // It stays with the key until it is reset.
    CHECK(player.pitch({lift(69), press(69, 0xffff, 500)}) == Approx(semitones(12)).epsilon(1e-4));
    CHECK(player.pitch({manage(69, 1)}) == Approx(semitones(12.0 * 64 / 127)).epsilon(1e-4));
}

TEST_CASE("a note that is detached keeps its controllers, and its pan is its own")
{
    TonePlayer player("tune_oncc74=1200");
    CHECK(player.pitch({press(69), note_control(69, 74, 0xffffffff)}) == Approx(semitones(12)).epsilon(1e-4));
    CHECK(player.pitch({manage(69, 2), note_control(69, 74, 0)}) == Approx(semitones(12)).epsilon(1e-4));

    TonePlayer panned;
    panned.send({press(69), note_control(69, 10, 0)});
    const auto sound = panned.player.render(2000);
    CHECK(is_zero(sound.right));
    CHECK(peak(sound.left) == Approx(0.5f).epsilon(1e-3));
}
