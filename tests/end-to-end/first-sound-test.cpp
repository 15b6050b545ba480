// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/end-to-end/rack.hpp"
#include "tests/support/graph-client.hpp"
#include "tests/support/noise.hpp"
#include "tests/support/players.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <csignal>
#include <fmt/format.h>
#include <fstream>
#include <numbers>
#include <sndfile.hh>

namespace decant::tests
{
namespace
{

using Catch::Matchers::WithinAbs;

const nodes::PortLayout stereo_in{.inputs = {{"FL", "FL", ""}, {"FR", "FR", ""}}, .outputs = {}};
const nodes::PortLayout stereo_out{.inputs = {}, .outputs = {{"FL", "FL", ""}, {"FR", "FR", ""}}};
const nodes::PortLayout midi_out{.inputs = {}, .outputs = {}, .midi_in = false, .midi_out = true};

/// A session whose links the test makes itself.
const PrivateSession::Options by_hand{.session_manager = false};

/// VST2 and VST3 know parameters from 0 to 1 alone: the plugin's gain is twice that.
std::string gain_node(const std::string& name, double gain, const std::string& suffix = ".dll")
{
    return fmt::format("{{ name = {} type = plugin path = \"{}\" params = {{ Gain = {} }} }}\n", name,
                       test_plugin("decant-test-gain" + suffix).string(),
                       suffix == ".clap" ? gain : gain / 2);
}

/// source -> plugin -> listener, in stereo.
void wire(const PrivateSession& session, const Rack& rack, const std::string& plugin,
          const std::string& listener)
{
    const auto inputs = rack.ports(plugin, Direction::input);
    const auto outputs = rack.ports(plugin, Direction::output);
    REQUIRE(inputs.size() == 2);
    REQUIRE(outputs.size() == 2);
    const std::string channels[] = {":FL", ":FR"};
    for (std::size_t i = 0; i < 2; ++i) {
        session.link("source" + channels[i], inputs[i]);
        session.link(outputs[i], listener + channels[i]);
    }
}

/// Plays note 69 on the instrument `node` and listens to its first output.
void check_concert_pitch(const PrivateSession& session, const Rack& rack, const std::string& node)
{
    GraphClient client(session);
    Keyboard keyboard;
    Recorder recorder(48000);
    TestNode keys(client, "keys", midi_out, keyboard);
    TestNode tape(client, "tape", stereo_in, recorder);
    session.link("keys:midi_out", "decant." + node + ":midi_in");
    session.link(rack.ports(node, Direction::output).at(0), "tape:FL");

    REQUIRE(play_until_heard(keyboard, {0x90, 69, 127}, recorder));
    CHECK(peak_of(recorder.tape()) > 0.1F);
    CHECK_THAT(frequency_of(recorder.tape(), recorder.rate()), WithinAbs(440.0, 0.5));

    REQUIRE(keyboard.play({0x80, 69, 0}));
    CHECK(wait_until([&] { return record(recorder) && peak_of(recorder.tape()) == 0; }));
}

} // namespace

TEST_CASE("noise passes the Windows effect bit by bit at every quantum and rate")
{
    PrivateSession session(by_hand);
    // A block that comes too late is the dry signal. At one half that differs from the plugin's output, at
    // one it does not; so both are asked.
    const double gain = GENERATE(1.0, 0.5);
    Rack rack(session, "decant.nodes = [ " + gain_node("gain", gain) + "]");
    REQUIRE(rack.wait_for("gain", "running"));
    GraphClient client(session);
    NoiseSource noise_source;
    NoiseListener listener;
    listener.gain = static_cast<float>(gain);
    TestNode source(client, "source", stereo_out, noise_source);
    TestNode sink(client, "listener", stereo_in, listener);
    wire(session, rack, "gain", "listener");
    const auto late = [&] {
        return rack.nodes()["gain"]["late"].get<std::uint64_t>();
    };

    for (const std::uint32_t rate : {44100u, 48000u, 96000u}) {
        session.set_rate(rate);
        for (const std::uint32_t quantum : {32u, 64u, 256u, 1024u}) {
            INFO(quantum << " frames at " << rate << " Hz, gain " << gain);
            session.set_quantum(quantum);
            // The plugin is prepared anew for a new rate; from then on every block is exact but the late
            // ones.
            listener.listen(quantum, rate);
            REQUIRE(hears(listener, 20));
            const auto late_before = late();
            listener.listen(quantum, rate);
            CHECK(hears(listener, 200));
            const std::uint64_t damaged = listener.damaged;
            // A late block damages itself and the crossfades beside it. The status is a second old at most.
            CHECK(wait_until([&] { return 3 * (late() - late_before) >= damaged; }));
        }
    }
}

TEST_CASE("noise passes a VST3 and a CLAP effect bit by bit")
{
    PrivateSession session(by_hand);
    const std::string suffix = GENERATE(".vst3", ".clap");
    INFO(suffix);
    Rack rack(session, "decant.nodes = [ " + gain_node("gain", 0.5, suffix) + "]");
    REQUIRE(rack.wait_for("gain", "running"));
    GraphClient client(session);
    NoiseSource noise_source;
    NoiseListener listener;
    listener.gain = 0.5F;
    TestNode source(client, "source", stereo_out, noise_source);
    TestNode sink(client, "listener", stereo_in, listener);
    wire(session, rack, "gain", "listener");
    session.set_quantum(1024);
    listener.listen(1024, 48000);
    REQUIRE(wait_until([&] { return listener.exact >= 20; }));
    const auto late_before = rack.nodes()["gain"]["late"].get<std::uint64_t>();
    listener.listen(1024, 48000);
    CHECK(wait_until([&] { return listener.exact >= 100; }));
    const std::uint64_t damaged = listener.damaged;
    // A late block damages itself and the crossfades beside it.
    CHECK(wait_until(
        [&] { return 3 * (rack.nodes()["gain"]["late"].get<std::uint64_t>() - late_before) >= damaged; }));
}

TEST_CASE("note 69 is 440 Hz from the Windows synth, and silence follows its release")
{
    const std::string suffix = GENERATE(".dll", ".vst3", ".clap");
    INFO(suffix);
    PrivateSession session(by_hand);
    const Rack rack(session, fmt::format("decant.nodes = [ {{ name = sine type = plugin path = \"{}\" }} ]",
                                         test_plugin("decant-test-sine" + suffix).string()));
    REQUIRE(rack.wait_for("sine", "running"));

    check_concert_pitch(session, rack, "sine");
}

TEST_CASE("note 69 is 440 Hz from the sampler, and silence follows its release")
{
    PrivateSession session(by_hand);
    {
        const auto wave = (session.home() / "a3.wav").string(); // an octave below what is played
        SndfileHandle file(wave, SFM_WRITE, SF_FORMAT_WAV | SF_FORMAT_PCM_24, 1, 44100);
        std::vector<float> samples(5 * 44100);
        for (std::size_t i = 0; i < samples.size(); ++i)
            samples[i] =
                0.5F * std::sin(static_cast<float>(i % 2205) * 2 * std::numbers::pi_v<float> * 220 / 44100);
        REQUIRE(file.write(samples.data(), std::ssize(samples)) == std::ssize(samples));
    }
    const auto instrument = session.home() / "tone.sfz";
    std::ofstream(instrument) << "<region> sample=a3.wav pitch_keycenter=57 ampeg_release=0.02\n"
                                 "loop_mode=loop_continuous loop_start=0 loop_end=220499\n";
    const Rack rack(session, fmt::format("decant.nodes = [ {{ name = tone type = sampler path = \"{}\" }} ]",
                                         instrument.string()));
    REQUIRE(rack.wait_for("tone", "running"));

    check_concert_pitch(session, rack, "tone");
}

TEST_CASE("a killed host leaves its node in the graph, comes back, and nobody else notices")
{
    PrivateSession session(by_hand);
    Rack rack(session, "decant.nodes = [ " + gain_node("victim", 0.5) + gain_node("witness", 0.5) + "]");
    REQUIRE(rack.wait_for("victim", "running"));
    REQUIRE(rack.wait_for("witness", "running"));
    session.set_quantum(1024);
    GraphClient client(session);
    NoiseSource noise_source;
    NoiseListener of_victim;
    NoiseListener of_witness;
    of_victim.gain = of_witness.gain = 0.5F;
    TestNode source(client, "source", stereo_out, noise_source);
    TestNode victim(client, "of-victim", stereo_in, of_victim);
    TestNode witness(client, "of-witness", stereo_in, of_witness);
    wire(session, rack, "victim", "of-victim");
    wire(session, rack, "witness", "of-witness");
    const auto id_of = [&](const std::string& node) {
        return session.graph().find_node("decant." + node).value().at("id").get<int>();
    };
    const int node_before = id_of("victim");
    of_victim.listen(1024, 48000);
    of_witness.listen(1024, 48000);
    REQUIRE(hears(of_victim, 20));
    REQUIRE(hears(of_witness, 20));
    const auto host = rack.host_of("victim");
    REQUIRE(host);

    of_witness.listen(1024, 48000);
    of_victim.listen(1024, 48000);
    REQUIRE(::kill(*host, SIGKILL) == 0);

    // Until the plugin is there again the effect's own input is heard. A host that waits for it takes over so
    // soon that this is a block, or none: what must never be heard is silence.
    CHECK(wait_until([&] { return rack.nodes()["victim"]["restarts"] == 1; }));
    CHECK(rack.wait_for("victim", "running"));
    CHECK(of_victim.silent == 0);
    of_victim.listen(1024, 48000);
    CHECK(hears(of_victim, 20));
    CHECK(id_of("victim") == node_before);
    CHECK(rack.host_of("victim") != host);
    CHECK(rack.nodes()["witness"]["restarts"] == 0);
    CHECK(of_witness.silent == 0);
    const std::uint64_t damaged = of_witness.damaged;
    CHECK(wait_until([&] { return 3 * rack.nodes()["witness"]["late"].get<std::uint64_t>() >= damaged; }));
}

TEST_CASE("a broken node is listed with its reason while the rest of the rack plays")
{
    PrivateSession session(by_hand);
    std::ofstream(session.home() / "text.dll") << "This is a text.";
    const auto node = [&](const std::string& name, const std::string& type, const std::string& file) {
        return fmt::format("{{ name = {} type = {} path = \"{}/{}\" }}\n", name, type,
                           session.home().string(), file);
    };
    Rack rack(session, "decant.nodes = [ " + node("text", "plugin", "text.dll") +
                           node("gone", "plugin", "gone.dll") + node("quiet", "sampler", "gone.sfz") +
                           gain_node("gain", 1) + "]");

    CHECK(rack.wait_for("gain", "running"));
    for (const auto* name : {"text", "gone", "quiet"}) {
        INFO(name);
        CHECK(rack.wait_for(name, "failed"));
        CHECK_FALSE(rack.nodes()[name]["message"].get<std::string>().empty());
    }
}

} // namespace decant::tests
