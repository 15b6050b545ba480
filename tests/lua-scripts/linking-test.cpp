// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/lua-scripts/stand-in-node.hpp"
#include "tests/support/private-session.hpp"

#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string>

using namespace decant::tests;

namespace
{

using Links = std::multiset<Link>;

const Links bass_to_sink{{"decant.bass:output_FL", "test-sink:playback_FL"},
                         {"decant.bass:output_FR", "test-sink:playback_FR"}};

StandInNode::Shape stereo_synth(const std::string& output_to)
{
    return {.properties = {{"decant.output.to", output_to}}, .outputs = {"FL", "FR"}, .midi_in = true};
}

bool becomes(const PrivateSession& session, const Links& expected)
{
    return wait_until([&] { return session.graph().links() == expected; });
}

} // namespace

TEST_CASE("the outputs of a node are linked to the default sink")
{
    const PrivateSession session;
    const StandInNode bass(session, "decant.bass", stereo_synth("[ \"default\" ]"));

    CHECK(becomes(session, bass_to_sink));
}
