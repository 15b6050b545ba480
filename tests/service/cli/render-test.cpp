// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// `decant render` with the sampler, as a program: no Wine, no PipeWire.

#include "service/cli/sound-file.hpp"
#include "tests/support/child-process.hpp"
#include "tests/support/private-session.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <span>
#include <string>
#include <sys/stat.h>
#include <vector>

using namespace decant;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;
namespace fs = std::filesystem;

namespace
{

constexpr double key_57 = 220; ///< Hz
constexpr std::array<char, 4> keys{45, 57, 62, 69};

/// One key a second, each for half a second.
std::string midi_file()
{
    using namespace std::string_literals;
    const auto half_a_second = "\x81\x70"s; // 240 ticks, which are a quarter note
    std::string track;
    for (const char key : keys)
        track += (track.empty() ? "\0"s : half_a_second) + '\x90' + key + '\x64' + half_a_second + '\x80' +
                 key + '\0';
    track += "\0\xff\x2f\0"s;
    return "MThd\0\0\0\6\0\0\0\1\0\xf0MTrk\0\0\0"s + static_cast<char>(track.size()) + track;
}

std::vector<float> sine(double hertz, std::uint32_t rate, double seconds)
{
    std::vector<float> samples(static_cast<std::size_t>(rate * seconds));
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] =
            static_cast<float>(0.5 * std::sin(2 * std::numbers::pi * hertz * static_cast<double>(i) / rate));
    return samples;
}

/// By the rising zero crossings of the left channel.
double hertz_of(std::span<const float> stereo, double rate)
{
    std::vector<double> crossings;
    for (std::size_t i = 2; i < stereo.size(); i += 2)
        if (const double before = stereo[i - 2], after = stereo[i]; before < 0 && after >= 0)
            crossings.push_back(static_cast<double>(i / 2) - after / (after - before));
    return crossings.size() < 2
               ? 0
               : static_cast<double>(crossings.size() - 1) * rate / (crossings.back() - crossings.front());
}

/// A directory with an instrument, Tone.sfz, and a score, Scale.mid.
class Studio
{
    tests::TemporaryDirectory directory_;

public:
    Studio()
    {
        cli::SoundWriter tone(file("Tone.wav"), 44100, 1);
        tone.write(sine(key_57, 44100, 4));
        tone.finish();
        std::ofstream(file("Tone.sfz")) << "<region> sample=Tone.wav pitch_keycenter=57 ampeg_release=0.01";
        std::ofstream(file("Scale.mid"), std::ios::binary) << midi_file();
    }

    [[nodiscard]] std::string file(const std::string& name) const { return directory_.path() / name; }

    [[nodiscard]] tests::Result render(const tests::Arguments& options) const
    {
        tests::Arguments all{DECANT_PROGRAM, "render"};
        all.insert(all.end(), options.begin(), options.end());
        return tests::run(all, tests::own_environment(), tests::patience);
    }
};

} // namespace

TEST_CASE("the sampler plays the keys of a score at their pitch, at any rate and block size")
{
    const Studio studio;
    for (const std::uint32_t rate : {22050U, 44100U, 48000U, 192000U})
        for (const char* block : {"7", "512", "8192"}) {
            const auto result = studio.render({"--instrument", studio.file("Tone.sfz"), "--midi",
                                               studio.file("Scale.mid"), "--output", studio.file("out.wav"),
                                               "--rate", std::to_string(rate), "--block", block});
            INFO(result.errors);
            REQUIRE(result.exit == 0);
            cli::SoundReader reader(studio.file("out.wav"));
            REQUIRE(reader.rate() == rate);
            REQUIRE(reader.channels() == 2);
            for (const char key : keys) {
                std::vector<float> second(std::size_t{rate} * 2);
                reader.read(second);
                const auto held = std::span(second).subspan(rate / 5, rate * 3 / 5); // stereo: 0.1 to 0.4 s
                const double expected = key_57 * std::exp2((key - 57) / 12.0);
                CHECK_THAT(1200 * std::log2(hertz_of(held, rate) / expected), WithinAbs(0, 1));
                CHECK(std::abs(second.at(std::size_t{rate} * 2 - 2)) < 1e-5F);
            }
        }
}

TEST_CASE("an older file is replaced, but none that is read for this, and a read-only one by force only")
{
    const Studio studio;
    const auto out = studio.file("out.wav");
    const auto render = [&studio](const std::string& score, const std::string& output,
                                  const tests::Arguments& more = {}) {
        tests::Arguments options{"--instrument", studio.file("Tone.wav"), "--midi", score, "--output",
                                 output};
        options.insert(options.end(), more.begin(), more.end());
        return studio.render(options);
    };
    const auto score = studio.file("Scale.mid");
    const auto tone = fs::file_size(studio.file("Tone.wav"));

    const auto over_itself = render(score, studio.file("Tone.wav"));
    CHECK(over_itself.exit == 1);
    CHECK_THAT(over_itself.errors, ContainsSubstring("give --output another name"));
    fs::create_symlink(studio.file("Tone.wav"), studio.file("link.wav"));
    CHECK(render(score, studio.file("link.wav")).exit == 1);
    CHECK(fs::file_size(studio.file("Tone.wav")) == tone);

    // Nor what the instrument names, which is known only when it is loaded.
    const auto sample = studio.render(
        {"--instrument", studio.file("Tone.sfz"), "--midi", score, "--output", studio.file("Tone.wav")});
    CHECK(sample.exit == 1);
    CHECK_THAT(sample.errors, ContainsSubstring("give --output another name"));
    CHECK(fs::file_size(studio.file("Tone.wav")) == tone);

    std::ofstream(out) << "older";
    CHECK(render(score, out).exit == 0);
    CHECK(fs::file_size(out) > tone);

    std::ofstream(out) << "kept";
    fs::permissions(out, fs::perms::owner_read);
    const auto refused = render(score, out);
    CHECK(refused.exit == 1);
    CHECK_THAT(refused.errors, ContainsSubstring("say --force"));
    CHECK(fs::file_size(out) == 4);
    CHECK(render(score, out, {"--force"}).exit == 0);
    CHECK(fs::file_size(out) > tone);
}

TEST_CASE("a pipe is no sound file, and nobody waits for who writes to it")
{
    const Studio studio;
    REQUIRE(::mkfifo(studio.file("pipe.wav").c_str(), 0600) == 0);
    const auto result = studio.render(
        {"--plugin", "Bass.dll", "--input", studio.file("pipe.wav"), "--output", studio.file("out.wav")});
    CHECK(result.exit == 1);
    CHECK_THAT(result.errors, ContainsSubstring("it is a pipe or a device; give a sound file"));
}

TEST_CASE("wrong options are told apart from a render that fails")
{
    const Studio studio;
    const auto instrument = studio.file("Tone.sfz");
    const auto midi = studio.file("Scale.mid");
    const auto out = studio.file("out.wav");
    struct Case {
        tests::Arguments options;
        int exit;
        std::string message;
    };
    for (const auto& [options, exit, message] : std::vector<Case>{
             {{"--instrument", instrument, "--output", out}, 2, "give --midi FILE, --input FILE or both"},
             {{"--instrument", "", "--midi", midi, "--output", out}, 2, "need the name of a file"},
             {{"--plugin", instrument, "--midi", midi, "--output", out}, 2, "play it with --instrument"},
             {{"--instrument", "a.dll", "--midi", midi, "--output", out}, 2, "play it with --plugin"},
             {{"--plugin", "a.dll", "--midi", midi, "--output", out, "--param", "Level=0,5"},
              2,
              "NAME=NUMBER"},
             {{"--plugin", "a.dll", "--prefix", studio.file("wien"), "--midi", midi, "--output", out},
              2,
              "there is no Wine prefix"},
             {{"--instrument", instrument, "--midi", midi, "--output", out, "--rate", "1"}, 2, "768000"},
             {{"--instrument", instrument, "--midi", midi, "--output", out, "--block", "0"}, 2, "8192"},
             {{"--instrument", instrument, "--midi", midi, "--output", out, "--tail", "nan"}, 2, "no number"},
             {{"--instrument", instrument, "--midi", midi, "--output", studio.file("out.mp3")},
              1,
              ".wav or .flac"},
             {{"--instrument", instrument, "--midi", midi, "--output", ""}, 1, ".wav or .flac"},
             {{"--instrument", instrument, "--midi", studio.file("no.mid"), "--output", out},
              1,
              "path of a MIDI file"},
         }) {
        const auto result = studio.render(options);
        INFO(result.errors);
        CHECK(result.exit == exit);
        CHECK(result.output.empty());
        CHECK_THAT(result.errors, ContainsSubstring(message));
        CHECK_FALSE(fs::exists(out));
    }
}
