// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What is played on a sampler's node and heard of it, with a real decantd on a real PipeWire.

#include "nodes/midi-pod.hpp"
#include "tests/service/running-service.hpp"
#include "tests/support/graph-client.hpp"
#include "tests/support/midi-players.hpp"
#include "tests/support/players.hpp"
#include "tests/support/ump-keyboard.hpp"

#include <array>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cmath>
#include <fstream>
#include <numbers>
#include <optional>
#include <sndfile.hh>
#include <string>
#include <vector>

namespace decant::service
{
namespace
{

using Catch::Approx;
using tests::wait_until;

constexpr const char* organ = "<control> set_cc20=64 label_cc20=Air\n"
                              "<region> sample=A.wav pitch_keycenter=69 loop_mode=loop_continuous "
                              "amplitude_oncc20=100\n";

/// An organ with a keyboard before and a tape behind it.
class Studio : public RunningService
{
    std::optional<tests::GraphClient> client_;
    std::optional<tests::TestNode> keys_;
    std::optional<tests::TestNode> tape_;

public:
    tests::Keyboard keyboard;
    tests::Recorder recorder{24'000};

    /// With more of the node's configuration. Fails the test if it does not run.
    explicit Studio(const std::string& settings = "")
    {
        constexpr int rate = 48'000;
        std::vector<float> turns(rate); // a whole number of them, for the loop
        for (std::size_t frame = 0; frame < turns.size(); ++frame)
            turns[frame] = 0.5F * std::sin(2 * std::numbers::pi_v<float> *
                                           static_cast<float>(frame * 440 % rate) / float{rate});
        SndfileHandle((session().home() / "A.wav").string(), SFM_WRITE, SF_FORMAT_WAV | SF_FORMAT_FLOAT, 1,
                      rate)
            .write(turns.data(), static_cast<sf_count_t>(turns.size()));
        write("Organ.sfz", organ);
        set(settings);
    }

    void write(const std::string& name, const std::string& text) const
    {
        std::ofstream(session().home() / name) << text;
    }

    void set(const std::string& settings) const
    {
        configure("decant.nodes = [ { name = organ path = ~/Organ.sfz " + settings + " } ]");
    }

    tests::GraphClient& client() { return *client_; }

    /// Without its keyboard.
    void begin_alone()
    {
        start();
        listen();
    }

    void listen()
    {
        REQUIRE(wait_for_state("organ", "running"));
        client_.emplace(session());
        tape_.emplace(*client_, "tape", nodes::PortLayout{.inputs = {{"input", "MONO", ""}}, .outputs = {}},
                      recorder);
        session().link(session().graph().ports_of("decant.organ", tests::Direction::output).at(0).path(),
                       "tape:input");
    }

    void begin()
    {
        begin_alone();
        keys_.emplace(*client_, "keys", nodes::PortLayout{.inputs = {}, .outputs = {}, .midi_out = true},
                      keyboard);
        session().link("keys:midi_out", "decant.organ:midi_in");
    }

    /// What is linked to it is gone with it.
    void restart_pipewire()
    {
        session().kill_pipewire();
        keys_.reset();
        tape_.reset();
        client_.reset();
        REQUIRE(wait_until([&] {
            const auto text = process().errors();
            return text.rfind("no PipeWire daemon answers") > text.rfind("connected to PipeWire");
        }));
        session().start_pipewire();
    }

    /// Of a key while it is held.
    double frequency_of(std::uint8_t key)
    {
        REQUIRE(tests::play_until_heard(keyboard, {0x90, key, 127}, recorder));
        const double frequency = tests::frequency_of(recorder.tape(), recorder.rate());
        REQUIRE(wait_until([&] {
            return keyboard.play({0x80, key, 0}) && tests::record(recorder) &&
                   tests::peak_of(recorder.tape()) == 0;
        }));
        return frequency;
    }

    double value_of(const std::string& parameter) const
    {
        const auto list = parameters("organ");
        for (std::size_t index = 0; index + 1 < list.size(); index += 2)
            if (list[index] == parameter)
                return list[index + 1].get<double>();
        return -1000;
    }
};

} // namespace

TEST_CASE("an organ plays the scale and the keyboard map of its configuration, and others when they change")
{
    Studio studio("tuning = ~/just.scl keyboard-map = ~/low.kbm");
    studio.write("just.scl", "just\n2\n9/8\n2/1\n");
    // One degree after the other from key 69 on, which has 432 Hz.
    studio.write("low.kbm", "0\n0\n127\n69\n69\n432\n0\n");
    studio.begin();
    const auto serial = studio.serial("organ");
    constexpr double tolerance = 0.5;
    CHECK(studio.frequency_of(69) == Approx(432).margin(tolerance));
    CHECK(studio.frequency_of(70) == Approx(432 * 9.0 / 8).margin(tolerance));
    CHECK(studio.frequency_of(71) == Approx(864).margin(tolerance));

    studio.write("just.scl", "just\n2\n5/4\n2/1\n");
    CHECK(wait_until([&] { return std::abs(studio.frequency_of(70) - 540) < tolerance; }));
    studio.set("");
    CHECK(wait_until([&] { return std::abs(studio.frequency_of(70) - 466.164) < tolerance; }));
    CHECK(studio.serial("organ") == serial);
}

TEST_CASE("a key that was down when PipeWire ended does not sound for ever when it is back")
{
    Studio studio;
    studio.begin();
    REQUIRE(tests::play_until_heard(studio.keyboard, {0x90, 69, 127}, studio.recorder));
    studio.restart_pipewire();
    studio.listen();
    constexpr auto limit = std::chrono::seconds(20);
    CHECK(wait_until(
        [&] { return tests::record(studio.recorder) && tests::peak_of(studio.recorder.tape()) == 0; },
        limit));
}

TEST_CASE("a region that waits for its beat begins at once while nobody plays a song")
{
    Studio studio;
    studio.write("Organ.sfz", std::string(organ) + " sync_beats=32\n"); // sixteen seconds
    studio.begin();
    REQUIRE(tests::play_until_heard(studio.keyboard, {0x90, 69, 127}, studio.recorder));
    REQUIRE(studio.keyboard.play({0xb0, 120, 0}));
    REQUIRE(wait_until(
        [&] { return tests::record(studio.recorder) && tests::peak_of(studio.recorder.tape()) == 0; }));
    REQUIRE(studio.keyboard.play({0x90, 69, 127}));
    REQUIRE((tests::record(studio.recorder) && tests::record(studio.recorder))); // half a second each
    CHECK(tests::peak_of(studio.recorder.tape()) > 0.1F);
}

TEST_CASE("a note of MIDI 2.0 is heard at the very pitch that it is given")
{
    Studio studio;
    studio.begin_alone();
    tests::UmpKeyboard keys(studio.client());
    REQUIRE(wait_until([&] { return !studio.session().graph().ports_of("ump").empty(); }));
    studio.session().link("ump:out", "decant.organ:midi_in");
    // Key 69 at 72.5 semitones; again, as a link loses what is sent before its ends are ready.
    keys.events = {tests::UmpMessage{0x40904503, 0xffff0000 | 72U << 9 | 1U << 8}};
    REQUIRE(wait_until([&] {
        keys.send = true;
        return tests::record(studio.recorder) && studio.recorder.tape().front() != 0;
    }));
    CHECK(tests::frequency_of(studio.recorder.tape(), studio.recorder.rate()) ==
          Approx(440 * std::exp2(3.5 / 12)).margin(0.5));
}

TEST_CASE("a SysEx that is too long is counted where people look, also when its node has left the graph")
{
    Studio studio;
    studio.begin_alone();
    const auto lost = [&] {
        return studio.listed("organ").value("lost", std::uint64_t{0});
    };
    {
        tests::MidiSource editor;
        editor.events = {{0, 0, std::vector<std::uint8_t>(nodes::max_sysex_bytes + 1, 1)}};
        editor.events[0].bytes.front() = 0xf0;
        editor.events[0].bytes.back() = 0xf7;
        const tests::TestNode source(studio.client(), "editor",
                                     {.inputs = {}, .outputs = {}, .midi_out = true}, editor);
        studio.session().link("editor:midi_out", "decant.organ:midi_in");
        CHECK(lost() == 0);
        // Again, as a link loses what is sent before its ends are ready.
        REQUIRE(wait_until([&] {
            editor.send = true;
            return wait_until([&] { return lost() != 0; }, std::chrono::seconds(2));
        }));
    }
    const auto before = lost();
    studio.restart_pipewire();
    studio.listen();
    CHECK(lost() >= before);
}

TEST_CASE("a controller that arrives over MIDI is in the node's Props, and heard")
{
    Studio studio;
    studio.begin();
    CHECK(studio.value_of("Air") == 64);
    REQUIRE(wait_until([&] {
        return studio.keyboard.play({0xb0, 20, 96}) &&
               wait_until([&] { return std::abs(studio.value_of("Air") - 96) < 1e-3; },
                          std::chrono::seconds(2));
    }));
    REQUIRE(tests::play_until_heard(studio.keyboard, {0x90, 69, 127}, studio.recorder));
    REQUIRE(studio.keyboard.play({0xb0, 20, 0}));
    CHECK(wait_until([&] { return studio.value_of("Air") == 0; }));
    CHECK(wait_until(
        [&] { return tests::record(studio.recorder) && tests::peak_of(studio.recorder.tape()) == 0; }));
}

} // namespace decant::service
