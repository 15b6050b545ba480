// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/sampler-setup.hpp"
#include "tests/nodes/sampler/support.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

using namespace decant::sampler;
using namespace decant::sampler::test;
using Catch::Approx;

namespace
{

// What a constant sample of 1 gives on each side in the middle.
constexpr float centre = std::numbers::sqrt2_v<float> / 2;

std::vector<float> part(const std::vector<float>& samples, std::size_t from, std::size_t to)
{
    return {samples.begin() + static_cast<std::ptrdiff_t>(from),
            samples.begin() + static_cast<std::ptrdiff_t>(to)};
}

} // namespace

TEST_CASE("note 69 of a 440 Hz sample sounds at 440 Hz whatever the rates of file and engine are")
{
    const TemporaryDirectory directory;
    for (const unsigned file_rate : {44'100u, 48'000u, 96'000u}) {
        directory.write("a.wav", wav(sine(440, file_rate, file_rate * 2), {.rate = file_rate}));
        const auto file = instrument(directory, "<region> sample=a.wav pitch_keycenter=69");
        for (const unsigned rate : {44'100u, 48'000u, 96'000u, 192'000u}) {
            Player player(file);
            player.rate = rate;
            const auto sound = player.render(rate, {note_on(0, 69)});
            CHECK(std::abs(frequency_of(sound.left, rate) - 440) < 0.01);
        }
    }
}

TEST_CASE("keys, transpose, tune, keytrack and bend move the pitch by what they say")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(sine(441, 44'100, 44'100 * 4), {.rate = 44'100}));
    const auto frequency = [&](const std::string& opcodes, int key, int bend_value = 0) {
        Player player(instrument(directory, "<region> sample=a.wav pitch_keycenter=60 " + opcodes));
        return frequency_of(player.render(48'000, {bend(0, bend_value), note_on(0, key)}).left, 48'000);
    };
    const auto moved = [](double cents) {
        return Approx(441 * std::exp2(cents / 1200)).epsilon(1e-5);
    };
    CHECK(frequency("", 60) == moved(0));
    CHECK(frequency("", 67) == moved(700));
    CHECK(frequency("", 41) == moved(-1900));
    CHECK(frequency("transpose=-5", 60) == moved(-500));
    CHECK(frequency("tune=-33", 60) == moved(-33));
    CHECK(frequency("pitch_keytrack=0", 80) == moved(0));
    CHECK(frequency("pitch_keytrack=50", 72) == moved(600));
    CHECK(frequency("", 60, 8191) == moved(200));
    CHECK(frequency("", 60, -8192) == moved(-200));
    CHECK(frequency("", 60, -4096) == moved(-100));
    CHECK(frequency("bend_up=1200 bend_down=-700", 60, 8191) == moved(1200));
    CHECK(frequency("bend_up=1200 bend_down=-700", 60, -8192) == moved(-700));
}

TEST_CASE("a bend moves a sounding note without a click")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(sine(441, 48'000, 96'000), {}));
    Player player(instrument(directory, "<region> sample=a.wav"));
    std::vector<At> events = {note_on(0, 60)};
    for (int step = 0; step < 100; ++step)
        events.push_back(bend(static_cast<std::uint32_t>(4800 + 100 * step), step * 80));
    const auto sound = player.render(48'000, events);
    CHECK(frequency_of(part(sound.left, 0, 4800), 48'000) == Approx(441).epsilon(1e-4));
    CHECK(frequency_of(part(sound.left, 20'000, 48'000), 48'000) ==
          Approx(441 * std::exp2(200.0 * 7920 / 8191 / 1200)).epsilon(1e-4));
    CHECK(largest_step(sound.left) < 0.03f);
}

TEST_CASE("without an instrument or a note the outputs are exact zeros")
{
    Player player;
    auto sound = player.render(1000, {note_on(0, 60), control(5, 7, 100)});
    CHECK((is_zero(sound.left) && is_zero(sound.right)));

    const TemporaryDirectory directory;
    directory.write("a.wav", wav(constant(1, 100)));
    player.sampler.play(load_instrument(directory / "a.wav").instrument);
    sound = player.render(1000);
    CHECK((is_zero(sound.left) && is_zero(sound.right)));
}

TEST_CASE("a note is exactly silent after its release and its voice is free")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(constant(1, 48'000), {.bits = 32}));
    Player player(instrument(directory, "<region> sample=a.wav ampeg_release=0.1"));
    const auto sound = player.render(10'000, {note_on(0, 60), note_off(1000, 60)});

    CHECK(sound.left[999] == Approx(centre));
    CHECK(sound.left[1001] < centre);
    CHECK(sound.left[1000 + 4700] > 0);
    CHECK(is_zero(part(sound.left, 1000 + 4800, 10'000)));
    CHECK(is_zero(part(sound.right, 1000 + 4800, 10'000)));
    CHECK(player.sampler.stats().active_voices == 0);
}

TEST_CASE("a note starts at the very frame of its event, in blocks of any size")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(constant(1, 48'000)));
    const auto file = instrument(directory, "<region> sample=a.wav");
    for (const std::uint32_t block : {1u, 7u, 64u, 256u, 1024u, 8192u}) {
        for (const std::uint32_t frame : {0u, 1u, 63u, 100u, 255u, 256u, 1000u}) {
            Player player(file);
            player.block = block;
            const auto sound = player.render(8192, {note_on(frame, 60)});
            CHECK(is_zero(part(sound.left, 0, frame)));
            CHECK(sound.left[frame] > 0.5f);
        }
    }
}

TEST_CASE("the sound does not depend on the size of the blocks")
{
    const TemporaryDirectory directory;
    const SamplerChunk smpl{.root = 60, .loop_start = 1000, .loop_end = 2999};
    directory.write("a.wav", wav(sine(333, 44'100, 20'000), {.rate = 44'100, .smpl = &smpl}));
    const auto file =
        instrument(directory, "<region> sample=a.wav ampeg_attack=0.01 ampeg_decay=0.1 ampeg_sustain=40 "
                              "ampeg_release=0.05");
    const std::vector<At> events = {note_on(3, 60),       note_on(100, 67, 80), control(2000, 7, 60),
                                    note_off(10'000, 60), bend(12'345, 3000),   note_off(15'000, 67)};
    Player whole(file);
    whole.block = 8192;
    const auto expected = whole.render(20'000, events);
    for (const std::uint32_t block : {1u, 17u, 64u, 1000u}) {
        Player player(file);
        player.block = block;
        const auto sound = player.render(20'000, events);
        float difference = 0;
        for (std::size_t frame = 0; frame < 20'000; ++frame)
            difference = std::max(difference, std::abs(sound.left[frame] - expected.left[frame]));
        CHECK(difference < 1e-5f);
    }
}

TEST_CASE("velocity chooses the layer and sets the loudness")
{
    const TemporaryDirectory directory;
    directory.write("soft.wav", wav(constant(0.25f, 4800)));
    directory.write("loud.wav", wav(constant(0.75f, 4800)));
    const auto level = [&](const std::string& sfz, int velocity) {
        Player player(instrument(directory, sfz));
        return player.render(100, {note_on(0, 60, velocity)}).left[50];
    };
    const std::string layers =
        "<group> amp_veltrack=0 <region> sample=soft.wav hivel=63 <region> sample=loud.wav lovel=64";
    CHECK(level(layers, 1) == Approx(0.25f * centre));
    CHECK(level(layers, 63) == Approx(0.25f * centre));
    CHECK(level(layers, 64) == Approx(0.75f * centre));
    CHECK(level(layers, 127) == Approx(0.75f * centre));

    const std::string tracked = "<region> sample=loud.wav amp_veltrack=";
    const float part_of = 64.0f * 64 / (127 * 127);
    CHECK(level(tracked + "100", 64) == Approx(0.75f * centre * part_of));
    CHECK(level(tracked + "50", 64) == Approx(0.75f * centre * (0.5f + 0.5f * part_of)));
    CHECK(level(tracked + "-100", 64) == Approx(0.75f * centre * (1 - part_of)));
}

TEST_CASE("volume, amplitude and pan have their laws")
{
    const TemporaryDirectory directory;
    directory.write("mono.wav", wav(constant(0.5f, 4800), {.bits = 32}));
    directory.write("stereo.wav",
                    wav({0.5f, 0.25f, 0.5f, 0.25f, 0.5f, 0.25f, 0.5f, 0.25f}, {.channels = 2, .bits = 32}));
    const auto levels = [&](const std::string& opcodes, std::size_t frame = 50) {
        Player player(instrument(directory, "<region> " + opcodes));
        const auto sound = player.render(100, {note_on(0, 60)});
        return std::pair(sound.left[frame], sound.right[frame]);
    };
    CHECK(levels("sample=mono.wav volume=-6.0206").first == Approx(0.25f * centre).epsilon(1e-4));
    CHECK(levels("sample=mono.wav volume=6.0206 amplitude=25").first == Approx(0.25f * centre).epsilon(1e-4));
    CHECK(levels("sample=mono.wav group_volume=-3.0103 master_volume=-3.0103").first ==
          Approx(0.25f * centre).epsilon(1e-4));
    for (const float pan : {-100.0f, -50.0f, 0.0f, 30.0f, 100.0f}) {
        const auto [left, right] = levels("sample=mono.wav pan=" + std::to_string(pan));
        const float angle = (pan / 100 + 1) * std::numbers::pi_v<float> / 4;
        CHECK(left == Approx(0.5f * std::cos(angle)).margin(1e-6));
        CHECK(right == Approx(0.5f * std::sin(angle)).margin(1e-6));
    }
    CHECK(levels("sample=mono.wav pan=100").first == 0);
    CHECK(levels("sample=mono.wav pan=-100").second == 0);
    const auto [left, right] = levels("sample=stereo.wav", 1);
    CHECK(left == Approx(0.5f * centre));
    CHECK(right == Approx(0.25f * centre));
}

TEST_CASE("controllers 7, 10 and 11 act on sounding notes, without a click")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(constant(1, 48'000), {.bits = 32}));
    Player player(instrument(directory, "<region> sample=a.wav"));
    const auto sound = player.render(
        20'000, {note_on(0, 60), control(5000, 7, 64), control(10'000, 11, 64), control(15'000, 10, 127)});
    const float squared = 64.0f * 64 / (127 * 127);
    CHECK(sound.left[4000] == Approx(centre));
    CHECK(sound.left[9000] == Approx(centre * squared).epsilon(1e-4));
    CHECK(sound.left[14'000] == Approx(centre * squared * squared).epsilon(1e-4));
    CHECK(sound.left[19'000] == Approx(0).margin(1e-6));
    CHECK(sound.right[19'000] == Approx(squared * squared).epsilon(1e-4));
    CHECK(largest_step(part(sound.left, 100, 20'000)) < 0.02f);
}

TEST_CASE("the sampler's own volume acts on sounding and on new notes, without a click")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(constant(1, 48'000), {.bits = 32}));
    Player player(instrument(directory, "<region> sample=a.wav"));
    player.sampler.set_volume(-6.0206f);
    CHECK(player.render(1000, {note_on(0, 60)}).left[0] == Approx(0.5f * centre).epsilon(1e-4));
    player.sampler.set_volume(0);
    const auto louder = player.render(1000);
    CHECK(louder.left[999] == Approx(centre));
    CHECK(largest_step(louder.left) < 0.01f);
    for (const float silent : {-144.0f, -1e30f, std::nanf("")}) {
        player.sampler.set_volume(silent);
        player.render(1000);
        CHECK(is_zero(player.render(1000).left));
    }
    player.sampler.set_volume(1e30f);
    player.render(1000);
    CHECK(player.render(1000).left[999] == Approx(centre * std::pow(10.0f, 1.2f)));
}

TEST_CASE("loops are seamless, whatever their length, the pitch and the format")
{
    const TemporaryDirectory directory;
    for (const unsigned period : {4u, 10u, 100u, 1000u}) {
        for (const unsigned bits : {16u, 32u}) {
            const unsigned start = 480;
            const unsigned loop = period * (period < 1000 ? 3 : 1);
            const SamplerChunk smpl{.root = 60, .loop_start = start, .loop_end = start + loop - 1};
            // Nothing behind the loop's end but noise that must not be heard.
            auto samples = sine(48'000.0 / period, 48'000, start + loop, 0.5f);
            samples.resize(samples.size() + 2000, 1.0f);
            directory.write("a.wav", wav(samples, {.bits = bits, .smpl = &smpl}));
            for (const int key : {48, 60, 61, 72}) {
                Player player(instrument(directory, "<region> sample=a.wav"));
                const auto sound = player.render(40'000, {note_on(0, key)});
                const double ratio = std::exp2((key - 60) / 12.0);
                const double expected = 48'000.0 / period * ratio;
                if (expected > 20'000)
                    continue;
                CHECK(frequency_of(part(sound.left, 1000, 40'000), 48'000) == Approx(expected).epsilon(1e-4));
                CHECK(peak(part(sound.left, 0, 40'000)) < 0.52f * centre);
                // No step is larger than the sine's own steepest.
                const double steepest =
                    0.5 * centre * 2 *
                    std::sin(std::min(std::numbers::pi * expected / 48'000, std::numbers::pi / 2));
                CHECK(largest_step(part(sound.left, 10, 40'000)) < 1.02 * steepest);
            }
        }
    }
}

TEST_CASE("a loop_sustain loop is left at the release and the rest of the sample sounds")
{
    const TemporaryDirectory directory;
    std::vector<float> samples = constant(0.25f, 1000);
    samples.resize(2000, 0.5f);
    directory.write("a.wav", wav(samples));
    for (const char* const range :
         {"loop_start=0 loop_end=999", "loop_start=10 loop_end=109", "loop_start=990 loop_end=990"}) {
        Player player(instrument(
            directory,
            std::string("<region> sample=a.wav loop_mode=loop_sustain ampeg_release=100 ") + range));
        const auto sound = player.render(20'000, {note_on(0, 60), note_off(10'000, 60)});
        CHECK(peak(part(sound.left, 0, 10'000)) < 0.26f * centre);
        CHECK(peak(part(sound.left, 10'000, 12'100)) > 0.4f * centre);
        CHECK(is_zero(part(sound.left, 12'100, 20'000)));
    }
}

TEST_CASE("a one-shot plays to its end whatever the key does")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(constant(0.5f, 4800)));
    Player player(instrument(directory, "<region> sample=a.wav loop_mode=one_shot"));
    const auto sound = player.render(6000, {note_on(0, 60), note_off(10, 60)});
    CHECK(sound.left[4790] == Approx(0.5f * centre));
    CHECK(is_zero(part(sound.left, 4802, 6000)));
}

TEST_CASE("offset and end cut the sample")
{
    const TemporaryDirectory directory;
    std::vector<float> ramp(1000);
    for (std::size_t frame = 0; frame < ramp.size(); ++frame)
        ramp[frame] = static_cast<float>(frame) / 1000;
    directory.write("a.wav", wav(ramp, {.bits = 32}));
    Player player(instrument(directory, "<region> sample=a.wav offset=100 end=499"));
    const auto sound = player.render(600, {note_on(0, 60)});
    CHECK(sound.left[0] == Approx(0.1f * centre));
    CHECK(sound.left[399] == Approx(0.499f * centre));
    CHECK(is_zero(part(sound.left, 400, 600)));
}

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
