// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The command line tool with real plugins under real Wine.

#include "service/cli/sound-file.hpp"
#include "tests/support/child-process.hpp"
#include "tests/support/private-session.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

#include <array>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <string>
#include <vector>

using namespace decant;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;
using decant::tests::TemporaryDirectory;
namespace fs = std::filesystem;

namespace
{

fs::path plugin(const std::string& name)
{
    return fs::path(std::getenv("DECANT_TEST_PLUGINS")) / name;
}

/// As the programs are compiled for that DECANT_TEST_PLUGINS holds.
std::string bits()
{
    const char* bits = std::getenv("DECANT_TEST_BITS");
    return bits == nullptr ? "64" : bits;
}

/// Runs `decant` with plugins in the tests' prefix.
tests::Result decant_with(const tests::Arguments& arguments)
{
    tests::Arguments all{DECANT_PROGRAM};
    all.insert(all.end(), arguments.begin(), arguments.end());
    auto environment = tests::own_environment();
    environment["WINEPREFIX"] = std::getenv("DECANT_TEST_PREFIX");
    return tests::run(all, environment, std::chrono::minutes(3));
}

std::vector<float> sound_in(const fs::path& file)
{
    cli::SoundReader reader(file);
    std::vector<float> samples(reader.frames() * reader.channels());
    reader.read(samples);
    return samples;
}

std::vector<float> write_noise(const fs::path& file, std::uint32_t rate, std::size_t frames)
{
    std::mt19937 random(5);
    std::uniform_real_distribution<float> level(-1, 1);
    std::vector<float> noise(frames * 2);
    for (auto& sample : noise)
        sample = level(random);
    cli::SoundWriter writer(file, rate, 2);
    writer.write(noise);
    writer.finish();
    return noise;
}

/// Key 69 for two seconds.
void write_score(const fs::path& file)
{
    const unsigned char bytes[] = {'M', 'T', 'h',  'd',  0,    0,   0, 6, 0,    0,    0, 1,
                                   0,   240, 'M',  'T',  'r',  'k', 0, 0, 0,    13,   0, 0x90,
                                   69,  100, 0x87, 0x40, 0x80, 69,  0, 0, 0xff, 0x2f, 0};
    std::ofstream(file, std::ios::binary).write(reinterpret_cast<const char*>(bytes), sizeof bytes);
}

/// From the first to the last rising zero crossing of the left channel within a part of the sound.
double frequency_of(const std::vector<float>& stereo, double rate, std::size_t from, std::size_t to)
{
    double first = 0;
    double last = 0;
    int periods = -1;
    for (std::size_t i = from + 1; i < to; ++i) {
        const double before = stereo[2 * (i - 1)];
        const double after = stereo[2 * i];
        if (before >= 0 || after < 0)
            continue;
        last = static_cast<double>(i) - after / (after - before);
        if (++periods == 0)
            first = last;
    }
    return periods > 0 ? periods * rate / (last - first) : 0;
}

/// Whether the process has a file open below `directory` that has no name yet, or the name of half a file.
bool writes_below(pid_t process, const fs::path& directory)
{
    std::error_code gone;
    for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(process) + "/fd", gone)) {
        const auto file = fs::read_symlink(entry.path(), gone).string();
        if (file.starts_with(directory.string()) && (file.ends_with("(deleted)") || file.ends_with(".part")))
            return true;
    }
    return false;
}

} // namespace

TEST_CASE("noise through a Windows effect at gain one comes back bit by bit")
{
    const std::string suffix = GENERATE(".dll", ".vst3", ".clap");
    INFO(suffix);
    const TemporaryDirectory directory;
    for (const std::uint32_t rate : {44100U, 96000U})
        for (const char* block : {"32", "64", "1024"}) {
            const auto noise = write_noise(directory.path() / "in.wav", rate, 20'000);
            const auto result = decant_with({"render", "--plugin", plugin("decant-test-gain" + suffix),
                                             "--input", directory.path() / "in.wav", "--output",
                                             directory.path() / "out.wav", "--block", block, "--tail", "0"});
            INFO(result.errors);
            REQUIRE(result.exit == 0);
            CHECK(sound_in(directory.path() / "out.wav") == noise);
        }
}

TEST_CASE("what is no number in a sound is played as silence, and told")
{
    const TemporaryDirectory directory;
    cli::SoundWriter writer(directory.path() / "in.wav", 48000, 2);
    writer.write(std::array{0.5F, std::numeric_limits<float>::quiet_NaN(),
                            std::numeric_limits<float>::infinity(), 0.25F});
    writer.finish();

    const auto result =
        decant_with({"render", "--plugin", plugin("decant-test-gain.dll"), "--input",
                     directory.path() / "in.wav", "--output", directory.path() / "out.wav", "--tail", "0"});

    INFO(result.errors);
    REQUIRE(result.exit == 0);
    CHECK_THAT(result.errors, ContainsSubstring("2 samples of") && ContainsSubstring("in.wav are infinite"));
    CHECK(sound_in(directory.path() / "out.wav") == std::vector{0.5F, 0.0F, 0.0F, 0.25F});
}

TEST_CASE("a parameter is set by its name, and an unknown one is answered with the nearest")
{
    const std::string suffix = GENERATE(".dll", ".vst3", ".clap");
    INFO(suffix);
    const TemporaryDirectory directory;
    const auto noise = write_noise(directory.path() / "in.wav", 48000, 5000);
    const auto render = [&](const std::string& parameter) {
        return decant_with({"render", "--plugin", plugin("decant-test-gain" + suffix), "--input",
                            directory.path() / "in.wav", "--output", directory.path() / "out.wav", "--tail",
                            "0", "--param", parameter});
    };

    const auto wrong = render("Gian=0.25");
    CHECK(wrong.exit == 1);
    CHECK_THAT(wrong.errors, ContainsSubstring("'Gain'"));
    CHECK_FALSE(fs::exists(directory.path() / "out.wav"));

    // CLAP has the plugin's own range, the others one from nought to one that reaches to a gain of two.
    REQUIRE(render(suffix == ".clap" ? "gain=0.5" : "gain=0.25").exit == 0);
    const auto out = sound_in(directory.path() / "out.wav");
    REQUIRE(out.size() == noise.size());
    for (std::size_t i = 0; i < out.size(); ++i)
        REQUIRE(out[i] == noise[i] * 0.5F);
}

TEST_CASE("several plugins are rendered in series, with parameters of each by its name")
{
    const TemporaryDirectory directory;
    const auto noise = write_noise(directory.path() / "in.wav", 48000, 5000);
    const auto render = [&](const std::string& third, const std::string& parameter) {
        return decant_with({"render", "--plugin", plugin("decant-test-gain.dll"), "--plugin",
                            plugin("decant-test-gain.vst3"), "--plugin", plugin(third), "--input",
                            directory.path() / "in.wav", "--output", directory.path() / "out.wav", "--tail",
                            "0", "--param", "decant-test-gain:Gain=0.25", "--param", parameter});
    };
    const auto result = render("decant-test-gain.clap", "decant-test-gain 3:Gain=0.25");
    INFO(result.errors);
    REQUIRE(result.exit == 0);
    const auto out = sound_in(directory.path() / "out.wav");
    REQUIRE(out.size() == noise.size());
    for (std::size_t i = 0; i < out.size(); ++i)
        REQUIRE(out[i] == noise[i] * 0.125F);

    CHECK_THAT(render("decant-test-gain.clap", "decant-test-gain 3:Gian=0.25").errors,
               ContainsSubstring("decant-test-gain 3:Gain"));
    CHECK_THAT(render("no-such.dll", "decant-test-gain:Gain=1").errors, ContainsSubstring("no-such.dll"));
}

TEST_CASE("key 69 of a Windows synth is 440 Hz, and silence after its release")
{
    const auto [suffix, format] =
        GENERATE(table<std::string, std::string>({{".dll", "VST2"}, {".vst3", "VST3"}, {".clap", "CLAP"}}));
    INFO(suffix);
    const TemporaryDirectory directory;
    write_score(directory.path() / "a.mid");
    const auto result = decant_with({"render", "--plugin", plugin("decant-test-sine" + suffix), "--midi",
                                     directory.path() / "a.mid", "--output", directory.path() / "a.wav"});
    INFO(result.errors);
    REQUIRE(result.exit == 0);
    CHECK_THAT(result.output,
               ContainsSubstring("times faster than real time") &&
                   ContainsSubstring("Decant Test Sine: " + format + ", " + bits() + " bits, instrument"));

    const auto sound = sound_in(directory.path() / "a.wav");
    CHECK_THAT(frequency_of(sound, 48000, 4800, 86400), WithinAbs(440, 0.5));
    for (std::size_t i = sound.size() - 24000; i < sound.size(); ++i)
        REQUIRE(std::abs(sound[i]) < 1e-5F);
}

TEST_CASE("a render that is asked to end leaves nothing behind")
{
    const TemporaryDirectory directory;
    write_noise(directory.path() / "in.wav", 48000, 20'000'000);
    auto environment = tests::own_environment();
    environment["WINEPREFIX"] = std::getenv("DECANT_TEST_PREFIX");
    tests::ChildProcess decant({DECANT_PROGRAM, "render", "--plugin", plugin("decant-test-gain.dll"),
                                "--input", directory.path() / "in.wav", "--output",
                                directory.path() / "out.wav", "--block", "1"},
                               environment);
    REQUIRE(tests::wait_until([&] { return writes_below(decant.id(), directory.path()); }));

    decant.signal(SIGTERM);

    CHECK(decant.wait(tests::patience) == 1);
    CHECK_THAT(decant.errors(), ContainsSubstring("interrupted"));
    CHECK(std::distance(fs::directory_iterator(directory.path()), {}) == 1);
}

TEST_CASE("probe tells what a Windows plugin is, for people and for scripts")
{
    const auto text = decant_with({"probe", plugin("decant-test-sine.dll")});
    INFO(text.errors);
    REQUIRE(text.exit == 0);
    CHECK_THAT(text.output, ContainsSubstring("Decant Test Sine") &&
                                ContainsSubstring("VST2, " + bits() + " bits, instrument"));

    const auto json =
        nlohmann::json::parse(decant_with({"probe", "--json", plugin("decant-test-gain.dll")}).output);
    CHECK(json["kind"] == "plugin");
    CHECK(json["format"] == "VST2");
    CHECK(json["bits"] == std::stoi(bits()));
    CHECK(json["instrument"] == false);
    CHECK(json["inputs"].size() == 2);
    CHECK(json["outputs"].size() == 2);
    CHECK(json["parameters"][0]["name"] == "Gain");
    CHECK(json["prefix"] == std::getenv("DECANT_TEST_PREFIX"));
}

TEST_CASE("the first parameter of an instrument has the value that the plugin begins with")
{
    for (const char* suffix : {".dll", ".vst3", ".clap"}) {
        INFO(suffix);
        const auto result =
            decant_with({"probe", "--json", plugin(std::string("decant-test-sine") + suffix)});
        INFO(result.errors);
        REQUIRE(result.exit == 0);
        const auto level = nlohmann::json::parse(result.output).at("parameters").at(0);
        CHECK(level.at("name") == "Level");
        CHECK(level.at("initial") == 1);
    }
}

TEST_CASE("probe lists the plugins of a file, and takes one by its name or id behind the file")
{
    const auto text = decant_with({"probe", plugin("decant-test-mirror.clap")});
    INFO(text.errors);
    REQUIRE(text.exit == 0);
    CHECK_THAT(text.output, ContainsSubstring("CLAP, " + bits() + " bits, effect") &&
                                ContainsSubstring("decant.test-mirror-of-notes  Mirror of notes"));
    for (const std::string address :
         {"decant-test-mirror.clap#Mirror of notes", "decant-test-mirror.clap#decant.test-mirror-of-notes",
          "decant-test-mirror.vst3#Mirror in double", "decant-test-shell.dll#Double"}) {
        const auto result = decant_with({"probe", "--json", plugin(address)});
        INFO(address << ": " << result.errors);
        REQUIRE(result.exit == 0);
        const auto json = nlohmann::json::parse(result.output);
        const std::string wanted = address.substr(address.find('#') + 1);
        CHECK((json["name"] == wanted || json["id"] == wanted));
        CHECK(json["in_file"].size() == 2);
    }
}

TEST_CASE("a VST3 bundle is its directory")
{
    const TemporaryDirectory directory;
    const auto bundle = directory.path() / "Any name.vst3";
    const auto build = bundle / "Contents" / (bits() == "64" ? "x86_64-win" : "x86-win");
    fs::create_directories(build);
    fs::copy(plugin("decant-test-gain.vst3"), build / "Gain.vst3");
    const auto result = decant_with({"probe", bundle});
    INFO(result.errors);
    CHECK(result.exit == 0);
    CHECK_THAT(result.output, ContainsSubstring("VST3, " + bits() + " bits, effect"));
}

TEST_CASE("a plugin that a file does not hold is answered with those that it does")
{
    const auto result = decant_with({"probe", plugin("decant-test-shell.dll"), "--class", "Triple"});
    CHECK(result.exit == 1);
    CHECK_THAT(result.errors, ContainsSubstring(R"("Half", "Double". Choose one of these)") &&
                                  !ContainsSubstring("dosdevices"));
}

TEST_CASE("a file that is no plugin is refused with the reason, and the exit code says so")
{
    const std::vector<std::pair<std::string, std::string>> files{
        {"broken-no-entry.dll", "no entry point"},
        {"broken-absent-import.dll", "decant-test-absent.dll"},
        {"broken-entry-crash.dll", "crashed while loading the plugin: access violation"},
        {"broken-program.exe", "it is a program"},
        {"lost.dll", "does not exist"}};
    for (const auto& [file, reason] : files) {
        const auto result = decant_with({"probe", plugin(file)});
        CHECK(result.exit == 1);
        CHECK(result.output.empty());
        CHECK_THAT(result.errors, ContainsSubstring(reason));
    }
}
