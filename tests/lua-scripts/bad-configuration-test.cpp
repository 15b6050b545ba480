// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/lua-scripts/expectations.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace decant::tests;
using Catch::Matchers::ContainsSubstring;

namespace
{

std::string log_of(PrivateSession& session)
{
    return session.wireplumber().output() + session.wireplumber().errors();
}

} // namespace

TEST_CASE("a property that is no list of names is reported once, and other nodes are linked")
{
    PrivateSession session;
    const auto* text =
        GENERATE("", "reverb", "{ a = b }", "[ \"unfinished", "[ unfinished", "[ 1, 2.5 ]", "[ [ nested ] ]",
                 "[ true, { a = b } ]", "]", "[ \"\\", "[ a ] b", "[ \"a\" \" ]", "\"default\"");
    CAPTURE(text);
    const StandInNode broken(session, "decant.broken", synth(text));

    REQUIRE(settled(session));
    REQUIRE(settled(session));
    CHECK(session.graph().links().empty());
    CHECK(count(log_of(session), "decant.broken: decant.output.to ") == 1);
    CHECK(session.wireplumber().running());
}

TEST_CASE("a regular expression that does not compile is reported, and the other names of the list count")
{
    PrivateSession session;
    const StandInNode keys(session, "keys", {.midi_out = true});
    const auto* expression = GENERATE("~(", "~)(", "~[a-", "~*", "~a{2,1}", "~\\\\", "~");
    CAPTURE(expression);
    const auto names = std::string("[ \"") + expression + "\", \"keys\" ]";
    const StandInNode bass(session, "decant.bass",
                           {.properties = {{"decant.midi.from", names}}, .midi_in = true});

    CHECK(becomes(session, {{"keys:midi_out", "decant.bass:midi_in"}}));
    CHECK_THAT(log_of(session), ContainsSubstring("does not compile"));
}

TEST_CASE("a loop is cut where it closes and reported with its way")
{
    PrivateSession session;
    const StandInNode one(session, "decant.a", effect("[ b ]"));
    const StandInNode two(session, "decant.b", effect("[ c, default ]"));
    const StandInNode three(session, "decant.c", effect("[ a ]"));

    CHECK(becomes(session, stereo("decant.a", "decant.b") + stereo("decant.b", "decant.c") +
                               stereo("decant.b", "test-sink")));
    CHECK_THAT(log_of(session), ContainsSubstring("a -> b -> c -> a"));
}

TEST_CASE("a node that plays into itself is not linked to itself")
{
    PrivateSession session;
    const StandInNode reverb(session, "decant.reverb", effect("[ reverb, default ]"));

    CHECK(becomes(session, stereo("decant.reverb", "test-sink")));
    CHECK_THAT(log_of(session), ContainsSubstring("reverb -> reverb"));
}

TEST_CASE("without a default sink the node waits, and this is reported once")
{
    PrivateSession session;
    REQUIRE(session.run({"pw-cli", "destroy", "test-sink"}).exit == 0);
    REQUIRE(wait_until([&] { return session.graph().ports_of("test-sink").empty(); }));
    const StandInNode bass(session, "decant.bass", synth("[ default ]"));
    const StandInNode piano(session, "decant.piano", synth("[ bass ]"));

    CHECK(wait_until(
        [&] { return count(log_of(session), "decant.bass: there is no default audio sink") == 1; }));
    CHECK(session.graph().links().empty());
}

TEST_CASE("containers nested a hundred thousand deep do not stop WirePlumber")
{
    PrivateSession session;
    const auto deep = std::string(100000, '[') + std::string(100000, ']');
    const StandInNode bass(session, "decant.bass", synth(deep));
    const StandInNode piano(session, "decant.piano", synth("[ \"reverb\", " + deep));

    CHECK(settled(session));
    CHECK(session.wireplumber().running());
}

TEST_CASE("names of any length and in any script do no harm")
{
    PrivateSession session;
    const auto name = GENERATE(std::string(100000, 'x'), "~" + std::string(5000, 'x'),
                               std::string("Klavier \xc3\xa4\xe2\x99\xaa"), std::string("'; os.exit() --"),
                               std::string("%s%n%1"));
    const StandInNode bass(session, "decant.bass", synth(nlohmann::json::array({name, "default"}).dump()));

    CHECK(becomes(session, stereo("decant.bass", "test-sink")));
}
