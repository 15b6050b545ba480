// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What controllers, LFOs and envelopes do to the sound, against the formula.

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

constexpr unsigned rate = 48'000;

// A constant sample, played by `opcodes` under <region> and with `before` above it.
class Level
{
    TemporaryDirectory directory_;
    Player player_;

public:
    explicit Level(const std::string& opcodes, const std::string& before = "")
        : player_([&] {
              directory_.write("a.wav", wav(constant(1, 4 * rate), {.bits = 32}));
              return instrument(directory_, before +
                                                "\n<region> sample=a.wav amp_veltrack=0 ampeg_release=1 " +
                                                opcodes + "\n");
          }())
    {
    }

    Sound render(std::uint32_t frames, const std::vector<At>& events = {})
    {
        return player_.render(frames, events);
    }

    // The gain of the left side at the end of some time.
    float after(std::uint32_t frames, const std::vector<At>& events = {})
    {
        return render(frames, events).left.back() / centre;
    }
};

// A sine of 441 Hz, played by `opcodes`: its frequency in cents from there.
class Pitch
{
    TemporaryDirectory directory_;
    Player player_;

public:
    explicit Pitch(const std::string& opcodes, const std::string& before = "")
        : player_([&] {
              directory_.write("a.wav", wav(sine(441, rate, 8 * rate), {.bits = 32}));
              return instrument(directory_, before + "\n<region> sample=a.wav " + opcodes + "\n");
          }())
    {
    }

    double cents(std::uint32_t frames, const std::vector<At>& events = {})
    {
        return 1200 * std::log2(frequency_of(player_.render(frames, events).left, rate) / 441);
    }
};

double linear(double decibels)
{
    return std::pow(10, decibels / 20);
}

} // namespace

TEST_CASE("an amplitude controller is a fader from nothing to its depth")
{
    Level level("amplitude_oncc20=100");
    CHECK(level.after(2000, {note_on(0, 60)}) == 0);
    CHECK(level.after(2000, {control(0, 20, 127)}) == Approx(1).epsilon(1e-4));
    CHECK(level.after(2000, {control(0, 20, 64)}) == Approx(64.0 / 127).epsilon(1e-4));
}

TEST_CASE("several amplitude controllers are multiplied, volumes are added")
{
    CHECK(Level("amplitude_oncc20=100 amplitude_cc21=50", "<control> set_cc20=127 set_cc21=127")
              .after(2000, {note_on(0, 60)}) == Approx(0.5).epsilon(1e-4));
    CHECK(Level("volume_oncc20=-6 gain_oncc21=-12 volume=3", "<control> set_cc20=127 set_cc21=127")
              .after(2000, {note_on(0, 60)}) == Approx(linear(-15)).epsilon(1e-4));
}

TEST_CASE("curves bend a controller: those that are given and those of the file")
{
    const std::string half = "<control> set_hdcc20=0.5\n";
    const auto at_half = [&](int curve, const std::string& more = "") {
        return Level("amplitude_oncc20=100 amplitude_curvecc20=" + std::to_string(curve), half + more)
            .after(2000, {note_on(0, 60)});
    };
    CHECK(at_half(0) == Approx(0.5).epsilon(1e-3));
    CHECK(at_half(2) == Approx(0.5).epsilon(1e-3));
    CHECK(at_half(4) == Approx(0.25).epsilon(1e-3));
    CHECK(at_half(5) == Approx(std::sqrt(0.5)).epsilon(1e-3));
    CHECK(at_half(6) == Approx(std::sqrt(0.5)).epsilon(1e-3));
    CHECK(at_half(9, "<curve> curve_index=9 v000=0.2 v127=0.4\n") == Approx(0.3).epsilon(1e-3));
    CHECK(at_half(7, "<curve> v000=1 v063=0.8 v064=0.8\n") == Approx(0.8).epsilon(1e-3));
    // 127 points, and no more: the ends stay.
    Level ends("amplitude_oncc20=100 amplitude_curvecc20=9", "<curve> curve_index=9 v000=0.25 v127=0.75\n");
    CHECK(ends.after(2000, {note_on(0, 60)}) == Approx(0.25).epsilon(1e-4));
    CHECK(ends.after(2000, {control(0, 20, 127)}) == Approx(0.75).epsilon(1e-4));
}

TEST_CASE("a bipolar curve makes a controller pan to both sides, and position and width do what they say")
{
    Level pan("pan_oncc10=100 pan_curvecc10=1");
    auto sound = pan.render(2000, {note_on(0, 60), control(0, 10, 0)});
    CHECK(sound.left.back() == Approx(1).epsilon(1e-4));
    CHECK(sound.right.back() == Approx(0).margin(1e-4));
    sound = pan.render(2000, {control(0, 10, 127)});
    CHECK(sound.left.back() == 0);
    CHECK(sound.right.back() == Approx(1).epsilon(1e-4));

    const TemporaryDirectory directory;
    std::vector<float> both;
    for (unsigned frame = 0; frame < rate; ++frame) {
        both.push_back(0.8f);
        both.push_back(0.2f);
    }
    directory.write("b.wav", wav(both, {.channels = 2, .bits = 32}));
    const auto sides = [&](const std::string& opcodes) {
        Player player(instrument(directory, "<region> sample=b.wav amp_veltrack=0 " + opcodes));
        return player.render(2000, {note_on(0, 60), control(0, 20, 127)});
    };
    const auto left_of = [&](const std::string& opcodes) {
        return sides(opcodes).left.back() / centre;
    };
    const auto right_of = [&](const std::string& opcodes) {
        return sides(opcodes).right.back() / centre;
    };
    CHECK(left_of("") == Approx(0.8).epsilon(1e-4));
    CHECK(left_of("width=0") == Approx(0.5).epsilon(1e-4));
    CHECK(right_of("width=0") == Approx(0.5).epsilon(1e-4));
    CHECK(left_of("width=-100") == Approx(0.2).epsilon(1e-4));
    CHECK(left_of("width=0 width_oncc20=50") == Approx(0.65).epsilon(1e-4));
    CHECK(left_of("position=100") == Approx(0).margin(1e-5));
    CHECK(right_of("width=0 position=100") == Approx(0.5 * std::numbers::sqrt2).epsilon(1e-4));
    CHECK(left_of("width=50 cutoff=20000 fil_type=lpf_1p") > 0.6);
}

TEST_CASE("controllers tune, in steps if they are told to, and sounding notes follow")
{
    Pitch pitch("tune_oncc20=1200 pitch_keytrack=0");
    CHECK(pitch.cents(rate / 2, {note_on(0, 60)}) == Approx(0).margin(0.1));
    static_cast<void>(pitch.cents(1000, {control(0, 20, 127)}));
    CHECK(pitch.cents(rate / 2) == Approx(1200).margin(0.1));

    Pitch stepped("pitch_oncc20=1200 pitch_stepcc20=100");
    static_cast<void>(stepped.cents(1000, {note_on(0, 60), control(0, 20, 16)})); // 151 cents
    CHECK(stepped.cents(rate / 2) == Approx(100).margin(0.1));
}

TEST_CASE("a smoothed controller goes to its new value as it says")
{
    Level level("amplitude_oncc20=100 amplitude_smoothcc20=100");
    CHECK(level.after(2000, {note_on(0, 60)}) == 0);
    // After a time constant it has come 1 - 1/e of the way.
    CHECK(level.after(4800, {control(0, 20, 127)}) == Approx(1 - std::exp(-1)).margin(0.02));
    CHECK(level.after(3 * rate / 2) == Approx(1).epsilon(1e-3));
}

TEST_CASE("controllers beyond MIDI's carry velocity, key, bend and aftertouch")
{
    CHECK(Level("amplitude_oncc131=100").after(2000, {note_on(0, 60, 64)}) ==
          Approx(64.0 / 127).epsilon(1e-3));
    CHECK(Level("amplitude_oncc133=100").after(2000, {note_on(0, 30)}) == Approx(30.0 / 127).epsilon(1e-3));
    CHECK(Level("amplitude_oncc128=100").after(2000, {note_on(0, 60), bend(10, 8191)}) ==
          Approx(1).epsilon(1e-3));
    Level pressed("amplitude_oncc129=100");
    CHECK(pressed.after(2000, {note_on(0, 60)}) == 0);
    CHECK(pressed.after(2000, {At{.frame = 0, .bytes = {0xd0, 127}}}) == Approx(1).epsilon(1e-4));
    Level key("amplitude_oncc130=100");
    CHECK(key.after(2000, {note_on(0, 60), At{.frame = 9, .bytes = {0xa0, 61, 127}}}) == 0);
    CHECK(key.after(2000, {At{.frame = 0, .bytes = {0xa0, 60, 127}}}) == Approx(1).epsilon(1e-4));
}

TEST_CASE("a variable is the sum or the product of its controllers, and moves what it names")
{
    const std::string set = "<control> set_cc20=127 set_cc21=64\n";
    const std::string both = "var01_oncc20=1 var01_oncc21=0.5 ";
    constexpr double part = 64.0 / 127;
    CHECK(Level(both + "var01_volume=-12", set).after(2000, {note_on(0, 60)}) ==
          Approx(linear(-12 * (1 + part / 2))).epsilon(1e-4));
    CHECK(Level(both + "var01_mod=add var01_volume=-12", set).after(2000, {note_on(0, 60)}) ==
          Approx(linear(-12 * (1 + part / 2))).epsilon(1e-4));
    CHECK(Level(both + "var01_mod=mult var01_volume=-12", set).after(2000, {note_on(0, 60)}) ==
          Approx(linear(-12 * part / 2)).epsilon(1e-4));
    CHECK(Level(both + "var01_mod=mult var01_amplitude=100", set).after(2000, {note_on(0, 60)}) ==
          Approx(part / 2).epsilon(1e-4));
    CHECK(Level("var7_curvecc21=2 var7_oncc21=1 var7_volume=-12", set).after(2000, {note_on(0, 60)}) ==
          Approx(linear(-12 * (1 - part))).epsilon(1e-4));
    // How far it moves may be a controller's affair, too; one without controllers moves nothing.
    CHECK(Level("var02_oncc20=1 var02_volume_oncc21=-12 var03_mod=mult var03_volume=-24", set)
              .after(2000, {note_on(0, 60)}) == Approx(linear(-12 * part)).epsilon(1e-4));

    // Velocity tracking that a controller turns up, with a note that sounds.
    Pitch pitch("var01_mod=mult var01_oncc131=1 var01_oncc22=1 var01_pitch=1200");
    CHECK(pitch.cents(9600, {note_on(0, 60, 100)}) == Approx(0).margin(0.5));
    CHECK(pitch.cents(9600, {control(0, 22, 127)}) == Approx(1200.0 * 100 / 127).margin(3));
}

TEST_CASE("controllers and velocity change the amplitude envelope's times")
{
    // A straight attack is half way after half of its time.
    CHECK(Level("ampeg_attack_oncc20=1", "<control> set_cc20=127").after(rate / 2, {note_on(0, 60)}) ==
          Approx(0.5).margin(0.002));
    CHECK(Level("ampeg_attack=1 ampeg_vel2attack=-0.5").after(rate / 4, {note_on(0, 60, 127)}) ==
          Approx(0.5).margin(0.002));
    CHECK(Level("ampeg_decay=0.01 ampeg_sustain=100 ampeg_sustain_oncc20=-75", "<control> set_cc20=127")
              .after(rate / 2, {note_on(0, 60)}) == Approx(0.25).margin(0.002));
    // Dynamic: what the controller says when the key is released counts.
    Level dynamic("ampeg_release_oncc20=1 ampeg_dynamic=1 ampeg_release_shape=0");
    CHECK(dynamic.after(rate / 2, {note_on(0, 60), control(100, 20, 127), note_off(200, 60)}) > 0.7f);
}

TEST_CASE("the stages of the amplitude envelope have the shapes that they are given")
{
    CHECK(Level("ampeg_attack=1 ampeg_attack_shape=-5").after(rate / 2, {note_on(0, 60)}) > 0.9f);
    CHECK(Level("ampeg_attack=1 ampeg_attack_shape=5").after(rate / 2, {note_on(0, 60)}) < 0.1f);
    Level straight("ampeg_release=1 ampeg_release_shape=0");
    CHECK(straight.after(1000, {note_on(0, 60)}) == Approx(1).epsilon(1e-4));
    CHECK(straight.after(rate / 2, {note_off(0, 60)}) == Approx(0.5).margin(0.002));
}

TEST_CASE("SFZ 1's LFOs swing with their depth and frequency, after their delay and while they fade in")
{
    Level tremolo("amplfo_freq=2 amplfo_depth=6");
    const auto sound = tremolo.render(rate, {note_on(0, 60)});
    CHECK(sound.left[rate / 8] / centre == Approx(linear(6)).epsilon(0.002));
    CHECK(sound.left[rate * 3 / 8] / centre == Approx(linear(-6)).epsilon(0.002));
    CHECK(sound.left[rate / 4] / centre == Approx(1).epsilon(0.01));

    const auto faded = Level("amplfo_freq=2 amplfo_depth=6 amplfo_delay=0.5 amplfo_fade=1")
                           .render(2 * rate, {note_on(0, 60)});
    CHECK(faded.left[rate / 2 - 100] / centre == Approx(1).epsilon(1e-4));
    CHECK(faded.left[rate / 2 + rate * 5 / 8] / centre == Approx(linear(6 * 0.625)).epsilon(0.005));

    // A vibrato deviates by its depth: count the periods in the upper half of the swing.
    Pitch vibrato("pitchlfo_freq=1 pitchlfo_depth=100 pitch_keytrack=0");
    static_cast<void>(vibrato.cents(rate / 4 - 2400, {note_on(0, 60)}));
    CHECK(vibrato.cents(4800) == Approx(98.4).margin(2)); // around the top: sin within 18 degrees of it
}

TEST_CASE("LFOs have the waves, phases, steps and further waves of SFZ 2")
{
    const auto at = [](const std::string& opcodes, unsigned part) {
        return Level("lfo1_freq=1 lfo1_volume=6 " + opcodes)
                   .render(rate, {note_on(0, 60)})
                   .left[rate * part / 16] /
               centre;
    };
    const auto value = [](double part) {
        return Approx(linear(6 * part)).epsilon(0.005);
    };
    CHECK(at("lfo1_wave=0", 2) == value(0.5));
    CHECK(at("lfo1_wave=0", 4) == value(1));
    CHECK(at("lfo1_wave=1", 4) == value(1));
    CHECK(at("lfo1_wave=2", 11) == value(1));
    CHECK(at("lfo1_wave=3", 9) == value(-1));
    CHECK(at("lfo1_wave=4", 5) == value(-1));
    CHECK(at("lfo1_wave=5", 3) == value(-1));
    CHECK(at("lfo1_wave=6", 12) == value(0.5));
    CHECK(at("lfo1_wave=7", 12) == value(-0.5));
    CHECK(at("lfo1_phase=0.25", 8) == value(-1));
    CHECK(at("lfo1_steps=4 lfo1_step1=0 lfo1_step2=100 lfo1_step3=-50 lfo1_step4=0", 6) == value(1));
    CHECK(at("lfo1_steps=4 lfo1_step1=0 lfo1_step2=100 lfo1_step3=-50 lfo1_step4=0", 10) == value(-0.5));
    CHECK(at("lfo1_offset=0.5 lfo1_scale=0.25", 4) == value(0.75));
    CHECK(at("lfo1_scale=0 lfo1_wave2=3 lfo1_ratio2=2 lfo1_scale2=0.5", 5) == value(-0.5));
    CHECK(at("lfo1_count=1 lfo1_freq=4", 6) == value(0));
}

TEST_CASE("a random LFO stays within its depth and changes once a period")
{
    const auto sound = Level("lfo1_freq=10 lfo1_wave=12 lfo1_volume=6").render(rate, {note_on(0, 60)});
    int different = 0;
    float before = 0;
    for (unsigned period = 0; period < 10; ++period) {
        const float gain = sound.left[period * rate / 10 + rate / 20] / centre;
        CHECK((gain > linear(-6.01) && gain < linear(6.01)));
        different += std::abs(gain - before) > 0.001f ? 1 : 0;
        before = gain;
    }
    CHECK(different >= 9);
}

TEST_CASE("controllers set an LFO's depth and frequency, and an LFO another's frequency")
{
    Level depth("lfo1_freq=1 lfo1_volume_oncc1=6");
    CHECK(depth.after(rate / 4, {note_on(0, 60)}) == Approx(1).epsilon(1e-4));
    Level full("lfo1_freq=1 lfo1_volume_oncc1=6", "<control> set_cc1=127");
    CHECK(full.after(rate / 4, {note_on(0, 60)}) == Approx(linear(6)).epsilon(0.002));
    Level faster("lfo1_freq=0 lfo1_freq_oncc1=1 lfo1_volume=6", "<control> set_cc1=127");
    CHECK(faster.after(rate / 4, {note_on(0, 60)}) == Approx(linear(6)).epsilon(0.002));
    // The second LFO holds still at 1 and adds 1 Hz to the first.
    Level moved("lfo1_freq=0 lfo1_volume=6 lfo2_freq=0 lfo2_wave=3 lfo2_freq_lfo1=1");
    CHECK(moved.after(rate / 4, {note_on(0, 60)}) == Approx(linear(6)).epsilon(0.01));
}

TEST_CASE("an envelope moves an LFO's frequency and scales its depth")
{
    // The envelope stands at a half.
    const std::string half = "eg1_time0=0 eg1_level0=0.5 eg1_sustain=0 ";
    Level faster(half + "lfo1_freq=0 lfo1_volume=6 eg1_freq_lfo1=2");
    CHECK(faster.after(rate / 4, {note_on(0, 60)}) == Approx(linear(6)).epsilon(0.01));
    // And the LFO at its top, from the first frame on.
    const std::string top = "lfo1_freq=0 lfo1_wave=3 lfo1_volume=6 ";
    Level deeper(half + top + "eg1_depth_lfo1=50");
    CHECK(deeper.after(1, {note_on(0, 60)}) == Approx(linear(1.5)).epsilon(1e-3));
    CHECK(deeper.after(rate / 4) == Approx(linear(1.5)).epsilon(1e-3));
    Level by_control(half + top + "eg1_depth_lfo1_oncc20=400", "<control> set_cc20=127");
    CHECK(by_control.after(rate / 4, {note_on(0, 60)}) == Approx(linear(12)).epsilon(1e-3));
    Level rises("eg1_time0=0 eg1_level0=0 eg1_time1=1 eg1_level1=1 eg1_sustain=1 eg1_depth_lfo1=100 " + top);
    CHECK(rises.after(rate / 2, {note_on(0, 60)}) == Approx(linear(3)).epsilon(0.01));
}

TEST_CASE("the pitch envelope goes through its stages")
{
    Pitch pitch("pitcheg_depth=1200 pitcheg_attack=0 pitcheg_hold=0.5 pitcheg_decay=0.01 pitcheg_sustain=50 "
                "pitcheg_release=0.01 ampeg_release=5 pitch_keytrack=0");
    CHECK(pitch.cents(rate / 4, {note_on(0, 60)}) == Approx(1200).margin(1));
    static_cast<void>(pitch.cents(rate / 2));
    CHECK(pitch.cents(rate / 4) == Approx(600).margin(1));
    static_cast<void>(pitch.cents(2000, {note_off(0, 60)}));
    CHECK(pitch.cents(rate / 4) == Approx(0).margin(1));
}

TEST_CASE("a flexible envelope passes its points, waits at the sustained one and goes on at the release")
{
    Level level("eg1_time0=0 eg1_level0=0 eg1_time1=1 eg1_level1=1 eg1_time2=1 eg1_level2=-1 eg1_sustain=1 "
                "eg1_volume=12 ampeg_release=20");
    CHECK(level.after(rate / 2, {note_on(0, 60)}) == Approx(linear(6)).epsilon(0.002));
    CHECK(level.after(rate) == Approx(linear(12)).epsilon(0.002)); // waits
    static_cast<void>(level.after(1, {note_off(0, 60)}));
    Level bent("eg1_time0=0 eg1_level0=0 eg1_time1=1 eg1_level1=1 eg1_shape1=2 eg1_amplitude=100");
    CHECK(bent.after(rate / 2, {note_on(0, 60)}) == Approx(0.25).epsilon(0.01));
    Level by_control("eg1_time0=0 eg1_level0=1 eg1_volume_oncc20=-12", "<control> set_cc20=127");
    CHECK(by_control.after(rate / 10, {note_on(0, 60)}) == Approx(linear(-12)).epsilon(0.002));
}

TEST_CASE("a flexible envelope loops from its sustained point back, as often as it says, until the release")
{
    const std::string triangle = "eg01_time0=0 eg01_time1=0.1 eg01_level1=1 eg01_time2=0.1 eg01_level2=0 "
                                 "eg01_time3=0.1 eg01_level3=1 eg01_time4=10 eg01_level4=1 eg01_sustain=2 "
                                 "eg01_amplitude=100 ";
    constexpr std::uint32_t tenth = rate / 10;
    Level loop(triangle + "eg01_loop=1");
    CHECK(loop.after(tenth, {note_on(0, 60)}) == Approx(1).margin(0.02));
    for (int turn = 0; turn < 3; ++turn) {
        CHECK(loop.after(tenth) == Approx(0).margin(0.02));
        CHECK(loop.after(tenth / 2) == Approx(0.5).margin(0.02));
        CHECK(loop.after(tenth / 2) == Approx(1).margin(0.02));
    }
    CHECK(loop.after(tenth) == Approx(0).margin(0.02));

    Level twice(triangle + "eg01_loop=1 eg01_loop_count=2");
    CHECK(twice.after(5 * tenth, {note_on(0, 60)}) == Approx(1).margin(0.02));
    CHECK(twice.after(tenth) == Approx(0).margin(0.02));
    CHECK(twice.after(tenth) == 0);

    // A loop that takes no time is none.
    Level still("eg01_time0=0 eg01_level0=0.5 eg01_sustain=0 eg01_loop=0 eg01_amplitude=100");
    CHECK(still.after(tenth, {note_on(0, 60)}) == Approx(0.5).margin(0.02));
}

TEST_CASE("a flexible envelope that is the amplitude's ends the voice")
{
    Level level("eg1_ampeg=1 eg1_time0=0 eg1_level0=1 eg1_time1=0.5 eg1_level1=0 eg1_sustain=0");
    CHECK(level.after(2000, {note_on(0, 60)}) == Approx(1).epsilon(1e-4));
    CHECK(level.after(rate / 4, {note_off(0, 60)}) == Approx(0.5).margin(0.005));
    CHECK(is_zero(level.render(rate).right) == false);
    CHECK(is_zero(level.render(1000).right));
}
