// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Which regions a note plays, and how loud: heard as the level of constant samples.

#include "tests/nodes/sampler/support.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <cmath>
#include <set>
#include <string>
#include <vector>

using namespace decant::sampler;
using namespace decant::sampler::test;
using Catch::Approx;

namespace
{

constexpr unsigned rate = 48'000;

// Samples of the levels 0.01, 0.02, 0.04 … so that their sum tells which of them sound: a.wav is bit 0.
class Choice
{
    TemporaryDirectory directory_;
    Player player_;

public:
    explicit Choice(const std::string& sfz)
        : player_([&] {
              for (int bit = 0; bit < 6; ++bit)
                  directory_.write(
                      std::string(1, static_cast<char>('a' + bit)) + ".wav",
                      wav(constant(0.01f * static_cast<float>(1 << bit), 10 * rate), {.bits = 32}));
              return instrument(directory_, "<global> amp_veltrack=0 ampeg_release=0.001\n" + sfz);
          }())
    {
    }

    Sound render(std::uint32_t frames, const std::vector<At>& events)
    {
        return player_.render(frames, events);
    }

    // The sum at the end, in hundredths.
    float level(const std::vector<At>& events, std::uint32_t frames = 2000)
    {
        return render(frames, events).left.back() / centre * 100;
    }

    // The bits that sound.
    int sounding(const std::vector<At>& events, std::uint32_t frames = 2000)
    {
        return static_cast<int>(std::lround(level(events, frames)));
    }

    // The bits of one short note.
    int note(int key, int velocity = 127)
    {
        const int bits = sounding({note_on(0, key, velocity)});
        static_cast<void>(sounding({note_off(0, key)}));
        return bits;
    }
};

At program(int number)
{
    return {.frame = 0, .bytes = {0xc0, static_cast<std::uint8_t>(number)}};
}

} // namespace

TEST_CASE("the last keyswitch decides, from sw_default on, on its channel and in its range")
{
    Choice choice("<global> sw_lokey=24 sw_hikey=26 sw_default=25 amp_veltrack=0\n"
                  "<region> sample=a.wav sw_last=24 key=60\n"
                  "<region> sample=b.wav sw_last=25 key=60\n"
                  "<region> sample=c.wav sw_lolast=25 sw_hilast=26 key=60\n");
    CHECK(choice.note(60) == 6);
    choice.note(24);
    CHECK(choice.note(60) == 1);
    choice.note(26);
    CHECK(choice.note(60) == 4);
    choice.note(27); // no switch
    CHECK(choice.note(60) == 4);
}

TEST_CASE("sw_down, sw_up and sw_previous look at other keys")
{
    Choice choice("<region> sample=a.wav key=60 sw_down=40\n"
                  "<region> sample=b.wav key=60 sw_up=40\n"
                  "<region> sample=c.wav key=60 sw_previous=62\n");
    CHECK(choice.note(60) == 2);
    choice.note(62);
    CHECK(choice.note(60) == 6);
    CHECK(choice.sounding({note_on(0, 40), note_on(1, 60)}) == 1);
}

TEST_CASE("rounds go on with every note that fits, and chance chooses one of the ranges")
{
    Choice rounds("<region> sample=a.wav seq_length=3 seq_position=1\n"
                  "<region> sample=b.wav seq_length=3 seq_position=2\n"
                  "<region> sample=c.wav seq_length=3 seq_position=3\n");
    for (const int expected : {1, 2, 4, 1, 2})
        CHECK(rounds.note(60) == expected);

    Choice chance("<region> sample=a.wav hirand=0.5\n<region> sample=b.wav lorand=0.5\n");
    std::set<int> heard;
    for (int note = 0; note < 30; ++note)
        heard.insert(chance.note(60));
    CHECK(heard == std::set<int>{1, 2});
}

TEST_CASE("controllers, bend, aftertouch and programs are conditions, fine ones too")
{
    Choice choice("<region> sample=a.wav locc20=64 hicc20=127\n"
                  "<region> sample=b.wav lohdcc20=0 hihdcc20=0.5\n"
                  "<region> sample=c.wav lobend=100\n"
                  "<region> sample=d.wav lochanaft=50\n"
                  "<region> sample=e.wav loprog=3 hiprog=4\n"
                  "<region> sample=f.wav locc131=100\n");
    CHECK(choice.note(60, 99) == 2);
    CHECK(choice.note(60, 100) == 2 + 32);
    CHECK(choice.sounding({control(0, 20, 64), bend(1, 100), At{.frame = 2, .bytes = {0xd0, 50}}, program(3),
                           note_on(10, 60, 1)}) == 1 + 4 + 8 + 16);
}

TEST_CASE("a controller that comes into the range of on_locc plays a region, once")
{
    Choice choice(
        "<region> sample=a.wav hikey=-1 on_locc20=64 on_hicc20=127\n<region> sample=b.wav key=60\n");
    CHECK(choice.sounding({control(0, 20, 63)}) == 0);
    CHECK(choice.sounding({control(0, 20, 64)}) == 1);
    CHECK(choice.sounding({control(0, 20, 100)}) == 1);
    CHECK(choice.sounding({control(0, 20, 0), control(1, 20, 127)}) == 2);
    CHECK(choice.note(60) == 4);
}

TEST_CASE("the velocity curve goes through its points, and a controller changes how much it counts")
{
    const auto level = [](const std::string& opcodes, int velocity, const std::string& before = "") {
        return Choice(before + "<region> sample=d.wav amp_veltrack=100 " + opcodes)
                   .level({note_on(0, 60, velocity)}) /
               8;
    };
    CHECK(level("amp_velcurve_64=1", 64) == Approx(1).epsilon(1e-4));
    CHECK(level("amp_velcurve_64=1", 32) == Approx(0.5).epsilon(1e-4));
    CHECK(level("amp_velcurve_1=0.2 amp_velcurve_127=0.4", 64) == Approx(0.3).epsilon(1e-3));
    CHECK(level("amp_velcurve_127=0.5 amp_veltrack=50", 127) == Approx(0.75).epsilon(1e-4));
    CHECK(level("amp_veltrack_oncc20=-100", 64, "<control> set_cc20=127\n") == Approx(1).epsilon(1e-4));
}

TEST_CASE("regions cross-fade over keys, velocities and controllers, with equal power or gain")
{
    Choice keys("<region> sample=d.wav xfin_lokey=60 xfin_hikey=70 xfout_lokey=80 xfout_hikey=90\n");
    CHECK(keys.level({note_on(0, 59)}) == Approx(0));
    CHECK(keys.level({note_off(0, 59), note_on(1, 65)}) == Approx(8 * std::sqrt(0.5)).epsilon(1e-3));
    CHECK(keys.level({note_off(0, 65), note_on(1, 75)}) == Approx(8).epsilon(1e-3));
    CHECK(keys.level({note_off(0, 75), note_on(1, 88)}) == Approx(8 * std::sqrt(0.2)).epsilon(1e-3));
    CHECK(keys.level({note_off(0, 88), note_on(1, 91)}) == Approx(0));

    Choice velocity("<region> sample=d.wav xf_velcurve=gain xfin_lovel=20 xfin_hivel=40\n");
    CHECK(velocity.level({note_on(0, 60, 30)}) == Approx(4).epsilon(1e-3));

    Choice controller("<region> sample=d.wav xf_cccurve=gain xfin_locc20=0 xfin_hicc20=127\n"
                      "<region> sample=e.wav xf_cccurve=gain xfout_locc20=0 xfout_hicc20=127\n");
    CHECK(controller.level({note_on(0, 60)}) == Approx(16).epsilon(1e-3));
    CHECK(controller.level({control(0, 20, 127)}) == Approx(8).epsilon(1e-3));
    CHECK(controller.level({control(0, 20, 64)}) == Approx(8 * 64 / 127.0 + 16 * 63 / 127.0).epsilon(1e-3));
}

TEST_CASE("polyphony and note_polyphony end the oldest voices")
{
    Choice group("<group> group=1 polyphony=2 off_mode=fast\n<region> sample=a.wav key=60\n<region> "
                 "sample=b.wav key=61\n"
                 "<region> sample=c.wav key=62\n<group>\n<region> sample=d.wav key=63\n");
    CHECK(group.sounding({note_on(0, 63), note_on(1, 60), note_on(2, 61), note_on(3, 62)}) == 8 + 2 + 4);

    Choice header("<group> polyphony=1\n<region> sample=a.wav key=60\n<region> sample=b.wav key=61\n");
    CHECK(header.sounding({note_on(0, 60), note_on(1, 61)}) == 2);

    Choice note("<region> sample=a.wav note_polyphony=1 loop_mode=one_shot\n");
    CHECK(note.sounding({note_on(0, 60), note_on(100, 60), note_on(200, 61)}) == 2);
    Choice masked("<region> sample=a.wav note_polyphony=1 loop_mode=one_shot\n");
    CHECK(masked.sounding({note_on(0, 60, 100), note_on(100, 60, 50)}) == 2); // a softer note leaves it alone
    Choice unmasked("<region> sample=a.wav note_polyphony=1 note_selfmask=off loop_mode=one_shot\n");
    CHECK(unmasked.sounding({note_on(0, 60, 100), note_on(100, 60, 50)}) == 1);
}

TEST_CASE("release samples lose rt_decay for each second, and rt_dead=off asks for a living note")
{
    Choice decay("<region> sample=d.wav trigger=release rt_decay=6 loop_mode=one_shot\n");
    CHECK(decay.level({note_on(0, 60), note_off(rate, 60)}, rate + 1000) ==
          Approx(8 * std::pow(10, -6 / 20.0)).epsilon(1e-3));
    Choice dead("<region> sample=a.wav key=60\n"
                "<region> sample=b.wav trigger=release rt_dead=off loop_mode=one_shot\n");
    CHECK(dead.sounding({note_on(0, 60), note_off(100, 60)}) == 2);
    CHECK(dead.sounding({note_on(0, 61), note_off(100, 61)}) == 2); // the first one goes on; nothing is added
}

TEST_CASE("pedals: another controller for sustain, regions without it, and sostenuto")
{
    Choice other("<region> sample=a.wav sustain_cc=20 key=60\n");
    CHECK(other.sounding({control(0, 20, 127), note_on(1, 60), note_off(100, 60)}) == 1);
    CHECK(other.sounding({control(0, 20, 0)}) == 0);
    CHECK(other.sounding({control(0, 64, 127), note_on(1, 60), note_off(100, 60)}) == 0);

    Choice without("<region> sample=a.wav key=60 sustain_sw=off\n<region> sample=b.wav key=60\n");
    CHECK(without.sounding({control(0, 64, 127), note_on(1, 60), note_off(100, 60)}) == 2);

    Choice sostenuto("<region> sample=a.wav key=60\n<region> sample=b.wav key=61\n<region> sample=c.wav "
                     "key=62 sostenuto_sw=off\n");
    CHECK(sostenuto.sounding({note_on(0, 60), note_on(0, 62), control(1, 66, 127), note_on(2, 61),
                              note_off(100, 60), note_off(100, 61), note_off(100, 62)}) == 1);
    CHECK(sostenuto.sounding({control(0, 66, 0)}) == 0);
}

TEST_CASE("regions begin late by their delay, at the very frame, unless the key is up by then")
{
    Choice late("<region> sample=a.wav delay=0.1\n");
    const auto sound = late.render(9600, {note_on(10, 60)});
    CHECK(sound.left[10 + 4800 - 1] == 0);
    CHECK(sound.left[10 + 4800 + 40] / centre == Approx(0.01).epsilon(1e-3));
    Choice given_up("<region> sample=a.wav delay=0.1\n");
    CHECK(given_up.sounding({note_on(0, 60), note_off(100, 60)}, 9600) == 0);
    Choice controlled("<control> set_cc20=127\n<region> sample=a.wav delay_oncc20=0.1\n");
    CHECK(is_zero(controlled.render(4800, {note_on(0, 60)}).left));
    CHECK(controlled.sounding({}) == 1);
}

TEST_CASE("controllers and chance move the start in the sample")
{
    const TemporaryDirectory directory;
    std::vector<float> ramp(rate);
    for (std::size_t frame = 0; frame < ramp.size(); ++frame)
        ramp[frame] = static_cast<float>(frame) / rate;
    directory.write("a.wav", wav(ramp, {.bits = 32}));
    const auto first = [&](const std::string& opcodes, int value = 127) {
        Player player(instrument(directory, "<region> sample=a.wav amp_veltrack=0 " + opcodes));
        return player.render(100, {control(0, 20, value), note_on(0, 60)}).left[0] / centre * rate;
    };
    CHECK(first("offset=1000 offset_oncc20=2000") == Approx(3000).margin(1));
    CHECK(first("offset=1000 offset_oncc20=-2000") == Approx(0).margin(1));
    std::set<int> heard;
    for (int note = 0; note < 5; ++note)
        heard.insert(static_cast<int>(first("offset_random=10000")));
    CHECK(*heard.rbegin() < 10'000);
    CHECK(first("offset_random=0") == Approx(0).margin(1));
    // Behind the end there is nothing to play.
    Player player(instrument(directory, "<region> sample=a.wav offset_oncc20=100000"));
    CHECK(is_zero(player.render(100, {control(0, 20, 127), note_on(0, 60)}).left));
}

TEST_CASE("key and chance change loudness, pan and pitch as far as they say")
{
    Choice key("<region> sample=d.wav amp_keytrack=1 amp_keycenter=60\n");
    CHECK(key.level({note_on(0, 54)}) == Approx(8 * std::pow(10, -6 / 20.0)).epsilon(1e-3));
    Choice pan("<region> sample=d.wav pan_keytrack=10 pan_keycenter=60\n");
    const auto sound = pan.render(2000, {note_on(0, 70)});
    CHECK(sound.left.back() == 0);
    CHECK(sound.right.back() == Approx(0.08).epsilon(1e-3));
    Choice random("<region> sample=d.wav amp_random=6\n");
    for (int note = 0; note < 10; ++note) {
        const float level = random.level({note_on(0, 60 + note)}, 500);
        static_cast<void>(random.level({note_off(0, 60 + note)}, 500));
        CHECK((level >= 7.99f && level <= 16.01f));
    }
    Choice inverted("<region> sample=d.wav phase=invert\n");
    CHECK(inverted.level({note_on(0, 60)}) == Approx(-8).epsilon(1e-3));
}

TEST_CASE("note_offset and octave_offset move the keys that follow, and labels are kept")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav({0.5f}));
    const auto loaded = load_instrument(instrument(
        directory, "<control> note_offset=1 octave_offset=-1 label_cc20=Vibrato depth\n"
                   "<region> sample=a.wav key=60 sw_last=c1 region_label=Soft\n<control> note_offset=0\n"
                   "<region> sample=a.wav key=60\n"));
    CHECK(loaded.instrument->zones()[0].region.lokey == 49);
    CHECK(loaded.instrument->zones()[0].keycenter_cents == 4900);
    CHECK(loaded.instrument->zones()[0].region.keyswitch.last_low == 13);
    CHECK(loaded.instrument->zones()[1].region.lokey == 60);
    REQUIRE(loaded.instrument->labels().size() == 1);
    CHECK(loaded.instrument->labels()[0].label == "Vibrato depth");
}

TEST_CASE("what is written the wrong way round, and a slip of the finger, are named with their remedy")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav({0.5f}));
    const auto loaded = load_instrument(directory.write("a.sfz", "<region> sample=a.wav lokey=70 hikey=60\n"
                                                                 "<region> sample=a.wav lovel=70 hivel=60\n"
                                                                 "<region> sample=a.wav ampeg_relase=1\n"
                                                                 "<region> sample=a.wav pan_curvecc10=44\n"));
    CHECK(reports(loaded.problems, "a.sfz", 1, "lokey=70 is above hikey=60"));
    CHECK(reports(loaded.problems, "a.sfz", 2, "lovel=70 is above hivel=60"));
    CHECK(reports(loaded.problems, "a.sfz", 4, "there is no curve 44"));
    REQUIRE(loaded.unsupported.size() == 1);
    CHECK(loaded.unsupported[0].nearest == "ampeg_release");
    CHECK(to_string(loaded.unsupported[0]).find("did you mean ampeg_release?") != std::string::npos);
}

TEST_CASE("a slip in a header is named with the header that may have been meant, but not one of SFZ's")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav({0.5f}));
    const auto loaded = load_instrument(
        directory.write("a.sfz", "<rgion> sample=a.wav\n<effect> bus=main\n<region> sample=a.wav\n"));
    REQUIRE(loaded.unsupported.size() == 2);
    for (const auto& each : loaded.unsupported)
        CHECK(each.nearest == (each.name == "<rgion>" ? "<region>" : ""));

    const auto alone = directory.write("b.sfz", "<rgion> sample=a.wav\n");
    CHECK_THROWS_WITH(load_instrument(alone), Catch::Matchers::ContainsSubstring("did you mean <region>?"));
}

TEST_CASE("regions go to the outputs that they name, and to the first if there are fewer")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(constant(1, rate), {.bits = 32}));
    const auto loaded = load_instrument(instrument(directory, "<region> sample=a.wav key=60\n"
                                                              "<region> sample=a.wav key=61 output=2\n"));
    CHECK(loaded.instrument->outputs() == 3);
    CHECK(Sampler::ports(loaded.instrument->outputs()).outputs.size() == 6);
    Sampler sampler;
    sampler.play(loaded.instrument);
    std::vector<std::vector<float>> buffers(6, std::vector<float>(512, 9.0f));
    std::vector<float*> outputs;
    for (auto& buffer : buffers)
        outputs.push_back(buffer.data());
    const At on = note_on(0, 61);
    const std::array<decant::nodes::MidiEvent, 1> midi{{{.frame = 0, .bytes = on.bytes}}};
    const auto play = [&](std::size_t count) {
        sampler.process({.frames = 512,
                         .rate = rate,
                         .start_nsec = 0,
                         .deadline_nsec = 0,
                         .freewheel = true,
                         .transport = {},
                         .inputs = {},
                         .outputs = std::span(outputs).first(count),
                         .midi_in = midi,
                         .midi_out = nullptr});
    };
    play(6);
    CHECK(buffers[4].back() == Approx(centre).epsilon(1e-3));
    CHECK(is_zero(buffers[0]));
    CHECK(is_zero(buffers[3]));
    play(2);
    CHECK(buffers[0].back() > centre);
}
