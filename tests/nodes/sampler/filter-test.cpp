// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/nodes/sampler/sine-fit.hpp"
#include "tests/nodes/sampler/support.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <fmt/format.h>
#include <numbers>
#include <string>
#include <vector>

using namespace decant::sampler;
using namespace decant::sampler::test;
using Catch::Approx;

namespace
{

constexpr unsigned rate = 48'000;

// The level of a tone behind the filter, in dB.
double level(const TemporaryDirectory& directory, const std::string& opcodes, int frequency, int key = 60,
             int velocity = 127)
{
    directory.write("a.wav", wav(sine(frequency, rate, rate), {.rate = rate, .bits = 32}));
    Player player(instrument(directory, "<region> sample=a.wav pitch_keytrack=0 amp_veltrack=0 " + opcodes));
    const Sound sound = player.render(24'000, {note_on(0, key, velocity)});
    const auto fit = fit_sine(std::span(sound.left).subspan(12'000), static_cast<double>(frequency) / rate);
    return 20 * std::log10(fit.amplitude / (0.5 / std::numbers::sqrt2));
}

} // namespace

TEST_CASE("each type of filter lets pass what its name says")
{
    const TemporaryDirectory directory;
    const auto at = [&](const char* type, int frequency) {
        return level(directory, fmt::format("fil_type={} cutoff=1000", type), frequency);
    };
    CHECK(at("lpf_1p", 100) == Approx(0).margin(0.1));
    CHECK(at("lpf_1p", 1000) == Approx(-3.01).margin(0.05));
    CHECK(at("lpf_1p", 4000) == Approx(-12.6).margin(0.5));
    CHECK(at("hpf_1p", 1000) == Approx(-3.01).margin(0.05));
    CHECK(at("hpf_1p", 100) == Approx(-20).margin(0.2));
    CHECK(at("lpf_2p", 100) == Approx(0).margin(0.1));
    CHECK(at("lpf_2p", 1000) == Approx(0).margin(0.05));
    CHECK(at("lpf_2p", 4000) == Approx(-23.8).margin(0.7));
    CHECK(at("hpf_2p", 100) == Approx(-40).margin(0.3));
    CHECK(at("hpf_2p", 1000) == Approx(0).margin(0.05));
    CHECK(at("hpf_2p", 10'000) == Approx(0).margin(0.3));
    CHECK(at("bpf_2p", 1000) == Approx(0).margin(0.05));
    CHECK(at("bpf_2p", 100) == Approx(-20).margin(0.3));
    CHECK(at("brf_2p", 1000) < -50);
    CHECK(at("brf_2p", 100) == Approx(0).margin(0.1));
}

TEST_CASE("a pink filter falls by 3 dB an octave, with and without a cutoff")
{
    const TemporaryDirectory directory;
    constexpr double at_1000_hertz = -18.5;
    for (const char* opcodes : {"fil_type=pink", "fil2_type=pink cutoff2=300 resonance2=20"})
        for (const int frequency : {100, 250, 500, 1000, 2000, 4000, 8000, 16'000}) {
            INFO(opcodes << " at " << frequency);
            CHECK(level(directory, opcodes, frequency) ==
                  Approx(at_1000_hertz - 10 * std::log10(frequency / 1000.0)).margin(0.6));
        }
}

TEST_CASE("a comb filter has its gain at the multiples of its cutoff, and the least between them")
{
    const TemporaryDirectory directory;
    const auto at = [&](int frequency, const std::string& more = {}) {
        return level(directory, "fil_type=comb cutoff=1000 resonance=20" + more, frequency);
    };
    const double least = 20 * std::log10(1 / 1.9); // with a feedback of 0.9
    for (const int multiple : {1, 2, 5}) {
        CHECK(at(1000 * multiple) == Approx(20).margin(0.05));
        CHECK(at(1000 * multiple - 500) == Approx(least).margin(0.05));
    }
    CHECK(level(directory, "fil2_type=comb cutoff2=1234 resonance2=12", 1234) == Approx(12).margin(0.1));
    CHECK(level(directory, "fil_type=comb cutoff=1000 resonance=-5", 1000) == Approx(0).margin(0.01));
    CHECK(at(2000, " fil_veltrack=1200") == Approx(20).margin(0.05));
}

TEST_CASE("comb filters are for both sides, and for as many voices as there are of them")
{
    const TemporaryDirectory directory;
    std::vector<float> both;
    for (const float sample : sine(1000, rate, rate)) {
        both.push_back(sample);
        both.push_back(-sample);
    }
    directory.write("a.wav", wav(both, {.rate = rate, .channels = 2, .bits = 32}));
    Player player(instrument(directory, "<region> sample=a.wav pitch_keytrack=0 amp_veltrack=0 fil_type=comb "
                                        "cutoff=1000 resonance=6 fil2_type=comb cutoff2=1000 resonance2=6"));
    // What a note leaves is there for the next one.
    for (int note = 0; note < 100; ++note)
        static_cast<void>(player.render(256, {note_on(0, 60), note_off(100, 60)}));
    const Sound sound = player.render(24'000, {note_on(0, 60)});
    for (const auto& side : {sound.left, sound.right})
        CHECK(20 * std::log10(static_cast<double>(peak(part(side, 12'000, 24'000))) /
                              (0.5 / std::numbers::sqrt2)) ==
              Approx(12).margin(0.05));
    std::vector<At> chord;
    for (int key = 20; key < 100; ++key)
        chord.push_back(note_on(0, key));
    CHECK(std::isfinite(peak(player.render(4800, chord).left)));
    CHECK(player.sampler.stats().active_voices == 81);
}

TEST_CASE("the resonance is the gain at the cutoff, in dB")
{
    const TemporaryDirectory directory;
    for (const int decibels : {0, 6, 20})
        CHECK(level(directory, fmt::format("cutoff=2000 resonance={}", decibels), 2000) ==
              Approx(decibels).margin(0.05));
}

TEST_CASE("the cutoff follows key and velocity")
{
    const TemporaryDirectory directory;
    // At the cutoff a one-pole filter takes 3 dB.
    const std::string filter = "fil_type=lpf_1p cutoff=500 ";
    CHECK(level(directory, filter + "fil_keytrack=100 fil_keycenter=48", 1000, 60) ==
          Approx(-3.01).margin(0.05));
    CHECK(level(directory, filter + "fil_veltrack=1200", 1000) == Approx(-3.01).margin(0.05));
    CHECK(level(directory, filter + "fil_veltrack=2400 amp_veltrack=0", 1000, 60, 64) ==
          Approx(-3.01).margin(0.1));
    CHECK(level(directory, filter + "fil_keytrack=1200", 1000, 72) == Approx(0).margin(0.1));
}

TEST_CASE("a cutoff above the Nyquist frequency and one of nothing are heard as that")
{
    const TemporaryDirectory directory;
    CHECK(level(directory, "cutoff=192000", 1000) == Approx(0).margin(0.1));
    CHECK(level(directory, "cutoff=0 resonance=40", 1000) < -80);
}

TEST_CASE("voices in one group keep their own filters, and stereo samples two states")
{
    const TemporaryDirectory directory;
    std::vector<float> both;
    const auto left = sine(500, rate, rate);
    const auto right = sine(4000, rate, rate);
    for (std::size_t frame = 0; frame < rate; ++frame) {
        both.push_back(left[frame]);
        both.push_back(right[frame]);
    }
    directory.write("a.wav", wav(both, {.rate = rate, .channels = 2, .bits = 32}));
    const auto file = instrument(directory, "<global> sample=a.wav pitch_keytrack=0\n"
                                            "<region> key=60 fil_type=lpf_1p cutoff=500\n"
                                            "<region> key=61 fil_type=hpf_1p cutoff=4000 volume=-144\n"
                                            "<region> key=62 volume=-144\n");
    Player player(file);
    const Sound sound =
        player.render(24'000, {note_on(0, 62), note_on(0, 61), note_on(3000, 60), note_off(6000, 62)});
    const auto settled = [](const std::vector<float>& samples) {
        return std::span(samples).subspan(12'000);
    };
    const double full = 0.5 / std::numbers::sqrt2;
    CHECK(fit_sine(settled(sound.left), 500.0 / rate).amplitude / full == Approx(0.7071).margin(0.005));
    CHECK(fit_sine(settled(sound.right), 4000.0 / rate).amplitude / full == Approx(0.122).margin(0.01));
}

TEST_CASE("filters of more poles fall more steeply, with the resonance at the cutoff")
{
    const TemporaryDirectory directory;
    const auto at = [&](const char* opcodes, int frequency) {
        return level(directory, opcodes, frequency);
    };
    CHECK(at("fil_type=lpf_4p cutoff=1000", 4000) == Approx(2 * -23.8).margin(1.5));
    CHECK(at("fil_type=lpf_6p cutoff=1000 ", 2000) == Approx(3 * -11.2).margin(1.5));
    CHECK(at("fil_type=hpf_4p cutoff=1000", 100) == Approx(-80).margin(1));
    CHECK(at("fil_type=hpf_6p cutoff=1000", 250) == Approx(3 * -23.8).margin(1.5));
    for (const char* const type : {"lpf_2p", "lpf_4p", "lpf_6p", "hpf_4p", "hpf_6p", "pkf_2p"})
        CHECK(level(directory, fmt::format("fil_type={} cutoff=2000 resonance=12", type), 2000) ==
              Approx(12).margin(0.1));
    CHECK(at("fil_type=bpf_1p cutoff=1000", 1000) == Approx(0).margin(0.05));
    CHECK(at("fil_type=brf_1p cutoff=1000", 1000) < -50);
    CHECK(at("fil_type=apf_1p cutoff=1000", 300) == Approx(0).margin(0.05));
    CHECK(at("fil_type=lsh cutoff=1000 fil_gain=-12", 50) == Approx(-12).margin(0.2));
    CHECK(at("fil_type=lsh cutoff=1000 fil_gain=-12", 15'000) == Approx(0).margin(0.2));
    CHECK(at("fil_type=hsh cutoff=1000 fil_gain=6", 15'000) == Approx(6).margin(0.2));
    CHECK(at("fil_type=peq cutoff=1000 fil_gain=-9", 1000) == Approx(-9).margin(0.05));
}

TEST_CASE("two filters stand one behind the other")
{
    const TemporaryDirectory directory;
    CHECK(level(directory, "fil_type=hpf_1p cutoff=1000 fil2_type=lpf_1p cutoff2=1000", 1000) ==
          Approx(-6.02).margin(0.1));
    CHECK(level(directory, "fil2_type=lpf_1p cutoff2=1000", 1000) == Approx(-3.01).margin(0.05));
    CHECK(level(directory, "cutoff2=2000 resonance2=9", 2000) == Approx(9).margin(0.1));
}

TEST_CASE("equalizers lift and lower their bands")
{
    const TemporaryDirectory directory;
    CHECK(level(directory, "eq1_freq=1000 eq1_gain=12 eq1_bw=1", 1000) == Approx(12).margin(0.05));
    // At the ends of the band it is half as much.
    CHECK(level(directory, "eq1_freq=1000 eq1_gain=12 eq1_bw=2", 2000) == Approx(6).margin(0.3));
    CHECK(level(directory, "eq2_gain=-20 eq2_freq=3000", 3000) == Approx(-20).margin(0.05));
    CHECK(level(directory, "eq3_gain=6", 5000) == Approx(6).margin(0.05));
    CHECK(level(directory, "eq1_freq=200 eq1_gain=9 eq1_type=lshelf", 40) == Approx(9).margin(0.3));
    CHECK(level(directory, "eq3_freq=5000 eq3_gain=-9 eq3_type=hshelf", 20'000) == Approx(-9).margin(0.3));
    CHECK(level(directory, "eq1_freq=1000 eq1_vel2gain=12", 1000, 60, 127) == Approx(12).margin(0.05));
}

TEST_CASE("controllers, LFOs and envelopes move cutoff, resonance and equalizers")
{
    const TemporaryDirectory directory;
    // set_ccN stands above the <region> that `level` writes.
    const auto controlled = [&](const std::string& opcodes, int frequency, int value = 127) {
        directory.write("a.wav", wav(sine(frequency, rate, rate), {.rate = rate, .bits = 32}));
        Player player(
            instrument(directory, "<region> sample=a.wav pitch_keytrack=0 amp_veltrack=0 " + opcodes));
        const Sound sound = player.render(24'000, {note_on(0, 60), control(100, 20, value)});
        return 20 * std::log10(
                        fit_sine(std::span(sound.left).subspan(12'000), static_cast<double>(frequency) / rate)
                            .amplitude /
                        (0.5 / std::numbers::sqrt2));
    };
    CHECK(controlled("fil_type=lpf_1p cutoff=500 cutoff_oncc20=1200", 1000) == Approx(-3.01).margin(0.05));
    CHECK(controlled("fil2_type=lpf_1p cutoff2=500 cutoff2_cc20=1200", 1000) == Approx(-3.01).margin(0.05));
    CHECK(controlled("cutoff=2000 resonance_oncc20=20", 2000) == Approx(20).margin(0.1));
    CHECK(controlled("eq1_freq=500 eq1_gain=0 eq1_gain_oncc20=12 eq1_freq_oncc20=500", 1000) ==
          Approx(12).margin(0.1));
    CHECK(controlled("fil_type=lpf_1p cutoff=500 fileg_depth=1200 fileg_sustain=100", 1000) ==
          Approx(-3.01).margin(0.05));
    CHECK(controlled("fil_type=lpf_1p cutoff=500 fileg_vel2depth=1200 fileg_sustain=100", 1000) ==
          Approx(-3.01).margin(0.05));
    // A square LFO at its top.
    CHECK(controlled("fil_type=lpf_1p cutoff=500 lfo1_freq=0.1 lfo1_wave=3 lfo1_cutoff=1200", 1000) ==
          Approx(-3.01).margin(0.05));
    CHECK(controlled("fil_type=lpf_1p cutoff=500 fillfo_freq=0.000001 fillfo_depth=1200", 500) ==
          Approx(-3.01).margin(0.05));
}

TEST_CASE("gains of equalizers and filters move without a click when a controller jumps")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(sine(1000, rate, rate), {.rate = rate, .bits = 32}));
    const auto bend = [](const std::vector<float>& samples) { // the largest second difference
        std::vector<float> steps;
        for (std::size_t i = 1; i < samples.size(); ++i)
            steps.push_back(samples[i] - samples[i - 1]);
        return largest_step(steps);
    };
    for (const char* opcodes :
         {"eq1_freq=1000 eq1_gain_oncc1=20", "eq1_freq=200 eq1_gain=20 eq1_freq_oncc1=800",
          "eq1_type=lshelf eq1_freq=3000 eq1_gain_oncc1=20", "eq1_type=hshelf eq1_freq=300 eq1_gain_oncc1=20",
          "fil_type=peq cutoff=1000 fil_gain_oncc1=20", "fil_type=lsh cutoff=3000 fil_gain_oncc1=20",
          "fil_type=pkf_2p cutoff=1000 resonance_oncc1=20"})
        for (const std::uint32_t when : {12'000u, 12'011u, 12'024u, 12'037u}) {
            INFO(opcodes << " at " << when);
            Player player(instrument(directory, std::string("<region> sample=a.wav pitch_keytrack=0 ") +
                                                    "amp_veltrack=0 " + opcodes));
            const Sound sound =
                player.render(40'000, {note_on(0, 60), control(when, 1, 127), control(when + 12'000, 1, 0)});
            const float steady = bend(part(sound.left, 18'000, 24'000));
            CHECK(steady > 4 * bend(part(sound.left, 6000, 12'000)));
            CHECK(bend(part(sound.left, 6000, 40'000)) < 3 * steady);
        }
}
