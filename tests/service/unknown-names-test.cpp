// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/unknown-names.hpp"

#include <catch2/catch_test_macros.hpp>

namespace decant::service
{
namespace
{

using Complaints = std::vector<std::string>;

/// A rack of two nodes, with a keyboard and a sound card.
const KnownNames known{
    .rack = {"bass", "reverb"},
    .midi_sources = {"Midi-Bridge", "Midi-Bridge:Keystation", "Keystation 49 MIDI 1"},
    .targets = {"alsa_output.card", "alsa_output.card:playback_FL", "Sound card"},
    .sound_sources = {"alsa_input.card", "alsa_input.card:capture_FL"},
};

Complaints complaints(std::vector<std::string> midi_from, std::vector<std::string> output_to)
{
    NodeConfig node;
    node.midi_from = std::move(midi_from);
    node.output_to = std::move(output_to);
    return complaints_about_names(node, known);
}

} // namespace

TEST_CASE("names of the rack, of nodes and of ports mean somebody, and so does the default")
{
    CHECK(complaints({"bass", "Midi-Bridge", "Keystation 49 MIDI 1"}, {"reverb", "Sound card", "default"})
              .empty());
    CHECK(complaints({"~Keystation", "~^Midi-(Bridge|Through)$"}, {"~playback_F[LR]$", "~reverb"}).empty());
    CHECK(complaints({}, {}).empty());
}

TEST_CASE("a name that means nobody is answered with the nearest one, or with where to look")
{
    CHECK(complaints({"Midi-Brigde"}, {"revreb"}) ==
          Complaints{"midi.from: nobody is called 'Midi-Brigde' now; did you mean 'Midi-Bridge'?",
                     "output.to: nobody is called 'revreb' now; did you mean 'reverb'?"});
    CHECK(
        complaints({"alsa_output.card"}, {"Midi-Bridge"}) ==
        Complaints{"midi.from: nobody is called 'alsa_output.card' now; 'pw-link -o' lists who plays",
                   "output.to: nobody is called 'Midi-Bridge' now; 'pw-link -i' lists who can be played to"});
}

TEST_CASE("names in input.from mean who plays sound")
{
    NodeConfig node;
    node.input_from = {"default", "bass", "alsa_input.card", "~capture", "alsa_inptu.card", "Midi-Bridge"};
    CHECK(complaints_about_names(node, known) ==
          Complaints{"input.from: nobody is called 'alsa_inptu.card' now; did you mean 'alsa_input.card'?",
                     "input.from: nobody is called 'Midi-Bridge' now; 'pw-link -o' lists who plays"});
}

TEST_CASE("an expression that finds nobody, or is none, is told")
{
    CHECK(complaints({"~Launchkey"}, {}) ==
          Complaints{"midi.from: nobody matches '~Launchkey' now; 'pw-link -o' lists who plays"});
    CHECK(complaints({"~("}, {"~"}) == Complaints{"midi.from: '~(' is no regular expression; see regex(7)",
                                                  "output.to: '~' is no regular expression; see regex(7)"});
}

} // namespace decant::service
