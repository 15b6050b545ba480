// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/quality.hpp"
#include "nodes/sampler/sinc-bank.hpp"
#include "tests/nodes/sampler/sine-fit.hpp"
#include "tests/nodes/sampler/support.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <numbers>
#include <string>
#include <vector>

using namespace decant::sampler;
using namespace decant::sampler::test;

namespace
{

constexpr unsigned rate = 48'000;
constexpr std::array tones = {100,    200,    500,    1000,   2000,   5000,   7500,
                              8100,   9000,   10'000, 11'000, 12'100, 13'000, 14'000,
                              15'000, 16'100, 17'000, 18'000, 19'000, 20'000, 21'000};
constexpr std::array intervals = {7, -5, 12, 19};
constexpr std::array sincs = {Quality::sinc8, Quality::sinc16, Quality::sinc32, Quality::sinc64};

struct Heard {
    double signal_to_noise; ///< dB
    double level;           ///< dB above the sample's
};

// Sines as float samples, played at different intervals and qualities.
class Studio
{
    TemporaryDirectory directory_;
    std::map<int, std::shared_ptr<const Instrument>> instruments_;

    std::shared_ptr<const Instrument> tone(int frequency)
    {
        auto& instrument = instruments_[frequency];
        if (!instrument) {
            const std::string name = fmt::format("{}.wav", frequency);
            directory_.write(name, wav(sine(frequency, rate, rate), {.rate = rate, .bits = 32}));
            instrument = load_instrument(directory_.write(fmt::format("{}.sfz", frequency),
                                                          "<region> pitch_keycenter=60 sample=" + name))
                             .instrument;
        }
        return instrument;
    }

public:
    Heard hear(int frequency, int semitones, Quality quality)
    {
        Player player({.quality = quality});
        player.rate = rate;
        player.sampler.play(tone(frequency));
        const Sound sound = player.render(8192, {note_on(0, 60 + semitones)});
        // Behind the start of the sample, which no kernel sees as a sine.
        const std::span<const float> steady = std::span(sound.left).subspan(1024);
        const double pitched = frequency * std::exp2(semitones / 12.0) / rate;
        return {.signal_to_noise = fit_sine(steady, pitched).signal_to_noise(),
                .level = rms_level(steady) - 20 * std::log10(0.5 / 2)};
    }
};

bool vanishes(int frequency, int semitones)
{
    return frequency * std::exp2(semitones / 12.0) > rate / 2.0;
}

} // namespace

TEST_CASE("pitched up by a fifth, tones are as clean as the quality promises")
{
    struct Promise {
        Quality quality;
        std::array<double, 3> decibels; // at 1, 5 and 10 kHz
    };
    Studio studio;
    for (const auto& [quality, decibels] :
         {Promise{Quality::sinc8, {75, 75, 65}}, Promise{Quality::sinc16, {95, 90, 85}},
          Promise{Quality::sinc32, {105, 100, 95}}, Promise{Quality::sinc64, {110, 110, 110}}}) {
        for (std::size_t index = 0; index < 3; ++index) {
            const int frequency = std::array{1000, 5000, 10'000}[index];
            const Heard heard = studio.hear(frequency, 7, quality);
            INFO(to_string(quality) << " at " << frequency << " Hz: " << heard.signal_to_noise << " dB");
            CHECK(heard.signal_to_noise >= decibels[index]);
        }
    }
}

TEST_CASE("tones that would come out above the Nyquist frequency vanish with every sinc quality")
{
    Studio studio;
    for (const Quality quality : sincs)
        for (const int semitones : intervals)
            for (const int frequency : tones) {
                if (!vanishes(frequency, semitones))
                    continue;
                const Heard heard = studio.hear(frequency, semitones, quality);
                INFO(to_string(quality)
                     << ", " << frequency << " Hz up by " << semitones << ": " << heard.level << " dB");
                CHECK(heard.level <= -80);
            }
}

TEST_CASE("what is far from the Nyquist frequency keeps its level")
{
    Studio studio;
    for (const Quality quality : sincs)
        for (const int semitones : intervals)
            for (const int frequency : {100, 1000, 2000}) {
                const Heard heard = studio.hear(frequency, semitones, quality);
                INFO(to_string(quality)
                     << ", " << frequency << " Hz by " << semitones << ": " << heard.level);
                CHECK(std::abs(heard.level) < 0.5);
            }
}

TEST_CASE("all tones, intervals and qualities, for who wants to look", "[.][table]")
{
    Studio studio;
    for (const int semitones : intervals) {
        fmt::print("\n{:+} semitones: signal to noise and level, dB; * vanishes\n{:>8}", semitones, "Hz");
        for (const std::string_view name : quality_names)
            fmt::print("{:>15}", name);
        for (const int frequency : tones) {
            fmt::print("\n{:>7}{}", frequency, vanishes(frequency, semitones) ? "*" : " ");
            for (std::size_t index = 0; index < qualities; ++index) {
                const Heard heard = studio.hear(frequency, semitones, static_cast<Quality>(index));
                fmt::print("{:>8.1f}{:>7.1f}", heard.signal_to_noise, heard.level);
            }
        }
        fmt::print("\n");
    }
}

TEST_CASE("a sample at its own pitch is heard as it is, whatever the quality")
{
    const TemporaryDirectory directory;
    directory.write("a.wav", wav(sine(997, rate, 4800), {.rate = rate, .bits = 24}));
    const auto instrument = load_instrument(directory / "a.wav").instrument;
    Sound first;
    for (std::size_t index = 0; index < qualities; ++index) {
        Player player({.quality = static_cast<Quality>(index)});
        player.sampler.play(instrument);
        const Sound sound = player.render(4000, {note_on(0, 60)});
        if (index == 0)
            first = sound;
        CHECK(sound.left == first.left);
        CHECK(sound.right == first.right);
    }
}

TEST_CASE("the formats of a sample sound the same")
{
    const TemporaryDirectory directory;
    for (const unsigned channels : {1u, 2u}) {
        std::vector<float> samples = sine(997, rate * channels, 9600 * channels);
        for (float& sample : samples)
            sample = std::round(sample * 32768) / 32768;
        for (std::size_t index = 0; index < qualities; ++index) {
            std::map<unsigned, Sound> sounds;
            for (const unsigned bits : {16u, 24u, 32u}) {
                directory.write("a.wav", wav(samples, {.rate = rate, .channels = channels, .bits = bits}));
                Player player(directory / "a.wav", {.quality = static_cast<Quality>(index)});
                sounds[bits] = player.render(3000, {note_on(0, 65)});
            }
            for (const unsigned bits : {16u, 24u})
                for (std::size_t frame = 0; frame < 3000; ++frame) {
                    INFO(bits << " bits, " << channels << " channels, quality " << index << ", frame "
                              << frame);
                    REQUIRE(std::abs(sounds[bits].left[frame] - sounds[32].left[frame]) < 1e-6f);
                    REQUIRE(std::abs(sounds[bits].right[frame] - sounds[32].right[frame]) < 1e-6f);
                }
        }
    }
}

TEST_CASE("the seam of a loop does not click, short or long, at any quality")
{
    const TemporaryDirectory directory;
    // 480 Hz: 100 frames are a period, so that the loop is without a step itself.
    directory.write("a.wav", wav(sine(480, rate, 20'000), {.rate = rate, .bits = 32}));
    for (const int end : {4099, 4999, 12'099})
        for (std::size_t index = 0; index < qualities; ++index) {
            Player player(instrument(directory, fmt::format("<region> sample=a.wav loop_mode=loop_continuous "
                                                            "loop_start=4000 loop_end={}",
                                                            end)),
                          {.quality = static_cast<Quality>(index)});
            const Sound sound = player.render(48'000, {note_on(0, 63)});
            const auto fit = fit_sine(std::span(sound.left).subspan(1024), 480 * std::exp2(0.25) / rate);
            INFO("loop end " << end << ", quality " << index << ": " << fit.signal_to_noise());
            // A click would be noise at all frequencies.
            CHECK(fit.signal_to_noise() > (index == 0 ? 55 : 75));
        }
}

TEST_CASE("a kernel's phases all have the same gain, and its middle one is the sample itself")
{
    for (const Quality quality : sincs) {
        const SincBank bank(quality);
        for (const double ratio : {0.5, 1.0, 1.3, 1.5, 2.0, 5.0, 20.0}) {
            const auto& kernel = bank.kernel_for(static_cast<std::uint64_t>(ratio * 0x1p32));
            for (std::uint32_t row = 0; row <= 1u << kernel.phase_bits; ++row) {
                double sum = 0;
                for (std::uint32_t tap = 0; tap < kernel.taps; ++tap)
                    sum += static_cast<double>(kernel.rows[row * kernel.taps + tap]);
                REQUIRE(std::abs(sum - 1) < 1e-6);
            }
            if (ratio <= 1)
                CHECK(std::abs(kernel.rows[kernel.taps / 2 - 1] - 1) < 1e-6f);
        }
    }
}
