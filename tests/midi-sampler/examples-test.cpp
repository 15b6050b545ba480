// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/nodes/sampler/support.hpp"
#include "tests/support/graph-client.hpp"
#include "tests/support/players.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <cstring>
#include <filesystem>

using Catch::Approx;
namespace world = decant::sampler::test;

namespace decant::tests
{
namespace
{

constexpr unsigned rate = 48'000;

} // namespace

TEST_CASE("the example without a server writes its three notes")
{
    const world::TemporaryDirectory directory;
    const auto file = directory.write("a.wav", world::wav(world::sine(440, rate, rate)));
    const auto result = run({PLAY_NOTES, file.string()}, own_environment(), patience);
    INFO(result.errors);
    REQUIRE(result.exit == 0);
    std::vector<float> frames(result.output.size() / sizeof(float));
    std::memcpy(frames.data(), result.output.data(), frames.size() * sizeof(float));
    REQUIRE(frames.size() == 2 * 3 * (rate / 2 / 128) * 128);
    for (std::size_t note = 0; note < 3; ++note) {
        std::vector<float> left;
        for (std::size_t frame = 0; frame < rate / 8; ++frame)
            left.push_back(frames[2 * (note * (rate / 2 / 128) * 128 + frame)]);
        constexpr std::array<double, 3> semitones{0, 4, 7};
        CHECK(frequency_of(left, rate) == Approx(440 * std::exp2(semitones.at(note) / 12)).epsilon(1e-3));
        CHECK(peak_of(left) > 0.05F);
    }
}

TEST_CASE("the example tells what is wrong with a file")
{
    const auto result = run({PLAY_NOTES, "/nowhere/a.wav"}, own_environment(), patience);
    CHECK(result.exit == 1);
    CHECK(result.errors.find("/nowhere/a.wav: there is no such file") != std::string::npos);
}

TEST_CASE("an example without its argument says how it is used")
{
    for (const char* const example : {
             PLAY_NOTES,
#ifdef JACK_SAMPLER
             JACK_SAMPLER,
#endif
         }) {
        const auto result = run({example}, own_environment(), patience);
        CHECK(result.exit == 2);
        CHECK(result.errors.starts_with("usage: "));
    }
}

#ifdef JACK_SAMPLER
TEST_CASE("the example for JACK plays in a PipeWire graph what its MIDI port hears")
{
    if (!std::filesystem::exists("/usr/bin/pw-jack"))
        SKIP("pw-jack is not installed");
    const world::TemporaryDirectory directory;
    directory.write("a.wav", world::wav(world::sine(440, rate, 10 * rate)));
    const auto file = directory.write("a.sfz", "<region> sample=a.wav pitch_keycenter=60");
    PrivateSession session({.session_manager = false});
    const auto example = session.spawn({"pw-jack", JACK_SAMPLER, file.string()});
    REQUIRE(wait_until([&] { return session.graph().ports_of("sampler").size() == 3; }));

    GraphClient client(session);
    Keyboard keyboard;
    Recorder recorder(rate / 2);
    TestNode keys(client, "keys", {.inputs = {}, .outputs = {}, .midi_in = false, .midi_out = true},
                  keyboard);
    TestNode tape(client, "tape", {.inputs = {{"FL", "FL", ""}}, .outputs = {}}, recorder);
    session.link("keys:midi_out", "sampler:midi_in");
    session.link("sampler:out_l", "tape:FL");
    REQUIRE(play_until_heard(keyboard, {0x90, 60, 127}, recorder));
    CHECK(frequency_of(recorder.tape(), recorder.rate()) == Approx(440).epsilon(1e-3));
    example->stop();
    CHECK(example->wait(patience) == 0);
}
#endif

} // namespace decant::tests
