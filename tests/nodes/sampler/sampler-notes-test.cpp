// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/sampler-setup.hpp"
#include "tests/nodes/sampler/support.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <vector>

using namespace decant::sampler;
using namespace decant::sampler::test;
using Catch::Approx;

TEST_CASE("a group is silenced by the group that its off_by names")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(constant(0.5f, 48'000)));
    const auto file = instrument(directory, "<group> sample=a.wav loop_mode=one_shot\n"
                                            "<region> key=46 group=1 off_by=1\n" // open hi-hat
                                            "<region> key=42 group=1 off_by=1 volume=-6.0206\n"
                                            "<region> key=50 group=2 off_by=1 off_mode=time off_time=0.5\n"
                                            "<region> key=51\n");
    Player player(file);
    const auto hats = player.render(10'000, {note_on(0, 46), note_on(5000, 42)});
    CHECK(hats.left[4990] == Approx(0.5f * centre));
    CHECK(hats.left[5000 + 300] == Approx(0.25f * centre).epsilon(1e-3)); // 6 ms later
    CHECK(largest_step(part(hats.left, 100, 10'000)) < 0.3f * centre);    // the new note's own start
    CHECK(player.sampler.stats().active_voices == 1);

    Player slow(file);
    const auto timed = slow.render(10'000, {note_on(0, 50), note_on(1000, 42)});
    CHECK(timed.left[2000] > 0.3f * centre);
    slow.render(48'000);
    CHECK(slow.sampler.stats().active_voices == 0);

    Player others(file);
    others.render(1000, {note_on(0, 51), note_on(10, 46), note_on(20, 50)});
    CHECK(others.sampler.stats().active_voices == 3);
}

TEST_CASE(
    "a region that does not sound, by end=-1 or *silence, silences others by its group and its polyphony")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(constant(0.5f, 48'000)));
    const auto file = instrument(directory, "<group> group=1 off_by=2\n"
                                            "<region> sample=a.wav key=60 loop_mode=one_shot\n"
                                            "<group> group=2\n"
                                            "<region> sample=a.wav key=62 end=-1\n"
                                            "<region> sample=*silence key=63\n"
                                            "<region> key=60 end=-1 trigger=release\n"
                                            "<group> group=1 polyphony=1\n"
                                            "<region> end=-1 key=64\n");
    CHECK(load_instrument(file).problems.empty());
    for (const At& end : {note_on(1000, 62), note_on(1000, 63), note_on(1000, 64), note_off(1000, 60)}) {
        Player player(file);
        const auto sound = player.render(2000, {note_on(0, 60), end});
        CHECK(sound.left[990] == Approx(0.5f * centre));
        CHECK(sound.left[1990] == 0);
        CHECK(player.sampler.stats().active_voices == 0);
    }
    Player player(file);
    const auto sound = player.render(2000, {note_on(0, 60), note_on(1000, 65)});
    CHECK(sound.left[1990] == Approx(0.5f * centre));
}

TEST_CASE("the regions of one note do not silence each other")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(constant(0.25f, 48'000)));
    Player player(instrument(directory, "<group> sample=a.wav group=1 off_by=1 <region> <region> <region>"));
    const auto sound = player.render(2000, {note_on(0, 60), note_on(1000, 62)});
    CHECK(sound.left[990] == Approx(0.75f * centre));
    CHECK(sound.left[1990] == Approx(0.75f * centre));
}

TEST_CASE("the pedal holds notes until it is lifted")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(constant(0.5f, 48'000)));
    Player player(instrument(directory, "<region> sample=a.wav"));
    const auto sound = player.render(12'000, {control(0, 64, 127), note_on(10, 60), note_off(1000, 60),
                                              note_on(2000, 62), control(8000, 64, 0)});
    CHECK(sound.left[1990] == Approx(0.5f * centre));
    CHECK(sound.left[7990] == Approx(1.0f * centre));
    CHECK(sound.left[9000] == Approx(0.5f * centre)); // 62 is still down
}

TEST_CASE("all-notes-off releases, all-sound-off silences, reset lifts the pedal and the bend")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(constant(0.5f, 480'000)));
    const auto file = instrument(directory, "<region> sample=a.wav ampeg_release=0.1");
    Player notes(file);
    const auto released = notes.render(10'000, {note_on(0, 60), note_on(0, 64), control(1000, 123, 0)});
    CHECK(released.left[2000] > 0);
    CHECK(is_zero(part(released.left, 1000 + 4800, 10'000)));

    Player sound(file);
    const auto silenced =
        sound.render(10'000, {control(0, 64, 127), note_on(0, 60), note_on(0, 64), control(1000, 120, 0)});
    CHECK(is_zero(part(silenced.left, 1000 + 300, 10'000)));
    CHECK(largest_step(part(silenced.left, 1, 10'000)) < 0.2f);

    Player reset(file);
    reset.render(10'000, {control(0, 64, 127), note_on(0, 60), note_off(10, 60), control(1000, 121, 0)});
    CHECK(reset.sampler.stats().active_voices == 0);
}

TEST_CASE("regions take turns, by sequence and by chance, and obey channels and controllers")
{
    const TemporaryDirectory directory;
    for (int level = 1; level <= 4; ++level)
        directory.write(std::to_string(level) + ".wav", wav(constant(static_cast<float>(level) / 8, 480)));
    const auto level = [](Player& player, std::vector<At> events = {note_on(0, 60)}) {
        const auto sound = player.render(1000, events);
        return std::lround(sound.left[100] / centre * 8);
    };
    Player turns(instrument(directory,
                            "<group> seq_length=3 <region> sample=1.wav seq_position=1 "
                            "<region> sample=2.wav seq_position=2 <region> sample=3.wav seq_position=3"));
    for (const long expected : {1, 2, 3, 1, 2})
        CHECK(level(turns) == expected);

    Player chance(instrument(directory,
                             "<region> sample=1.wav hirand=0.25 <region> sample=2.wav lorand=0.25 hirand=1"));
    int ones = 0;
    for (int note = 0; note < 400; ++note) {
        const long heard = level(chance);
        CHECK((heard == 1 || heard == 2)); // never none, never both
        ones += heard == 1 ? 1 : 0;
    }
    CHECK((ones > 60 && ones < 140));

    Player conditions(
        instrument(directory, "<control> set_cc4=100\n<region> sample=1.wav locc4=64 <region> sample=2.wav "
                              "hicc4=63 <region> sample=4.wav lochan=2 hichan=2"));
    CHECK(level(conditions) == 1);
    CHECK(level(conditions, {control(0, 4, 10), note_on(0, 60)}) == 2);
    CHECK(level(conditions, {At{0, {0x91, 60, 127}}}) == 1 + 4); // set_cc4 holds for every channel
}

TEST_CASE("regions sound at the release, at the first note and in legato")
{
    const TemporaryDirectory directory;
    for (int level = 1; level <= 4; level *= 2)
        directory.write(std::to_string(level) + ".wav", wav(constant(static_cast<float>(level) / 8, 480)));
    const auto eighths = [](float sample) {
        return std::lround(sample / centre * 8);
    };

    const auto release =
        instrument(directory, "<region> sample=1.wav trigger=release loop_mode=one_shot "
                              "<region> sample=2.wav trigger=release_key loop_mode=one_shot");
    Player keys(release);
    auto sound = keys.render(3000, {note_on(0, 60), note_off(1000, 60)});
    CHECK(is_zero(part(sound.left, 0, 1000)));
    CHECK(eighths(sound.left[1100]) == 3);

    Player pedal(release);
    sound =
        pedal.render(3000, {control(0, 64, 127), note_on(0, 60), note_off(1000, 60), control(2000, 64, 0)});
    CHECK(eighths(sound.left[1100]) == 2);
    CHECK(eighths(sound.left[2100]) == 1);

    Player legato(
        instrument(directory, "<region> sample=1.wav trigger=first <region> sample=2.wav trigger=legato"));
    sound = legato.render(
        3000, {note_on(0, 60), note_on(1000, 62), note_off(1500, 60), note_off(1500, 62), note_on(2000, 60)});
    CHECK(eighths(sound.left[100]) == 1);
    CHECK(eighths(sound.left[1100]) == 2);
    CHECK(eighths(sound.left[2100]) == 1);
}
