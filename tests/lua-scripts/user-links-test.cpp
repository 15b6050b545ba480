// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/lua-scripts/expectations.hpp"

#include <catch2/catch_test_macros.hpp>
#include <optional>

using namespace decant::tests;

namespace
{

const Links only_right{{"decant.bass:output_FR", "test-sink:playback_FR"}};

/// Cuts the left of decant.bass and sees that the policy lets it be.
void cut_left(const PrivateSession& session)
{
    REQUIRE(becomes(session, stereo("decant.bass", "test-sink")));
    session.unlink("decant.bass:output_FL", "test-sink:playback_FL");
    REQUIRE(becomes(session, only_right));
    REQUIRE(settled(session));
    REQUIRE(session.graph().links() == only_right);
}

} // namespace

TEST_CASE("a link that the user makes stays when the configuration changes")
{
    const PrivateSession session;
    const StandInNode recorder(session, "recorder", {.inputs = {"FL", "FR"}});
    StandInNode bass(session, "decant.bass", synth("[ default ]"));
    REQUIRE(becomes(session, stereo("decant.bass", "test-sink")));
    session.link("decant.bass:output_FL", "recorder:input_FL");

    bass.set_property("decant.output.to", "[]");

    CHECK(becomes(session, {{"decant.bass:output_FL", "recorder:input_FL"}}));
}

TEST_CASE("a wanted link that the user made first is neither made twice nor removed")
{
    const PrivateSession session;
    StandInNode bass(session, "decant.bass", synth("[]"));
    session.link("decant.bass:output_FL", "test-sink:playback_FL");

    bass.set_property("decant.output.to", "[ default ]");
    CHECK(becomes(session, stereo("decant.bass", "test-sink")));

    bass.set_property("decant.output.to", "[]");
    CHECK(becomes(session, {{"decant.bass:output_FL", "test-sink:playback_FL"}}));
}

TEST_CASE("a link that the user cuts stays cut")
{
    const PrivateSession session;
    const StandInNode bass(session, "decant.bass", synth("[ default ]"));

    cut_left(session);
}

TEST_CASE("a cut is forgotten when the configuration of the node changes")
{
    const PrivateSession session;
    StandInNode bass(session, "decant.bass", synth("[ default ]"));
    cut_left(session);

    bass.set_property("decant.output.to", "[ default, elsewhere ]");

    CHECK(becomes(session, stereo("decant.bass", "test-sink")));
}

TEST_CASE("a property that has nothing to do with links does not undo a cut")
{
    const PrivateSession session;
    StandInNode bass(session, "decant.bass", synth("[ default ]"));
    cut_left(session);

    bass.set_property("node.description", "Bass");

    REQUIRE(settled(session));
    CHECK(session.graph().links() == only_right);
}

TEST_CASE("a cut is forgotten when the node comes back")
{
    const PrivateSession session;
    std::optional<StandInNode> bass;
    bass.emplace(session, "decant.bass", synth("[ default ]"));
    cut_left(session);

    bass.reset();
    REQUIRE(becomes(session, {}));
    bass.emplace(session, "decant.bass", synth("[ default ]"));

    CHECK(becomes(session, stereo("decant.bass", "test-sink")));
}

TEST_CASE("links that are switched off by the setting come when it is switched on")
{
    const PrivateSession session(
        {.wireplumber_drop_in = "wireplumber.settings = { decant.linking.enabled = false }"});
    const StandInNode bass(session, "decant.bass", synth("[ default ]"));
    const auto answer = session.run({"wpctl", "settings", "decant.linking.enabled"});
    INFO(answer.output << answer.errors);
    CHECK(answer.output.find("false") != std::string::npos);
    CHECK(session.graph().links().empty());

    REQUIRE(session.run({"wpctl", "settings", "decant.linking.enabled", "true"}).exit == 0);

    CHECK(becomes(session, stereo("decant.bass", "test-sink")));
}
