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
