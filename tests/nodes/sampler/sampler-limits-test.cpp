// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/sampler-setup.hpp"
#include "tests/nodes/sampler/support.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>
#include <vector>

using namespace decant::sampler;
using namespace decant::sampler::test;
using Catch::Approx;

TEST_CASE("a full sampler steals the quietest released voice first, without a click")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(sine(100, 48'000, 96'000, 0.5f), {.bits = 32}));
    Player player(
        instrument(directory, "<region> sample=a.wav pitch_keytrack=0 ampeg_attack=0.02 ampeg_release=5"),
        {.polyphony = 4});
    std::vector<At> events;
    for (int note = 0; note < 4; ++note)
        events.push_back(note_on(static_cast<std::uint32_t>(100 * note), 60 + note, 100 - 10 * note));
    events.push_back(note_off(4000, 61));
    events.push_back(note_on(8000, 70)); // takes 61's voice, although 63 is quieter
    const auto sound = player.render(20'000, events);
    CHECK(player.sampler.stats().active_voices == 4);
    CHECK(player.sampler.stats().peak_voices == 4);
    CHECK(player.sampler.stats().steals == 1);
    CHECK(largest_step(sound.left) < 0.05f);
    player.render(48'000, {note_off(0, 60), note_off(0, 62), note_off(0, 63), note_off(0, 70)});
}

TEST_CASE("a storm of notes on few voices neither clicks nor loses count")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(sine(60, 48'000, 96'000, 0.5f), {.bits = 32}));
    Player player(
        instrument(directory, "<region> sample=a.wav pitch_keytrack=0 ampeg_attack=0.05 amp_veltrack=0"),
        {.polyphony = 8});
    std::vector<At> events;
    for (std::uint32_t note = 0; note < 1000; ++note)
        events.push_back(note_on(note * 40, static_cast<int>(note % 128)));
    const auto sound = player.render(48'000, events);
    CHECK(player.sampler.stats().steals == 992);
    CHECK(player.sampler.stats().peak_voices == 8);
    CHECK(player.sampler.stats().active_voices == 8);
    // Eight voices and a few fading ones of 60 Hz; an abrupt end would be a step of up to 0.35.
    CHECK(largest_step(sound.left) < 0.08f);
}

TEST_CASE("a note with more regions than voices takes what there is")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(constant(0.01f, 480)));
    std::string sfz;
    for (int region = 0; region < 100; ++region)
        sfz += "<region> sample=a.wav\n";
    Player player(instrument(directory, sfz), {.polyphony = 10});
    player.render(100, {note_on(0, 60)});
    CHECK(player.sampler.stats().active_voices == 10);
    CHECK(player.sampler.stats().steals == 0);
}

TEST_CASE("a rate that changes between blocks changes neither pitch nor envelope and does not click")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(sine(440, 44'100, 44'100 * 20), {.rate = 44'100}));
    Player player(instrument(directory, "<region> sample=a.wav pitch_keycenter=60 ampeg_release=0.5"));
    player.render(4800, {note_on(0, 60)});
    float last = player.render(1).left[0];
    unsigned last_rate = player.rate;
    for (const unsigned rate : {96'000u, 44'100u, 8'000u, 192'000u, 48'000u, 1u, 768'000u, 48'000u}) {
        player.rate = rate;
        const auto sound = player.render(std::max(rate / 2, 16u));
        if (rate >= 8'000) {
            CHECK(frequency_of(sound.left, rate) == Approx(440).epsilon(1e-3));
            // The first frame is where the last one's rate led.
            if (last_rate >= 8'000)
                CHECK(std::abs(sound.left[0] - last) <
                      1.1 * 0.5 * centre * 2 * std::numbers::pi * 440 / static_cast<double>(last_rate));
        }
        last = sound.left.back();
        last_rate = rate;
    }
    player.rate = 0;
    CHECK(is_zero(player.render(100).left));
    player.rate = 48'000;
    player.render(100, {note_off(0, 60)});
    player.rate = 96'000;
    player.render(96'000 * 52 / 100);
    CHECK(player.sampler.stats().active_voices == 0);
}

TEST_CASE("an instrument is exchanged under sounding notes and the old one freed by the main side")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(constant(0.25f, 480'000)));
    directory.write("b.wav", wav(constant(0.75f, 480'000)));
    auto first = load_instrument(directory / "a.wav").instrument;
    const std::weak_ptr<const Instrument> watched = first;
    Player player;
    player.sampler.play(std::move(first));
    player.render(1000, {note_on(0, 60)});

    player.sampler.play(load_instrument(directory / "b.wav").instrument);
    const auto sound = player.render(2000, {note_on(1000, 62)});
    CHECK(sound.left[900] == Approx(0.25f * centre));
    CHECK(sound.left[1900] == Approx(1.0f * centre));
    player.sampler.collect();
    CHECK_FALSE(watched.expired());

    player.render(2000, {note_off(0, 60)});
    CHECK(player.sampler.stats().active_voices == 1);
    player.render(10);
    CHECK_FALSE(watched.expired());
    player.sampler.collect();
    CHECK(watched.expired());
}

TEST_CASE("many instruments in a row, each with a sounding note, all sound and are all freed")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(constant(0.01f, 4'800'000)));
    std::vector<std::weak_ptr<const Instrument>> watched;
    Player player;
    for (int number = 0; number < 20; ++number) {
        auto instrument = load_instrument(directory / "a.wav").instrument;
        watched.push_back(instrument);
        player.sampler.play(std::move(instrument));
        player.render(100, {note_on(0, 40 + number)});
    }
    CHECK(player.sampler.stats().active_voices == 20);
    player.render(1000, {control(0, 120, 0)});
    for (int round = 0; round < 20; ++round) {
        player.sampler.collect();
        player.render(10);
    }
    player.sampler.collect();
    for (std::size_t number = 0; number + 1 < watched.size(); ++number)
        CHECK(watched[number].expired());
    CHECK_FALSE(watched.back().expired());
}

TEST_CASE("events from another thread play in the next block and a full queue counts what it drops")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(constant(0.5f, 48'000)));
    Player player(instrument(directory, "<region> sample=a.wav"), {.polyphony = 8, .queue_length = 4});
    CHECK(player.sampler.note_on(0, 60, 127));
    CHECK(player.render(100).left[0] == Approx(0.5f * centre));
    CHECK(player.sampler.note_off(0, 60));
    CHECK(is_zero(part(player.render(200).left, 60, 200)));

    int accepted = 0;
    for (unsigned note = 0; note < 10; ++note)
        accepted += player.sampler.note_on(0, 60 + note, 127) ? 1 : 0;
    CHECK(accepted == 4);
    CHECK(player.sampler.stats().events_dropped == 6);
    CHECK_FALSE(player.sampler.note_on(16, 60, 100));
    CHECK_FALSE(player.sampler.note_on(0, 128, 100));
    CHECK_FALSE(player.sampler.note_on(0, 60, 128));
    CHECK(player.sampler.stats().events_dropped == 6);
}

TEST_CASE("options out of range and no instrument are refused")
{
    CHECK_THROWS_AS(Sampler().play(nullptr), std::invalid_argument);
    CHECK_THROWS_AS(Sampler({.polyphony = 0}), std::invalid_argument);
    CHECK_THROWS_AS(Sampler({.polyphony = 1'000'000}), std::invalid_argument);
    CHECK_THROWS_AS(Sampler({.queue_length = 0}), std::invalid_argument);
}
