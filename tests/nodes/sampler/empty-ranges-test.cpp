// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Ranges in which nothing is, and fades that are none, are named where they are written; no others are.

#include "tests/nodes/sampler/support.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace decant::sampler;
using namespace decant::sampler::test;

namespace
{

LoadedInstrument loaded(const std::string& sfz)
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(constant(0.5f, 4800), {.bits = 32}));
    return load_instrument(directory.write("a.sfz", sfz));
}

LoadedInstrument of_region(const std::string& opcodes)
{
    return loaded("<group> sample=a.wav\n<region> key=60\n<region> key=61 " + opcodes + '\n');
}

// Whether the region on key 61 is heard, whatever controllers do.
bool sounds(const LoadedInstrument& instrument)
{
    Player player;
    player.sampler.play(instrument.instrument);
    CHECK_FALSE(is_zero(player.render(256, {note_on(0, 60)}).left)); // the other region
    static_cast<void>(player.render(512, {note_off(0, 60)}));
    bool heard = false;
    for (int value = 0; value <= 127; ++value) {
        static_cast<void>(player.render(512, {control(0, 1, value), note_on(0, 61, std::max(value, 1))}));
        heard |= !is_zero(player.render(256).left);
        static_cast<void>(player.render(512, {note_off(0, 61)}));
    }
    return heard;
}

} // namespace

TEST_CASE("a region whose range holds nothing is silent, and is named with the range and its remedy")
{
    for (const auto& [opcodes, text] : std::vector<std::pair<std::string, std::string>>{
             {"lovel=70 hivel=60", "lovel=70 is above hivel=60, so no velocity plays this region; swap them"},
             {"lochan=9 hichan=3", "lochan=9 is above hichan=3, so no channel plays this region"},
             {"lobend=8000 hibend=-100", "lobend=8000 is above hibend=-100, so no pitch bend"},
             {"lochanaft=50 hichanaft=40", "lochanaft=50 is above hichanaft=40, so no channel aftertouch"},
             {"lopolyaft=50 hipolyaft=40", "lopolyaft=50 is above hipolyaft=40, so no key aftertouch"},
             {"loprog=8 hiprog=7", "loprog=8 is above hiprog=7, so no program"},
             {"lorand=0.8 hirand=0.2", "lorand=0.8 is above hirand=0.2, so no random number"},
             {"lorand=0.5 hirand=0.5", "lorand=0.5 is not below hirand=0.5"},
             {"lobpm=200 hibpm=100", "lobpm=200 is above hibpm=100, so no tempo"},
             {"lobpm=120 hibpm=120", "lobpm=120 is not below hibpm=120"},
             {"seq_length=2 seq_position=5", "seq_position=5 is above seq_length=2, so its turn never comes"},
             {"locc1=100 hicc1=10", "locc1=100 is above hicc1=10, so no value of the controller plays"},
             {"lohdcc1=0.75 hihdcc1=0.25", "lohdcc1=0.75 is above hihdcc1=0.25, so"},
             {"sw_last=55 sw_lokey=60 sw_hikey=50", "sw_lokey=60 is above sw_hikey=50, so no key switches"},
             {"sw_lolast=40 sw_hilast=30", "sw_lolast=40 is above sw_hilast=30"},
             {"sw_last=70 sw_lokey=50 sw_hikey=60", "sw_last=70 is above sw_hikey=60"},
             {"sw_last=40 sw_lokey=50 sw_hikey=60", "sw_lokey=50 is above sw_last=40"}}) {
        INFO(opcodes);
        const auto instrument = of_region(opcodes);
        CHECK(instrument.problems.size() == 1);
        CHECK(reports(instrument.problems, "a.sfz", 3, text));
        CHECK_FALSE(sounds(instrument));
    }
}

TEST_CASE("what the wrong way round leaves to be heard is named, too")
{
    for (const auto& [opcodes, text] : std::vector<std::pair<std::string, std::string>>{
             {"on_locc1=100 on_hicc1=10",
              "on_locc1=100 is above on_hicc1=10, so no value of the controller starts"},
             {"on_lohdcc1=0.75 on_hihdcc1=0.25", "on_lohdcc1=0.75 is above on_hihdcc1=0.25"},
             {"sw_last=60 sw_default=60 sw_lokey=60 sw_hikey=50", "sw_lokey=60 is above sw_hikey=50"},
             {"xfin_lokey=60 xfin_hikey=50", "xfin_lokey=60 is above xfin_hikey=50, so it does not fade in"},
             {"xfout_lokey=70 xfout_hikey=65",
              "xfout_lokey=70 is above xfout_hikey=65, so it does not fade out"},
             {"xfin_lovel=80 xfin_hivel=60", "xfin_lovel=80 is above xfin_hivel=60"},
             {"xfout_lovel=80 xfout_hivel=60", "xfout_lovel=80 is above xfout_hivel=60"},
             {"xfin_locc1=80 xfin_hicc1=60", "xfin_locc1=80 is above xfin_hicc1=60"},
             {"xfout_locc1=80 xfout_hicc1=60", "xfout_locc1=80 is above xfout_hicc1=60"},
             {"output=16", "output: 16 is out of range 0…15; it goes to output 0"}}) {
        INFO(opcodes);
        const auto instrument = of_region(opcodes);
        CHECK(instrument.problems.size() == 1);
        CHECK(reports(instrument.problems, "a.sfz", 3, text));
        CHECK(sounds(instrument));
    }
    CHECK(of_region("output=999").instrument->outputs() == 1); // and makes no ports that nobody plays to
}

TEST_CASE("ranges of one value, hard edges and what SFZ turns off with -1 are as they should be")
{
    for (const char* const opcodes :
         {"lochan=1 hichan=1", "lobend=0 hibend=0", "lochanaft=0 hichanaft=0", "lopolyaft=0 hipolyaft=0",
          "loprog=0 hiprog=0", "lorand=0 hirand=1", "lobpm=0 hibpm=500", "seq_length=3 seq_position=3",
          "locc1=64 hicc1=64", "lohdcc1=0.5 hihdcc1=0.51", "on_locc1=127 on_hicc1=-1",
          "sw_lokey=60 sw_hikey=50", "sw_last=60 sw_default=60 sw_lokey=20 sw_hikey=30", "sw_last=61",
          "xfin_lovel=64 xfin_hivel=64", "xfout_hivel=100", "xfin_locc1=0 xfin_hicc1=0", "output=15"}) {
        INFO(opcodes);
        const auto instrument = of_region(opcodes);
        CHECK(instrument.problems.empty());
        CHECK(sounds(instrument));
    }
    CHECK(of_region("lokey=0 hikey=-1").problems.empty());
    CHECK(of_region("lohdcc1=0.5 hihdcc1=0.5").problems.empty());
    CHECK(of_region("lobpm=500 hibpm=500").problems.empty());
}

TEST_CASE("a range that regions inherit is named once, where it is written, and only if one of them has it")
{
    const auto once = loaded("<global> sample=a.wav lobend=100 hibend=-100\n"
                             "<group> seq_position=3\n"
                             "<region> key=60\n<region> key=61 seq_length=4\n<region> key=62\n");
    CHECK(once.problems.size() == 2);
    CHECK(reports(once.problems, "a.sfz", 1, "lobend=100 is above hibend=-100"));
    CHECK(reports(once.problems, "a.sfz", 2, "seq_position=3 is above seq_length=1"));

    const auto mended = loaded("<global> sample=a.wav lobend=100 hibend=-100\n"
                               "<group> seq_position=3\n"
                               "<region> key=60 lobend=-100 hibend=100 seq_length=3\n");
    CHECK(mended.problems.empty());

    const auto both = loaded("<group> sample=a.wav hichan=3\n<region> lochan=4\n<region> lochan=5\n");
    CHECK(both.problems.size() == 2);
    CHECK(reports(both.problems, "a.sfz", 2, "lochan=4 is above hichan=3"));
    CHECK(reports(both.problems, "a.sfz", 3, "lochan=5 is above hichan=3"));
}
