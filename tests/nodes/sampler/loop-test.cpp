// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/nodes/sampler/sine-fit.hpp"
#include "tests/nodes/sampler/support.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <random>
#include <span>
#include <string>
#include <vector>

using namespace decant::sampler;
using namespace decant::sampler::test;

namespace
{

constexpr unsigned rate = 48'000;

std::vector<float> noise(std::size_t frames)
{
    std::mt19937 random(7);
    std::vector<float> samples(frames);
    for (float& sample : samples)
        sample = static_cast<float>(random() % 60'000) / 65'536 - 0.45f;
    return samples;
}

// The frames of a sample in the order in which they are to be heard.
struct Score {
    std::vector<std::size_t> frames;

    Score& from(std::size_t first, std::size_t end)
    {
        for (; first < end; ++first)
            frames.push_back(first);
        return *this;
    }
    Score& back(std::size_t end, std::size_t first)
    {
        while (end > first)
            frames.push_back(--end);
        return *this;
    }
};

// The region plays a sample of 3000 frames as the score has it, and then nothing.
void check_order(const std::string& opcodes, const Score& score, unsigned bits = 32)
{
    INFO(opcodes << ", " << bits << " bits");
    const TemporaryDirectory directory;
    const auto samples = noise(3000);
    directory.write("a.wav", wav(samples, {.rate = rate, .bits = bits}));
    Player player(instrument(directory, "<region> sample=a.wav amp_veltrack=0 " + opcodes));
    const Sound sound =
        player.render(static_cast<std::uint32_t>(score.frames.size()) + 200, {note_on(0, 60)});
    const float gain = std::sqrt(0.5f);
    std::size_t first_wrong = score.frames.size();
    for (std::size_t frame = score.frames.size(); frame-- > 0;)
        if (std::abs(sound.left[frame] - gain * samples[score.frames[frame]]) > 1e-4f)
            first_wrong = frame;
    CHECK(first_wrong == score.frames.size());
    CHECK(is_zero({sound.left.end() - 200, sound.left.end()}));
}

// What is above some kilohertz, in dB: all but that is taken out by differences of the fourth order.
double treble(std::span<const float> samples)
{
    std::vector<float> rest(samples.begin(), samples.end());
    for (int order = 0; order < 4; ++order) {
        for (std::size_t frame = rest.size() - 1; frame > 0; --frame)
            rest[frame] = (rest[frame] - rest[frame - 1]) / 2;
        rest.erase(rest.begin());
    }
    return rms_level(rest);
}

// Half a second of a tone in a loop that does not fit it, once it repeats.
std::vector<float> looped_tone(const std::string& opcodes, int key = 60)
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(sine(200, rate, 20'000), {.rate = rate, .bits = 32}));
    Player player(instrument(directory, fmt::format("<region> sample=a.wav amp_veltrack=0 loop_start=6000 "
                                                    "loop_end=12100 {}",
                                                    opcodes)));
    return player.render(48'000, {note_on(0, key)}).left;
}

} // namespace

TEST_CASE("the seam of a loop with a crossfade does not click")
{
    const int key = GENERATE(60, 55, 67);
    INFO("key " << key);
    const std::string loop = "loop_mode=loop_continuous ";
    const double plain = treble(looped_tone(loop, key));
    const double crossfaded = treble(looped_tone(loop + "loop_crossfade=0.05", key));
    INFO("plain " << plain << " dB, crossfaded " << crossfaded << " dB");
    CHECK(plain > -80);
    CHECK(crossfaded < plain - 50);
}

TEST_CASE("a crossfade ends where the start of the loop begins, and leaves the rest of the sample alone")
{
    const TemporaryDirectory directory;
    const auto samples = noise(20'000);
    for (const unsigned bits : {16U, 24U, 32U}) {
        INFO(bits << " bits");
        directory.write("a.wav", wav(samples, {.rate = rate, .bits = bits}));
        Player player(instrument(directory, "<region> sample=a.wav amp_veltrack=0 loop_mode=loop_continuous "
                                            "loop_start=5000 loop_end=9999 loop_crossfade=0.02"));
        const Sound sound = player.render(16'000, {note_on(0, 60)});
        const float gain = std::sqrt(0.5f);
        const auto heard = [&](std::size_t frame) {
            return sound.left[frame] / gain;
        };
        const std::size_t fade = 960; // 0.02 s
        float largest = 0;
        for (std::size_t frame = 0; frame < 15'000 - fade; ++frame) {
            const std::size_t of_sample = frame < 10'000 ? frame : frame - 5000;
            if (of_sample < 10'000 - fade)
                largest = std::max(largest, std::abs(heard(frame) - samples[of_sample]));
        }
        CHECK(largest < 1e-4f);
        // Half of each in its middle, and the frames before the start at its end.
        CHECK(std::abs(heard(10'000 - fade / 2) -
                       (samples[10'000 - fade / 2] + samples[5000 - fade / 2]) / 2) < 2e-3f);
        CHECK(std::abs(heard(9999) - samples[4999]) < 1e-4f);
    }
}

TEST_CASE("a note that is released in a crossfade leaves the loop without a click")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(sine(200, rate, 40'000), {.rate = rate, .bits = 32}));
    Player player(instrument(directory, "<region> sample=a.wav amp_veltrack=0 loop_start=6000 loop_end=12100 "
                                        "loop_mode=loop_sustain loop_crossfade=0.1 ampeg_release=10"));
    // In the middle of the crossfade, on the second time round.
    const Sound sound = player.render(40'000, {note_on(0, 60), note_off(15'800, 60)});
    CHECK(treble(sound.left) < -100);
    CHECK(peak({sound.left.end() - 2000, sound.left.end()}) > 0.1f);
}

TEST_CASE("loop_count repeats the loop that often, and plays on")
{
    check_order("loop_mode=loop_continuous loop_start=400 loop_end=1399 loop_count=2",
                Score().from(0, 1400).from(400, 1400).from(400, 3000));
    check_order("loop_mode=loop_continuous loop_start=400 loop_end=1399 loop_count=0", Score().from(0, 3000));
    // Short ones are laid out several times.
    check_order("loop_mode=loop_continuous loop_start=400 loop_end=449 loop_count=3",
                Score().from(0, 450).from(400, 450).from(400, 450).from(400, 3000));
    Score many;
    many.from(0, 450);
    for (int time = 0; time < 99; ++time)
        many.from(400, 450);
    check_order("loop_mode=loop_sustain loop_start=400 loop_end=449 loop_count=100", many.from(400, 3000));
    // At the end of the sample there is nothing to play on with.
    check_order("loop_mode=loop_continuous loop_start=2400 loopcount=1",
                Score().from(0, 3000).from(2400, 3000));
}

TEST_CASE("count plays the whole sample that often, whatever the key does")
{
    check_order("count=1", Score().from(0, 3000));
    check_order("count=3", Score().from(0, 3000).from(0, 3000).from(0, 3000), 16);
    check_order("count=2 offset=100 end=199", Score().from(100, 200).from(100, 200), 24);
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(constant(0.5f, 3000), {.rate = rate}));
    Player player(instrument(directory, "<region> sample=a.wav count=2"));
    const Sound sound = player.render(7000, {note_on(0, 60), note_off(100, 60)});
    CHECK(sound.left[5990] > 0.3f);
    CHECK(sound.left[6010] == 0);
}

TEST_CASE("direction=reverse plays the region backward, in every format")
{
    for (const unsigned bits : {16U, 24U, 32U})
        check_order("direction=reverse", Score().back(3000, 0), bits);
    check_order("direction=reverse offset=100 end=1999", Score().back(2000, 100));
    check_order("direction=forward", Score().from(0, 3000));
    check_order("direction=reverse count=2", Score().back(3000, 0).back(3000, 0));
    check_order("direction=reverse loop_mode=loop_continuous loop_start=400 loop_end=1399 loop_count=1",
                Score().back(3000, 400).back(1400, 0));
}

TEST_CASE("one sample plays forward and backward at the same time")
{
    const TemporaryDirectory directory;
    auto samples = noise(2000);
    directory.write("a.wav", wav(samples, {.rate = rate, .bits = 32}));
    Player player(instrument(directory, "<region> sample=a.wav amp_veltrack=0\n"
                                        "<region> sample=a.wav amp_veltrack=0 direction=reverse"));
    const Sound sound = player.render(2000, {note_on(0, 60)});
    float largest = 0;
    for (std::size_t frame = 0; frame < 2000; ++frame)
        largest = std::max(largest, std::abs(sound.left[frame] -
                                             std::sqrt(0.5f) * (samples[frame] + samples[1999 - frame])));
    CHECK(largest < 1e-4f);
}

TEST_CASE("a crossfade that is longer than what there is to fade is cut and reported")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(noise(20'000), {.rate = rate}));
    const auto problems = [&](const std::string& opcodes) {
        return load_instrument(
                   directory.write("a.sfz", "<region> sample=a.wav loop_mode=loop_continuous " + opcodes))
            .problems;
    };
    CHECK(problems("loop_start=5000 loop_end=15000 loop_crossfade=0.1").empty());
    CHECK(reports(problems("loop_start=1000 loop_end=15000 loop_crossfade=0.1"), "a.sfz", 1, "0.021 s"));
    CHECK(reports(problems("loop_start=5000 loop_end=7999 loop_crossfade=0.1"), "a.sfz", 1, "0.052 s"));
    CHECK(reports(problems("loop_start=5000 loop_end=5099 loop_crossfade=0.1"), "a.sfz", 1, "0.000 s"));
}
