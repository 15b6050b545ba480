// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/instrument-memory.hpp"
#include "nodes/sampler/instrument.hpp"
#include "nodes/sampler/load-progress.hpp"
#include "tests/nodes/sampler/support.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <ctime>
#include <set>
#include <string>

using namespace decant::sampler;
using namespace decant::sampler::test;
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;

namespace
{

// Processor time: a busy machine makes nothing look slow.
double processor_seconds(std::clock_t since)
{
    return static_cast<double>(std::clock() - since) / CLOCKS_PER_SEC;
}

} // namespace

TEST_CASE("regions inherit from group, master and global, and each of these begins anew")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav({0.5f}));
    const auto loaded = load_instrument(instrument(directory, R"(
        <global> sample=a.wav volume=-1 pan=1
        <master> pan=2 tune=2
        <group> tune=3 transpose=3
        <region> transpose=4
        <group>
        <region>
        <master>
        <region>
        <global> sample=a.wav
        <region>
    )"));
    const auto zones = loaded.instrument->zones();
    REQUIRE(zones.size() == 4);
    const auto is = [&](std::size_t zone, float volume, float pan, float tune, int transpose) {
        const Region& r = zones[zone].region;
        return r.volume == volume && r.pan == pan && r.tune == tune && r.transpose == transpose;
    };
    CHECK(is(0, -1, 2, 3, 4));
    CHECK(is(1, -1, 2, 2, 0));
    CHECK(is(2, -1, 1, 0, 0));
    CHECK(is(3, 0, 0, 0, 0));
    CHECK(zones[0].gain == Approx(0.8913).margin(0.0001));
}

TEST_CASE("samples are found below default_path, with backslashes, in the wrong case, and shared")
{
    const TemporaryDirectory directory;
    directory.write("Samples/Low/Piano C4.wav", wav({0.5f}));
    const auto loaded = load_instrument(instrument(directory, R"(
        <control> default_path=samples\
        <region> sample=LOW\piano c4.WAV key=60
        <region> sample=low/Piano C4.wav key=61
        <control> default_path=Samples/Low/Pi
        <region> sample=ano C4.wav key=62
        <control> default_path=
        <region> sample=Samples/Low/../Low/./Piano C4.wav key=63
    )"));
    const auto zones = loaded.instrument->zones();
    REQUIRE(zones.size() == 4);
    for (const Zone& zone : zones)
        CHECK(zone.sample == zones[0].sample);
}

TEST_CASE("samples are found whichever way their accents are composed, and with blanks and = in their names")
{
    const TemporaryDirectory directory;
    directory.write("Fl\u00fcgel/\u00c9tude = 1.wav", wav({0.5f}));     // composed
    directory.write("Fl\u00fcgel/Coup de\u0301 soir.wav", wav({0.5f})); // an accent of its own
    const auto loaded =
        load_instrument(instrument(directory, "<region> sample=Flu\u0308gel\\E\u0301tude = 1.wav key=60\n"
                                              "<region> sample=fl\u00dcgel/coup d\u00e9 soir.wav key=61\n"));
    CHECK(loaded.instrument->zones().size() == 2);
}

TEST_CASE("a sample that is a directory or a broken link is said to be that")
{
    const TemporaryDirectory directory;
    directory.write("Folder/a.wav", wav({0.5f}));
    std::filesystem::create_symlink("gone.wav", directory / "link.wav");
    const auto loaded = load_instrument(directory.write("a.sfz", "<region> sample=Folder\n"
                                                                 "<region> sample=link.wav\n"
                                                                 "<region> sample=Folder\\a.wav\n"));
    CHECK(reports(loaded.problems, "a.sfz", 1, "this is a directory"));
    CHECK(reports(loaded.problems, "a.sfz", 2, "a link to gone.wav"));
    CHECK(loaded.instrument->zones().size() == 1);
}

TEST_CASE("a sample whose name has a $ in it is no variable that is not defined, unless it is not there")
{
    const TemporaryDirectory directory;
    directory.write("kit/kick$w.wav", wav({0.5f}));
    const auto loaded = load_instrument(directory.write("a.sfz", "<control> default_path=kit/\n"
                                                                 "<region> sample=kick$w.wav\n"
                                                                 "<region> sample=snare$w.wav\n"));
    CHECK(loaded.instrument->zones().size() == 1);
    REQUIRE(loaded.problems.size() == 1);
    CHECK(reports(loaded.problems, "a.sfz", 3, "no such file"));
    CHECK(reports(loaded.problems, "a.sfz", 3, "the variable '$w' is not defined; put a #define before it"));
}

TEST_CASE("an included file's samples and default_path count from the first file's directory")
{
    const TemporaryDirectory directory;
    directory.write("samples/a.wav", wav({0.5f}));
    directory.write("maps/drums.sfzh", "<region> sample=a.wav key=$KEY\n");
    const auto loaded = load_instrument(instrument(directory, R"(
        #define $KEY 36
        <control> default_path=samples/
        #include "maps/drums.sfzh"
    )"));
    REQUIRE(loaded.instrument->zones().size() == 1);
    CHECK(loaded.instrument->zones()[0].region.lokey == 36);
}

TEST_CASE("every problem of an instrument is named with file and line, and the rest plays")
{
    const TemporaryDirectory directory;
    directory.write("good.wav", wav(constant(0.5f, 100)));
    directory.write("text.wav", "This is no sound.");
    const std::string whole = wav(constant(0.5f, 100));
    directory.write("short.wav", whole.substr(0, whole.size() - 100));
    directory.write("more.sfzh", "<region> sample=gone.wav\n");
    const auto loaded =
        load_instrument(directory.write("a.sfz", "<region> sample=good.wav key=60\n"        // 1
                                                 "<region> sample=missing.wav key=61\n"     // 2
                                                 "<region> sample=text.wav key=62\n"        // 3
                                                 "<region> sample=short.wav key=63\n"       // 4
                                                 "<region> sample=good.wav key=h9\n"        // 5
                                                 "<region> sample=good.wav volume=99\n"     // 6
                                                 "reverb_wet=50\n"                          // 7
                                                 "<region> sample=good.wav reverb_wet=60\n" // 8
                                                 "<region> key=64\n"                        // 9
                                                 "<effect> type=x\n"                        // 10
                                                 "#include \"more.sfzh\"\n"                 // 11
                                                 "<region> sample=good.wav offset=100\n"    // 12
                                                 "<region> sample=good.wav end=500\n"       // 13
                                                 "<region> sample=good.wav loop_mode=loop_continuous "
                                                 "loop_end=100\n" // 14
                                                 "<region> sample=good.wav loop_mode=loop_sustain "
                                                 "loop_start=9 loop_end=8\n"     // 15
                                                 "<region> sample=*sine\n"       // 16
                                                 "<region> sample=missing.wav\n" // 17: reported once
                                                 "this is nonsense\n"            // 18
                                                 "<control> set_cc123=1\n"       // 19
                                                 "<region> sample=good.wav end=-1\n"));

    const auto& problems = loaded.problems;
    CHECK(reports(problems, "a.sfz", 2, "missing.wav: there is no such file"));
    CHECK(reports(problems, "a.sfz", 3, "text.wav: not a sound file"));
    CHECK(reports(problems, "a.sfz", 4, "short.wav: truncated"));
    CHECK(reports(problems, "a.sfz", 5, "key: 'h9' is no key"));
    CHECK(reports(problems, "a.sfz", 6, "volume: 99 is out of range"));
    CHECK(reports(problems, "a.sfz", 9, "no sample"));
    CHECK(reports(problems, "more.sfzh", 1, "gone.wav: there is no such file"));
    CHECK(reports(problems, "a.sfz", 12, "offset=100 is behind"));
    CHECK(reports(problems, "a.sfz", 13, "end=500 is behind"));
    CHECK(reports(problems, "a.sfz", 14, "loop_end=100 is behind"));
    CHECK(reports(problems, "a.sfz", 15, "is empty"));
    CHECK(reports(problems, "a.sfz", 16, "generators"));
    REQUIRE(loaded.unsupported.size() == 2);
    CHECK((loaded.unsupported[0].name == "reverb_wet" && loaded.unsupported[0].count == 2));
    CHECK((loaded.unsupported[0].line == 7 && loaded.unsupported[1].line == 10));
    CHECK(loaded.unsupported[1].name == "<effect>");
    CHECK(reports(problems, "a.sfz", 18, "is not understood"));
    CHECK(reports(problems, "a.sfz", 19, "set_cc123"));
    CHECK(problems.size() == 14);
    CHECK(loaded.instrument->zones().size() == 9); // the last one is silent
}

TEST_CASE("an instrument of which nothing can be played is refused with the first reason")
{
    const TemporaryDirectory directory;
    CHECK_THROWS_WITH(load_instrument(directory.write("empty.sfz", "")),
                      ContainsSubstring("<region> sample="));
    CHECK_THROWS_WITH(load_instrument(directory.write("a.sfz", "<group>\n<region> sample=none.wav")),
                      ContainsSubstring("a.sfz:2:10: sample none.wav: there is no such file"));
    CHECK_THROWS_WITH(load_instrument(directory / "none.sfz"),
                      ContainsSubstring("none.sfz: there is no such file"));
    CHECK_THROWS_WITH(load_instrument(directory / "none.wav"),
                      ContainsSubstring("none.wav: there is no such file"));
    CHECK_THROWS_WITH(load_instrument(directory.write("b.wav", "x")),
                      ContainsSubstring("b.wav: not a sound file"));
}

TEST_CASE("a single sound file is an instrument over all keys, with its root and loop")
{
    const TemporaryDirectory directory;
    const SamplerChunk smpl{.root = 72, .loop_start = 10, .loop_end = 49};
    const auto looped = load_instrument(directory.write("a.WAV", wav(constant(0.5f, 100), {.smpl = &smpl})));
    REQUIRE(looped.instrument->zones().size() == 1);
    CHECK(looped.instrument->zones()[0].keycenter_cents == 7200);
    CHECK(looped.instrument->zones()[0].loop != nullptr);
    CHECK(looped.problems.empty());

    const auto plain = load_instrument(directory.write("b.wav", wav(constant(0.5f, 100))));
    CHECK(plain.instrument->zones()[0].keycenter_cents == 6000);
    CHECK(plain.instrument->zones()[0].loop == nullptr);
}

TEST_CASE("a sample's loop is used unless loop_mode says otherwise")
{
    const TemporaryDirectory directory;
    const SamplerChunk smpl{.root = 60, .loop_start = 10, .loop_end = 49};
    directory.write("looped.wav", wav(constant(0.5f, 100), {.smpl = &smpl}));
    directory.write("plain.wav", wav(constant(0.5f, 100)));
    const auto loaded = load_instrument(instrument(directory, R"(
        <region> sample=looped.wav
        <region> sample=looped.wav loop_mode=no_loop
        <region> sample=looped.wav loop_start=20
        <region> sample=plain.wav
        <region> sample=plain.wav loop_mode=loop_continuous
        <region> sample=looped.wav pitch_keycenter=sample
    )"));
    const auto zones = loaded.instrument->zones();
    REQUIRE(zones.size() == 6);
    REQUIRE(zones[0].loop != nullptr);
    CHECK(zones[0].loop->range == FrameRange{.start = 10, .end = 50});
    CHECK(zones[1].loop == nullptr);
    REQUIRE(zones[2].loop != nullptr);
    CHECK(zones[2].loop->range == FrameRange{.start = 20, .end = 50});
    CHECK(zones[3].loop == nullptr);
    REQUIRE(zones[4].loop != nullptr);
    CHECK(zones[4].loop->range == FrameRange{.start = 0, .end = 100});
    CHECK(zones[5].loop == zones[0].loop); // shared
}

TEST_CASE("every key finds the zones that include it and no others")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav({0.5f}));
    std::string sfz;
    for (int low = -1; low < 128; low += 3)
        for (int high = -1; high < 128; high += 5)
            sfz += "<region> sample=a.wav lokey=" + std::to_string(low) + " hikey=" + std::to_string(high) +
                   "\n";
    const auto loaded = load_instrument(directory.write("a.sfz", sfz));
    const auto zones = loaded.instrument->zones();
    for (int key = 0; key < 128; ++key) {
        std::multiset<std::uint32_t> found;
        loaded.instrument->for_each_zone(static_cast<unsigned>(key),
                                         [&](std::uint32_t zone) { found.insert(zone); });
        std::multiset<std::uint32_t> expected;
        for (std::uint32_t zone = 0; zone < zones.size(); ++zone)
            if (zones[zone].region.lokey <= key && key <= zones[zone].region.hikey)
                expected.insert(zone);
        CHECK(found == expected);
    }
}

TEST_CASE("a million regions load in bounded time, and what is beyond is named with its line")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav({0.5f}));
    constexpr unsigned most = 1'000'000;
    std::string sfz;
    for (unsigned region = 0; region < most + 3; ++region)
        sfz += "<region> sample=a.wav lokey=1 hikey=126 lovel=" + std::to_string(region % 127 + 1) + "\n";
    const auto file = directory.write("a.sfz", sfz);

    LoadProgress progress;
    const CountedLoading counted(progress);
    const std::clock_t start = std::clock();
    const auto loaded = load_instrument(file);
    const double seconds = processor_seconds(start);

    CHECK(loaded.instrument->zones().size() == most);
    CHECK(loaded.problems.size() == 1);
    CHECK(reports(loaded.problems, "a.sfz", most + 1, "it and all behind it are left out"));
    CHECK(memory_of(*loaded.instrument) >= most * sizeof(Zone));
    CHECK(memory_of(*loaded.instrument) <= std::size_t{1} << 30);
    CHECK(progress.regions.load() == most);
    CHECK(progress.samples.load() == 1);
    if (!has_sanitizer) // some seconds, usually
        CHECK(seconds < 60);
}

TEST_CASE("a hundred thousand missing samples are looked for quickly and reported briefly")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav({0.5f}));
    std::string sfz = "<region> sample=a.wav\n";
    for (int region = 0; region < 100'000; ++region)
        sfz += "<region> sample=Dir/" + std::to_string(region) + ".wav\n";
    const std::clock_t start = std::clock();
    const auto loaded = load_instrument(directory.write("a.sfz", sfz));
    const double seconds = processor_seconds(start);

    CHECK(loaded.instrument->zones().size() == 1);
    CHECK(loaded.problems.size() == 201);
    CHECK(seconds < 20); // two seconds, usually
}
