// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// MIDI between nodes and ports that have nothing but UMP (MIDI 2.0), as PipeWire's ALSA bridge has them.

#include "nodes/filter-node.hpp"
#include "nodes/midi-pod.hpp"

#include "tests/support/graph-client.hpp"
#include "tests/support/midi-players.hpp"
#include "tests/support/private-session.hpp"
#include "tests/support/ump-keyboard.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <spa/control/control.h>
#include <spa/pod/iter.h>
#include <span>
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
using tests::PrivateSession;
using tests::UmpKeyboard;
using tests::wait_until;

using Moments = std::vector<MidiMoment>;

const PortLayout midi_in{.inputs = {}, .outputs = {}, .midi_in = true, .midi_out = false};
const PortLayout midi_out{.inputs = {}, .outputs = {}, .midi_in = false, .midi_out = true};

/// A synthesizer of MIDI 2.0: the node "ump-synth" with the port "in".
class UmpSynth final : public tests::UmpNode
{
    MidiReader reader_{0xffff};

    void process(spa_data& data) noexcept override
    {
        const std::span pod(static_cast<const std::byte*>(data.data) + data.chunk->offset, data.chunk->size);
        const auto* sequence = static_cast<const spa_pod_sequence*>(static_cast<const void*>(pod.data()));
        if (pod.size() < sizeof *sequence || sequence->pod.type != SPA_TYPE_Sequence)
            return;
        const spa_pod_control* control = nullptr;
        SPA_POD_SEQUENCE_FOREACH(sequence, control)
        if (control->type != SPA_CONTROL_UMP)
            misunderstood = true;
        Cycle cycle{};
        cycle.midi_in = reader_.read(pod, 8192);
        ears.process(cycle);
    }

public:
    MidiListener ears;
    std::atomic<bool> misunderstood = false; ///< something came that is no UMP

    explicit UmpSynth(Client& client) : UmpNode(client, "ump-synth", "in", SPA_DIRECTION_INPUT) { join(); }
    ~UmpSynth() { leave(); }
};

const Moments notes{{0, 0, {0x90, 60, 100}},
                    {0, 17, {0xc1, 5}},
                    {0, 18, {0xe2, 12, 70}},
                    {0, 100, {0xf0, 0x7e, 0x7f, 0x09, 0x01, 0x7f, 0x00, 2, 3, 4, 0xf7}},
                    {0, 255, {0x80, 60, 64}}};

/// Runs the test that it stands in twice, with the one first and with the other.
template <class One, class Other>
void in_either_order(One one, Other other)
{
    const bool one_first = GENERATE(true, false);
    INFO((one_first ? "the first" : "the second") << " came first");
    if (one_first)
        one();
    other();
    if (!one_first)
        one();
}

} // namespace

TEST_CASE("UMP of MIDI 1.0 and 2.0 is linked and arrives as bytes")
{
    const PrivateSession session({.session_manager = false});
    Client client(session);
    UmpKeyboard keys(client);
    MidiListener listener;
    Node synth(client, "synth", midi_in, listener);
    session.link("ump:out", "synth:midi_in");
    REQUIRE(midi_passes(keys, listener));

    keys.events = {{0x20903c64},              // MIDI 1.0: note on
                   {0x40913c00, 0xc8000000},  // MIDI 2.0: note on, at a velocity of 100
                   {0x40b14a00, 0x80000000},  // and a controller
                   {0x30167e7f, 0x09017f00},  // a SysEx begins
                   {0x30330203, 0x04000000}}; // and ends
    keys.send = true;

    REQUIRE(wait_until([&] { return listener.heard().size() >= 4; }));
    CHECK(listener.heard() == Moments{{0, 7, {0x90, 60, 100}},
                                      {0, 7, {0x91, 60, 100}},
                                      {0, 7, {0xb1, 74, 64}},
                                      {0, 7, {0xf0, 0x7e, 0x7f, 0x09, 0x01, 0x7f, 0x00, 2, 3, 4, 0xf7}}});
    CHECK(synth->counters().midi_lost == 0);
}

TEST_CASE("a port that hears nothing but UMP is linked to a node, and is sent UMP")
{
    const PrivateSession session({.session_manager = false});
    Client client(session);
    MidiSource keys;
    UmpSynth synth(client);
    Node source(client, "keys", midi_out, keys);
    session.link("keys:midi_out", "ump-synth:in");
    REQUIRE(midi_passes(keys, synth.ears));
    CHECK(synth.has_ump());

    keys.events = notes;
    keys.send = true;
    REQUIRE(wait_until([&] { return synth.ears.heard().size() >= notes.size(); }));
    CHECK(synth.ears.heard() == notes);
    CHECK_FALSE(synth.misunderstood);
    CHECK(source->counters().midi_lost == 0);
}

TEST_CASE("one output plays to a port for UMP and to one for bytes, whichever came first")
{
    const PrivateSession session({.session_manager = false});
    Client client(session);
    MidiSource keys;
    MidiListener listener;
    UmpSynth synth(client);
    Node source(client, "keys", midi_out, keys);
    Node bytes(client, "bytes", midi_in, listener);
    in_either_order(
        [&] {
            session.link("keys:midi_out", "ump-synth:in");
            REQUIRE(midi_passes(keys, synth.ears));
        },
        [&] {
            session.link("keys:midi_out", "bytes:midi_in");
            REQUIRE(midi_passes(keys, listener));
        });
    CHECK(synth.has_ump());
    synth.ears.forget();
    listener.forget();

    keys.events = notes;
    keys.send = true;
    REQUIRE(wait_until([&] {
        return synth.ears.heard().size() >= notes.size() && listener.heard().size() >= notes.size();
    }));
    CHECK(synth.ears.heard() == notes);
    CHECK(listener.heard() == notes);
    CHECK_FALSE(synth.misunderstood);
}

TEST_CASE("one input hears a port for UMP and one for bytes, whichever came first")
{
    const PrivateSession session({.session_manager = false});
    Client client(session);
    UmpKeyboard keyboard(client);
    MidiSource keys;
    MidiListener listener;
    Node source(client, "keys", midi_out, keys);
    Node synth(client, "synth", midi_in, listener);
    in_either_order(
        [&] {
            session.link("ump:out", "synth:midi_in");
            REQUIRE(midi_passes(keyboard, listener));
        },
        [&] {
            session.link("keys:midi_out", "synth:midi_in");
            REQUIRE(midi_passes(keys, listener));
        });
    CHECK(keyboard.has_ump());
    REQUIRE(midi_passes(keyboard, listener));
    REQUIRE(midi_passes(keys, listener));
    CHECK(synth->counters().midi_lost == 0);
}

} // namespace decant::nodes
