// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// MIDI through nodes in a real graph.

#include "nodes/filter-node.hpp"

#include "tests/support/graph-client.hpp"
#include "tests/support/midi-players.hpp"
#include "tests/support/noise.hpp"
#include "tests/support/private-session.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <vector>

namespace decant::nodes
{
namespace
{

using Client = tests::GraphClient;
using Node = tests::TestNode;
using tests::MidiListener;
using tests::MidiMoment;
using tests::MidiSource;
using tests::NoiseListener;
using tests::PrivateSession;
using tests::wait_until;

/// A keyboard at a synthesizer.
struct Cable {
    PrivateSession session{{.session_manager = false}};
    Client client{session};
    MidiSource keys;
    MidiListener listener;
    Node source{client, "keys", {.inputs = {}, .outputs = {}, .midi_in = false, .midi_out = true}, keys};
    Node synth{client, "synth", {.inputs = {}, .outputs = {}, .midi_in = true, .midi_out = false}, listener};

    Cable()
    {
        session.link("keys:midi_out", "synth:midi_in");
        REQUIRE(midi_passes(keys, listener));
    }

    /// Returns what is heard.
    std::vector<MidiMoment> play(std::vector<MidiMoment> events, std::size_t expected)
    {
        keys.events = std::move(events);
        keys.send = true;
        REQUIRE(wait_until([&] { return listener.heard().size() >= expected; }));
        CHECK_FALSE(keys.refused);
        return listener.heard();
    }
};

std::vector<std::uint8_t> sysex_of(std::size_t size)
{
    std::vector<std::uint8_t> bytes(size, 0x55);
    bytes.front() = 0xf0;
    bytes.back() = 0xf7;
    return bytes;
}

} // namespace

TEST_CASE("MIDI and long SysEx arrive whole at their frames")
{
    Cable cable;
    const std::vector<MidiMoment> sent{
        {0, 0, {0x90, 60, 100}}, {0, 17, {0xc0, 5}}, {0, 100, sysex_of(max_sysex_bytes)}, {0, 255, {0xf8}}};
    CHECK(cable.play(sent, sent.size()) == sent);
    CHECK(cable.synth->counters().midi_lost == 0);
}

TEST_CASE("a SysEx of more than 64 KiB is left out as a whole and counted, and what follows it is heard")
{
    Cable cable;
    const MidiMoment note{0, 100, {0x90, 60, 100}};
    CHECK(cable.play({{0, 0, sysex_of(max_sysex_bytes + 1)}, note}, 1) == std::vector<MidiMoment>{note});
    CHECK(wait_until([&] { return cable.synth->counters().midi_lost == 1; }));
}

TEST_CASE("MIDI of two sources is merged in the order of its frames, and other channels are left out")
{
    const PrivateSession session({.session_manager = false});
    Client client(session);
    MidiSource one, two;
    one.events = {{0, 10, {0x91, 60, 100}}, {0, 30, {0x91, 61, 100}}, {0, 31, {0x95, 1, 1}}};
    two.events = {{0, 20, {0x91, 70, 100}}, {0, 40, {0x91, 71, 100}}};
    MidiListener listener;
    const PortLayout midi_out{.inputs = {}, .outputs = {}, .midi_in = false, .midi_out = true};
    Node first(client, "one", midi_out, one);
    Node second(client, "two", midi_out, two);
    Node synth(client, "synth", {.inputs = {}, .outputs = {}, .midi_in = true, .midi_out = false}, listener,
               nullptr, [](auto& setup) { setup.midi_channels = 1u << 1; });
    session.link("one:midi_out", "synth:midi_in");
    session.link("two:midi_out", "synth:midi_in");
    REQUIRE(midi_passes(one, listener, 1));
    REQUIRE(midi_passes(two, listener, 1));

    one.send = two.send = true;

    REQUIRE(wait_until([&] { return listener.heard().size() >= 4; }));
    auto received = listener.heard();
    // The two flags may fall into two cycles.
    if (received.front().cycle_start == received.back().cycle_start) {
        CHECK(received ==
              std::vector<MidiMoment>{one.events[0], two.events[0], one.events[1], two.events[1]});
    } else {
        CHECK(std::count(received.begin(), received.end(), one.events[0]) == 1);
        CHECK(std::count(received.begin(), received.end(), two.events[1]) == 1);
    }
}

TEST_CASE("what a source of MIDI holds is let go when the last one has left")
{
    const PrivateSession session({.session_manager = false});
    Client client(session);
    MidiSource keys, others;
    MidiListener listener;
    NoiseListener speakers; // for which the node runs on
    const PortLayout midi_out{.inputs = {}, .outputs = {}, .midi_in = false, .midi_out = true};
    Node source(client, "keys", midi_out, keys);
    Node other(client, "others", midi_out, others);
    Node synth(client, "synth",
               {.inputs = {}, .outputs = {{"output", "MONO", ""}}, .midi_in = true, .midi_out = false},
               listener);
    Node recorder(client, "recorder", {.inputs = {{"input", "MONO", ""}}, .outputs = {}}, speakers);
    session.link("synth:output", "recorder:input");
    session.link("keys:midi_out", "synth:midi_in");
    session.link("others:midi_out", "synth:midi_in");
    REQUIRE(midi_passes(keys, listener));
    REQUIRE(midi_passes(others, listener));
    keys.events = {{0, 3, {0x90, 60, 100}}, {0, 3, {0x90, 64, 100}}, {0, 4, {0xb2, 64, 127}},
                   {0, 5, {0x80, 60, 0}},   {0, 6, {0x95, 67, 1}},   {0, 7, {0xb5, 123, 0}}};
    keys.send = true;
    REQUIRE(wait_until([&] { return listener.heard().size() == 6; }));

    listener.forget();
    session.unlink("others:midi_out", "synth:midi_in");
    keys.events = {{0, 0, {0xe0, 0, 64}}};
    keys.send = true;
    REQUIRE(wait_until([&] { return !listener.heard().empty(); }));
    CHECK(listener.heard() == keys.events); // somebody is still there

    listener.forget();
    session.unlink("keys:midi_out", "synth:midi_in");
    REQUIRE(wait_until([&] { return !listener.heard().empty(); }));
    CHECK(listener.heard() == std::vector<MidiMoment>{{0, 0, {0x80, 64, 0}}, {0, 0, {0xb2, 64, 0}}});
}

TEST_CASE("of sources that stay is let go what was pressed since another came, and nothing from before")
{
    const PrivateSession session({.session_manager = false});
    Client client(session);
    MidiSource keys;
    MidiListener listener;
    Node source(client, "keys", {.inputs = {}, .outputs = {}, .midi_in = false, .midi_out = true}, keys);
    Node synth(client, "synth", {.inputs = {}, .outputs = {}, .midi_in = true, .midi_out = false}, listener);
    session.link("keys:midi_out", "synth:midi_in");
    REQUIRE(midi_passes(keys, listener));
    const auto play = [&](std::vector<MidiMoment> events) {
        listener.forget();
        keys.events = std::move(events);
        keys.send = true;
        REQUIRE(wait_until([&] { return listener.heard().size() == keys.events.size(); }));
    };
    const auto now = [] {
        return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch() /
                                          std::chrono::nanoseconds(1));
    };

    play({{0, 0, {0x90, 40, 100}}, {0, 0, {0x90, 41, 100}}, {0, 0, {0xb0, 64, 80}}});
    const auto came = now();
    // A pedal that moves, a key that is struck again, a new one of each.
    play({{0, 0, {0xb0, 64, 127}}, {0, 0, {0x90, 41, 90}}, {0, 0, {0x90, 60, 100}}, {0, 0, {0xb3, 66, 127}}});
    listener.forget();
    synth->let_go(now());
    synth->let_go(came);

    REQUIRE(wait_until([&] { return listener.heard().size() >= 3; }));
    CHECK(listener.heard() ==
          std::vector<MidiMoment>{{0, 0, {0x80, 41, 0}}, {0, 0, {0x80, 60, 0}}, {0, 0, {0xb3, 66, 0}}});
    listener.forget();
    synth->let_go(0);
    REQUIRE(wait_until([&] { return !listener.heard().empty(); }));
    CHECK(listener.heard() == std::vector<MidiMoment>{{0, 0, {0xb0, 64, 0}}, {0, 0, {0x80, 40, 0}}});
}

} // namespace decant::nodes
