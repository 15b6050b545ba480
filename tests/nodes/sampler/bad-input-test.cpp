// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Files as nobody should write them: each is named with its place, and the rest is heard.

#include "tests/nodes/sampler/support.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace decant::sampler;
using namespace decant::sampler::test;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

namespace
{

constexpr unsigned rate = 48'000;

bool is_finite(const std::vector<float>& samples)
{
    return std::all_of(samples.begin(), samples.end(), [](float sample) { return std::isfinite(sample); });
}

// Writes an instrument that has this region in its second line, between two good ones on keys 60 and 62.
LoadedInstrument with(const TemporaryDirectory& directory, const std::string& region)
{
    directory.write("good.wav", wav(constant(0.5f, 4800), {.bits = 32}));
    return load_instrument(directory.write("a.sfz", "<region> sample=good.wav key=60\n" + region +
                                                        "\n<region> sample=good.wav key=62\n"));
}

// What is heard of key 61; fails the test if the good regions are not heard, or anything is no number.
std::vector<float> played(const LoadedInstrument& loaded)
{
    Player player;
    player.sampler.play(loaded.instrument);
    for (const int key : {60, 62}) {
        CHECK(peak(player.render(1000, {note_on(0, key)}).left) == Approx(0.5f * centre));
        CHECK(is_finite(player.render(1000, {note_off(0, key)}).left));
    }
    auto heard = player.render(rate / 2, {note_on(0, 61)}).left;
    CHECK(is_finite(heard));
    return heard;
}

} // namespace

TEST_CASE("a sample of 0 Hz is left out, one of 768 kHz is played at its pitch")
{
    const TemporaryDirectory directory;
    directory.write("none.wav", wav(constant(0.5f, 100), {.rate = 0}));
    const auto none = with(directory, "<region> sample=none.wav key=61");
    CHECK(reports(none.problems, "a.sfz", 2, "sample none.wav: "));
    CHECK(is_zero(played(none)));

    directory.write("fast.wav", wav(sine(1000, 768'000, 384'000), {.rate = 768'000}));
    const auto fast = with(directory, "<region> sample=fast.wav key=61");
    CHECK(fast.problems.empty());
    const auto heard = played(fast);
    CHECK(frequency_of(part(heard, 1000, 20'000), rate) == Approx(1000).epsilon(1e-4));
}

TEST_CASE("what is no number in a sample is silence, in its head with a word and behind it without one")
{
    const TemporaryDirectory directory;
    const float nan = std::numeric_limits<float>::quiet_NaN();
    auto samples = constant(0.25f, 4800);
    std::fill(samples.begin() + 100, samples.begin() + 200, nan);
    directory.write("nan.wav", wav(samples, {.bits = 32}));
    const auto loaded = with(directory, "<region> sample=nan.wav key=61");
    CHECK(reports(loaded.problems, "a.sfz", 2, "not a number"));
    const auto heard = played(loaded);
    CHECK(heard[50] == Approx(0.25f * centre));
    CHECK(heard[150] == 0);

    samples = constant(0.25f, 300'000); // of which the rest is read while it plays
    std::fill(samples.begin() + 100'000, samples.begin() + 110'000, -std::numeric_limits<float>::infinity());
    directory.write("long.wav", wav(samples, {.bits = 32}));
    Player player;
    const auto streamed = with(directory, "<region> sample=long.wav key=61");
    player.sampler.play(streamed.instrument);
    const auto all = player.render(200'000, {note_on(0, 61)}).left;
    CHECK(is_finite(all));
    CHECK(all[90'000] == Approx(0.25f * centre));
    CHECK(all[105'000] == 0);
    CHECK(all[120'000] == Approx(0.25f * centre));
}

TEST_CASE("a sample without a frame is left out, and so is one that is cut off in its header")
{
    const TemporaryDirectory directory;
    directory.write("empty.wav", wav({}));
    const auto empty = with(directory, "<region> sample=empty.wav key=61");
    CHECK(reports(empty.problems, "a.sfz", 2, "no audio in it"));
    CHECK(is_zero(played(empty)));

    const std::string whole = wav(constant(0.5f, 100));
    for (const std::size_t length : {0U, 3U, 11U, 20U, 36U, 43U}) {
        INFO(length);
        directory.write("cut.wav", whole.substr(0, length));
        const auto cut = with(directory, "<region> sample=cut.wav key=61");
        CHECK(reports(cut.problems, "a.sfz", 2, "sample cut.wav: "));
        CHECK(is_zero(played(cut)));
    }
}

TEST_CASE("loops past the end and turned round are mended or left out")
{
    const TemporaryDirectory directory;
    const SamplerChunk late{.root = 61, .loop_start = 10, .loop_end = 4'000'000'000};
    directory.write("late.wav", wav(constant(0.25f, 1000), {.bits = 32, .smpl = &late}));
    const auto of_file = with(directory, "<region> sample=late.wav key=61");
    CHECK(reports(of_file.problems, "a.sfz", 2, "it loops at the end"));
    CHECK(played(of_file).back() == Approx(0.25f * centre));

    for (const char* const loop :
         {"loop_start=0 loop_end=4294967296", "loop_start=4294967295 loop_end=4294967296",
          "loop_start=4000 loop_end=10", "loop_end=0 loop_start=0 loop_crossfade=100",
          "offset=4799 loop_start=10 loop_end=4799", "end=5 loop_start=10 loop_end=4799"}) {
        INFO(loop);
        const auto loaded =
            with(directory, std::string("<region> sample=good.wav key=61 loop_mode=loop_continuous ") + loop);
        static_cast<void>(played(loaded));
        for (const Problem& problem : loaded.problems)
            CHECK(problem.line == 2);
    }
}

TEST_CASE("a file that includes itself, by whatever way, is read once")
{
    const TemporaryDirectory directory;
    directory.write("b.sfzh", "#include \"c.sfzh\"\n<region> sample=good.wav key=61\n");
    directory.write("c.sfzh", "#include \"b.sfzh\"\n");
    const auto loaded = with(directory, "#include \"b.sfzh\" #include \"a.sfz\"");
    CHECK(reports(loaded.problems, "a.sfz", 2, "includes itself"));
    CHECK(reports(loaded.problems, "c.sfzh", 1, "includes itself"));
    CHECK(loaded.instrument->zones().size() == 3);
    CHECK(peak(played(loaded)) == Approx(0.5f * centre));
}

TEST_CASE("absurd values are brought into their range with a word, whatever they are of")
{
    const TemporaryDirectory directory;
    for (const char* const opcode :
         {"volume",     "amplitude",    "tune",          "transpose",   "pitch_keytrack", "cutoff",
          "resonance",  "ampeg_attack", "ampeg_release", "offset",      "loop_crossfade", "delay",
          "pan",        "width",        "seq_length",    "polyphony",   "lfo01_freq",     "lfo01_pitch",
          "eg01_time1", "eg01_pitch",   "eq1_gain",      "var01_pitch", "sync_beats"})
        for (const char* const value : {"1e30", "-1e30", "99999999999999999999", "nan", "inf", "x", ""}) {
            INFO(opcode << '=' << value);
            const auto loaded = with(directory, std::string("<region> sample=good.wav key=61 cutoff=9000 ") +
                                                    opcode + '=' + value);
            CHECK(reports(loaded.problems, "a.sfz", 2, opcode));
            static_cast<void>(played(loaded));
        }
}

TEST_CASE("names of any length are shown by their beginning")
{
    const TemporaryDirectory directory;
    const std::string zeros(megabyte, '0'); // which count for nothing
    const std::string letters(megabyte, 'x');
    const auto loaded = with(
        directory, "<region> sample=" + letters + ".wav\n<region> sample=*" + letters +
                       "\n<region> sample=good.wav key=61 " + letters + "=1 locc" + zeros + "1=x\n<" +
                       letters + ">\n<control> set_cc" + zeros + "=x\n<control> default_path=" + letters +
                       "/\n<region> sample=good.wav\n<control> default_path=\n#include \"" + letters +
                       "\"\n<region> trigger=" + letters);
    CHECK(reports(loaded.problems, "a.sfz", 2, "sample xxx"));
    CHECK(reports(loaded.problems, "a.sfz", 3, "generators"));
    CHECK(reports(loaded.problems, "a.sfz", 4, "locc000"));
    CHECK(reports(loaded.problems, "a.sfz", 6, "set_cc000"));
    CHECK(loaded.problems.size() >= 7);
    for (const Problem& problem : loaded.problems)
        CHECK(problem.text.size() < 1500);
    CHECK(loaded.unsupported.size() == 2);
    for (const Unsupported& each : loaded.unsupported)
        CHECK(each.name.size() < 100);
    static_cast<void>(played(loaded));
}

TEST_CASE("the kernel's files, of which some never end, are not read")
{
    const TemporaryDirectory directory;
    const auto loaded = with(directory, "#include \"/proc/self/stat\" <region> sample=/proc/self/stat");
    CHECK(reports(loaded.problems, "a.sfz", 2, "/proc/self/stat: this is not a file"));
    CHECK(
        reports(loaded.problems, "a.sfz", 2, "sample /proc/self/stat: this is not a file that can be read"));
    CHECK(loaded.problems.size() == 2);
    std::filesystem::create_symlink("/proc/self/stat", directory / "b.sfz");
    CHECK_THROWS_WITH(load_instrument(directory / "b.sfz"), ContainsSubstring("b.sfz: this is not a file"));
    CHECK_THROWS_WITH(load_instrument("/proc/self/stat"), ContainsSubstring("stat: this is not a file"));
    directory.write("empty.sfzh", "");
    CHECK(with(directory, "#include \"empty.sfzh\"").problems.empty());
}
