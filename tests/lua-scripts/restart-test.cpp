// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/lua-scripts/expectations.hpp"

#include <catch2/catch_test_macros.hpp>
#include <optional>

using namespace decant::tests;

TEST_CASE("a node that comes back is linked again, and so is its target")
{
    const PrivateSession session;
    std::optional<StandInNode> bass;
    std::optional<StandInNode> reverb;
    const auto chain = stereo("decant.bass", "decant.reverb");
    bass.emplace(session, "decant.bass", synth("[ reverb ]"));
    reverb.emplace(session, "decant.reverb", effect("[]"));
    REQUIRE(becomes(session, chain));

    bass.reset();
    REQUIRE(becomes(session, {}));
    bass.emplace(session, "decant.bass", synth("[ reverb ]"));
    CHECK(becomes(session, chain));

    reverb.reset();
    REQUIRE(becomes(session, {}));
    reverb.emplace(session, "decant.reverb", effect("[]"));
    CHECK(becomes(session, chain));
}

TEST_CASE("a crash of WirePlumber is not heard: the same links stay, and new nodes are linked afterwards")
{
    PrivateSession session;
    const StandInNode bass(session, "decant.bass", synth("[ default ]"));
    REQUIRE(becomes(session, stereo("decant.bass", "test-sink")));
    const auto ids = [&] {
        return session.graph().link_ids("decant.bass:output_FL", "test-sink:playback_FL");
    };
    const auto before = ids();

    session.kill_wireplumber();
    CHECK(ids() == before);
    session.start_wireplumber();

    REQUIRE(settled(session));
    CHECK(ids() == before);
    CHECK(session.graph().links() == stereo("decant.bass", "test-sink"));
}

TEST_CASE("a new WirePlumber removes the links that were configured away while there was none")
{
    PrivateSession session;
    StandInNode bass(session, "decant.bass", synth("[ default ]"));
    REQUIRE(becomes(session, stereo("decant.bass", "test-sink")));

    session.kill_wireplumber();
    bass.set_property("decant.output.to", "[]");
    session.start_wireplumber();

    CHECK(becomes(session, {}));
}

TEST_CASE("a new PipeWire gets the same links")
{
    PrivateSession session;
    std::optional<StandInNode> bass;
    bass.emplace(session, "decant.bass", synth("[ default ]"));
    REQUIRE(becomes(session, stereo("decant.bass", "test-sink")));

    session.kill_pipewire();
    bass.reset();
    session.start_pipewire();
    session.start_wireplumber();
    bass.emplace(session, "decant.bass", synth("[ default ]"));

    CHECK(becomes(session, stereo("decant.bass", "test-sink")));
}

TEST_CASE("a rack of many nodes is linked as a whole")
{
    const PrivateSession session;
    std::vector<std::unique_ptr<StandInNode>> rack;
    Links expected;
    for (int i = 0; i < 24; ++i) {
        const auto name = "decant.synth" + std::to_string(i);
        rack.push_back(std::make_unique<StandInNode>(session, name, synth("[ bus ]")));
        expected = expected + stereo(name, "decant.bus");
    }
    const StandInNode bus(session, "decant.bus", effect("[ default ]"));

    CHECK(becomes(session, expected + stereo("decant.bus", "test-sink")));
}
