// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/lua-scripts/expectations.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace decant::tests;

TEST_CASE("a node plays to the default sink")
{
    const PrivateSession session;
    const StandInNode bass(session, "decant.bass", synth("[ \"default\" ]"));

    CHECK(becomes(session, stereo("decant.bass", "test-sink")));
}

TEST_CASE("a node without output.to is linked to nothing")
{
    const PrivateSession session;
    const StandInNode bass(session, "decant.bass", {.outputs = {"FL", "FR"}});

    REQUIRE(settled(session));
    CHECK(session.graph().links().empty());
}

TEST_CASE("a node that is not decantd's is left alone, whatever its properties say")
{
    const PrivateSession session;
    const StandInNode other(session, "other", synth("[ \"default\" ]"));

    REQUIRE(settled(session));
    CHECK(session.graph().links().empty());
}

TEST_CASE("nodes are chained by their short names, whichever comes first")
{
    const PrivateSession session;
    const StandInNode bass(session, "decant.bass", synth("[ \"reverb\" ]"));
    REQUIRE(settled(session));
    const StandInNode reverb(session, "decant.reverb", effect("[ \"default\" ]"));
    const StandInNode piano(session, "decant.piano", synth("[ \"reverb\" ]"));

    CHECK(becomes(session, stereo("decant.bass", "decant.reverb") + stereo("decant.piano", "decant.reverb") +
                               stereo("decant.reverb", "test-sink")));
}

TEST_CASE("a node plays to several targets")
{
    const PrivateSession session;
    const StandInNode recorder(session, "recorder", {.inputs = {"FL", "FR"}});
    const StandInNode bass(session, "decant.bass", synth("[ \"recorder\", \"default\" ]"));

    CHECK(becomes(session, stereo("decant.bass", "recorder") + stereo("decant.bass", "test-sink")));
}

TEST_CASE("a target is named by its description, or by a part of it as a regular expression")
{
    const PrivateSession session;
    const StandInNode recorder(
        session, "recorder", {.properties = {{"node.description", "Tape machine"}}, .inputs = {"FL", "FR"}});
    const StandInNode bass(session, "decant.bass", synth("[ \"Tape machine\" ]"));
    const StandInNode piano(session, "decant.piano", synth("[ \"~^Tape (deck|machine)$\" ]"));
    const StandInNode drums(session, "decant.drums", synth("[ \"~^tape\" ]"));

    CHECK(becomes(session, stereo("decant.bass", "recorder") + stereo("decant.piano", "recorder")));
}

TEST_CASE("channels find each other in any order")
{
    const PrivateSession session;
    const StandInNode bass(
        session, "decant.bass",
        {.properties = {{"decant.output.to", "[ default ]"}}, .outputs = {"LFE", "FR", "FL"}});

    CHECK(becomes(session, stereo("decant.bass", "test-sink")));
}

TEST_CASE("ports without channels are linked in their order")
{
    const PrivateSession session;
    const StandInNode drums(
        session, "decant.drums",
        {.properties = {{"decant.output.to", "[ default ]"}}, .outputs = {"1", "2", "3"}});

    CHECK(becomes(session, {{"decant.drums:output_1", "test-sink:playback_FL"},
                            {"decant.drums:output_2", "test-sink:playback_FR"}}));
}

TEST_CASE("mono goes to both sides, and both sides go to mono")
{
    const PrivateSession session;
    const StandInNode bass(session, "decant.bass",
                           {.properties = {{"decant.output.to", "[ default ]"}}, .outputs = {"MONO"}});
    const StandInNode amplifier(session, "amplifier", {.inputs = {"MONO"}});
    const StandInNode piano(session, "decant.piano", synth("[ amplifier ]"));

    CHECK(becomes(session, {{"decant.bass:output_MONO", "test-sink:playback_FL"},
                            {"decant.bass:output_MONO", "test-sink:playback_FR"},
                            {"decant.piano:output_FL", "amplifier:input_MONO"},
                            {"decant.piano:output_FR", "amplifier:input_MONO"}}));
}

TEST_CASE("a single port of another node is a target")
{
    const PrivateSession session;
    const StandInNode mixer(session, "mixer", {.inputs = {"1", "2", "3", "4"}});
    const StandInNode bass(
        session, "decant.bass",
        {.properties = {{"decant.output.to", "[ \"mixer:input_3\" ]"}}, .outputs = {"MONO"}});

    CHECK(becomes(session, {{"decant.bass:output_MONO", "mixer:input_3"}}));
}

TEST_CASE("a port that comes later is linked as well")
{
    const PrivateSession session;
    StandInNode bass(session, "decant.bass",
                     {.properties = {{"decant.output.to", "[ default ]"}}, .outputs = {"FL"}});
    REQUIRE(becomes(session, {{"decant.bass:output_FL", "test-sink:playback_FL"},
                              {"decant.bass:output_FL", "test-sink:playback_FR"}}));

    bass.add_output("FR");

    CHECK(becomes(session, stereo("decant.bass", "test-sink")));
}

TEST_CASE("MIDI goes along to a target that takes it")
{
    const PrivateSession session;
    const StandInNode piano(session, "decant.piano", {.outputs = {"FL", "FR"}, .midi_in = true});
    const StandInNode arpeggiator(session, "decant.arpeggiator",
                                  {.properties = {{"decant.output.to", "[ piano ]"}}, .midi_out = true});

    CHECK(becomes(session, {{"decant.arpeggiator:midi_out", "decant.piano:midi_in"}}));
}

TEST_CASE("links follow the default sink")
{
    const PrivateSession session;
    const StandInNode bass(session, "decant.bass", synth("[ default ]"));
    REQUIRE(becomes(session, stereo("decant.bass", "test-sink")));
    REQUIRE(session
                .run({"pw-cli", "create-node", "adapter",
                      "{ factory.name=support.null-audio-sink node.name=headphones media.class=Audio/Sink "
                      "audio.position=[FL FR] object.linger=true }"})
                .exit == 0);

    session.set_metadata("default", "default.configured.audio.sink", "{ \"name\": \"headphones\" }",
                         "Spa:String:JSON");

    CHECK(becomes(session, {{"decant.bass:output_FL", "headphones:playback_FL"},
                            {"decant.bass:output_FR", "headphones:playback_FR"}}));

    session.set_metadata("default", "default.configured.audio.sink", "{ \"name\": \"test-sink\" }",
                         "Spa:String:JSON");

    CHECK(becomes(session, stereo("decant.bass", "test-sink")));
}

TEST_CASE("a new configuration replaces the links of the old one")
{
    const PrivateSession session;
    const StandInNode reverb(session, "decant.reverb", effect("[]"));
    StandInNode bass(session, "decant.bass", synth("[ default ]"));
    REQUIRE(becomes(session, stereo("decant.bass", "test-sink")));

    bass.set_property("decant.output.to", "[ reverb ]");

    CHECK(becomes(session, stereo("decant.bass", "decant.reverb")));

    bass.set_property("decant.output.to", "[]");

    CHECK(becomes(session, {}));
}

TEST_CASE("a configuration that flickers ends with its last word")
{
    const PrivateSession session;
    const StandInNode reverb(session, "decant.reverb", effect("[]"));
    StandInNode bass(session, "decant.bass", synth("[ default ]"));
    REQUIRE(becomes(session, stereo("decant.bass", "test-sink")));

    for (int i = 0; i < 50; ++i) {
        bass.set_property("decant.output.to", "[ reverb ]");
        bass.set_property("decant.output.to", "[ default ]");
    }

    REQUIRE(settled(session));
    CHECK(becomes(session, stereo("decant.bass", "test-sink")));
}
