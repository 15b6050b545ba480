// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/sampler-setup.hpp"
#include "tests/nodes/sampler/support.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

using namespace decant::sampler;
using namespace decant::sampler::test;
using Catch::Approx;

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
    for (const float pan : {-100.0f, -50.0f, 0.0f, 30.0f, 100.0f}) {
        const auto [left, right] = levels("sample=mono.wav pan_law=balance pan=" + std::to_string(pan));
        CHECK(left == Approx(0.5f * std::min(1 - pan / 100, 1.0f)).margin(1e-6));
        CHECK(right == Approx(0.5f * std::min(1 + pan / 100, 1.0f)).margin(1e-6));
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
