// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/lua-scripts/expectations.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using namespace decant::tests;

namespace
{

const StandInNode::Shape keyboard{.midi_out = true};

StandInNode::Shape played_by(const std::string& midi_from)
{
    return {.properties = {{"decant.midi.from", midi_from}}, .midi_in = true};
}

const Links keys_to_bass{{"keys:midi_out", "decant.bass:midi_in"}};

} // namespace

TEST_CASE("a keyboard that is plugged in before the node is linked")
{
    const PrivateSession session;
    const StandInNode keys(session, "keys", keyboard);
    const StandInNode bass(session, "decant.bass", played_by("[ \"keys\" ]"));

    CHECK(becomes(session, keys_to_bass));
}

TEST_CASE("a keyboard that is plugged in after the node is linked, every time")
{
    const PrivateSession session;
    const StandInNode bass(session, "decant.bass", played_by("[ \"keys\" ]"));

    for (int i = 0; i < 3; ++i) {
        {
            const StandInNode keys(session, "keys", keyboard);
            CHECK(becomes(session, keys_to_bass));
        }
        CHECK(becomes(session, {}));
    }
}

TEST_CASE("a keyboard is found by whatever people call it")
{
    const PrivateSession session;
    const StandInNode keys(session, "keys",
                           {.properties = {{"node.description", "Keystation 49"}, {"node.nick", "Master"}},
                            .midi_out = true,
                            .midi_out_alias = "USB: Keystation MIDI 1"});

    const auto* name = GENERATE("keys", "Keystation 49", "Master", "USB: Keystation MIDI 1", "keys:midi_out",
                                "~.*Keystation.*", "~MIDI [0-9]$", "~^k.*s$");
    CAPTURE(name);
    const StandInNode bass(session, "decant.bass", played_by(nlohmann::json::array({name}).dump()));

    CHECK(becomes(session, keys_to_bass));
}

TEST_CASE("a regular expression takes all keyboards, but not the node's own output")
{
    const PrivateSession session;
    const StandInNode keys(session, "keys", keyboard);
    const StandInNode pads(session, "pads", keyboard);
    const StandInNode bass(
        session, "decant.bass",
        {.properties = {{"decant.midi.from", "[ \"~.*\" ]"}}, .midi_in = true, .midi_out = true});

    CHECK(becomes(session, keys_to_bass + Links{{"pads:midi_out", "decant.bass:midi_in"}}));
}

TEST_CASE("the short name of a Decant node comes before another node of that name")
{
    const PrivateSession session;
    const StandInNode impostor(session, "keys", keyboard);
    const StandInNode keys(session, "decant.keys", keyboard);
    const StandInNode bass(session, "decant.bass", played_by("[ \"keys\" ]"));

    CHECK(becomes(session, {{"decant.keys:midi_out", "decant.bass:midi_in"}}));
}

TEST_CASE("two rules that want the same link get one link")
{
    const PrivateSession session;
    const StandInNode bass(session, "decant.bass", played_by("[ \"arp\" ]"));
    const StandInNode arpeggiator(session, "decant.arp",
                                  {.properties = {{"decant.output.to", "[ bass ]"}}, .midi_out = true});

    REQUIRE(becomes(session, {{"decant.arp:midi_out", "decant.bass:midi_in"}}));
    REQUIRE(settled(session));
    CHECK(session.graph().links().size() == 1);
}
