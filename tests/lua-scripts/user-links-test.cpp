// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/lua-scripts/expectations.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <optional>
#include <string>

using namespace decant::tests;

namespace
{

const Links only_right{{"decant.bass:output_FR", "test-sink:playback_FR"}};

/// Whether WirePlumber's state has links of a kind, "made" or "cut".
bool remembered_now(const PrivateSession& session, const std::string& kind)
{
    std::ifstream file(session.state_home() / "wireplumber/decant-links");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(kind))
            return true;
    return false;
}

bool remembered(const PrivateSession& session, const std::string& kind)
{
    return wait_until([&] { return remembered_now(session, kind); });
}

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

TEST_CASE("a cut is remembered when the node comes back, and after a restart of WirePlumber")
{
    PrivateSession session;
    std::optional<StandInNode> bass;
    bass.emplace(session, "decant.bass", synth("[ default ]"));
    cut_left(session);
    REQUIRE(remembered(session, "cut"));

    bass.reset();
    REQUIRE(becomes(session, {}));
    bass.emplace(session, "decant.bass", synth("[ default ]"));
    REQUIRE(becomes(session, only_right));

    session.kill_wireplumber();
    bass.reset();
    session.start_wireplumber();
    bass.emplace(session, "decant.bass", synth("[ default ]"));
    REQUIRE(becomes(session, only_right));

    session.link("decant.bass:output_FL", "test-sink:playback_FL"); // the user thinks better of it
    REQUIRE(settled(session));
    bass.reset();
    REQUIRE(becomes(session, {}));
    bass.emplace(session, "decant.bass", synth("[ default ]"));
    CHECK(becomes(session, stereo("decant.bass", "test-sink")));
}

TEST_CASE("a link that the user makes comes back with its nodes, until the user takes it back")
{
    PrivateSession session;
    std::optional<StandInNode> bass;
    std::optional<StandInNode> recorder;
    const Links link{{"decant.bass:output_FL", "recorder:input_FR"}};
    bass.emplace(session, "decant.bass", synth("[]"));
    recorder.emplace(session, "recorder", StandInNode::Shape{.inputs = {"FL", "FR"}});
    session.link("decant.bass:output_FL", "recorder:input_FR");
    REQUIRE(remembered(session, "made"));

    recorder.reset();
    REQUIRE(becomes(session, {}));
    recorder.emplace(session, "recorder", StandInNode::Shape{.inputs = {"FL", "FR"}});
    REQUIRE(becomes(session, link));

    bass.reset();
    session.kill_wireplumber();
    session.start_wireplumber();
    bass.emplace(session, "decant.bass", synth("[]"));
    REQUIRE(becomes(session, link));

    session.unlink("decant.bass:output_FL", "recorder:input_FR");
    REQUIRE(wait_until([&] { return !remembered_now(session, "made"); }));
    bass.reset();
    bass.emplace(session, "decant.bass", synth("[]"));
    REQUIRE(settled(session));
    CHECK(session.graph().links().empty());
}

TEST_CASE("nothing is remembered if the setting says so")
{
    const PrivateSession session(
        {.wireplumber_drop_in = "wireplumber.settings = { decant.linking.remember = false }"});
    std::optional<StandInNode> bass;
    bass.emplace(session, "decant.bass", synth("[ default ]"));
    cut_left(session);
    bass.reset();
    REQUIRE(becomes(session, {}));
    bass.emplace(session, "decant.bass", synth("[ default ]"));
    CHECK(becomes(session, stereo("decant.bass", "test-sink")));
}

TEST_CASE("the settings are WirePlumber's own, with a description, a default and a type")
{
    const PrivateSession session;
    const auto all = session.run({"wpctl", "settings"}).output;
    for (const char* setting : {"decant.linking.enabled", "decant.linking.remember"}) {
        INFO(setting);
        CHECK(all.find(setting) != std::string::npos);
        const auto one = session.run({"wpctl", "settings", setting}).output;
        CHECK(one.find("true") != std::string::npos);
        (void)session.run({"wpctl", "settings", setting, "loud"}); // refused, with an exit status of 0
        CHECK(session.run({"wpctl", "settings", setting}).output == one);
    }
}

TEST_CASE("what was remembered counts again as soon as the setting says so")
{
    const PrivateSession session;
    const StandInNode bass(session, "decant.bass", synth("[ default ]"));
    cut_left(session);
    REQUIRE(remembered(session, "cut"));
    REQUIRE(settled(session));
    REQUIRE(session.run({"wpctl", "settings", "decant.linking.remember", "false"}).exit == 0);
    REQUIRE(becomes(session, stereo("decant.bass", "test-sink")));

    REQUIRE(session.run({"wpctl", "settings", "decant.linking.remember", "true"}).exit == 0);

    CHECK(becomes(session, {{"decant.bass:output_FR", "test-sink:playback_FR"}}));
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
