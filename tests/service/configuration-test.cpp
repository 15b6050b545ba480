// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/service/configuration-home.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <random>
#include <string>

namespace decant::service
{

using Catch::Matchers::ContainsSubstring;
using Home = ConfigurationHome;

TEST_CASE("the memory for samples is said once for all nodes")
{
    const Home home;
    const auto good = home.parse("decant.properties = { sampler.memory = 512 }\n"
                                 "decant.nodes = [ { name = piano path = ~/Piano.sfz } ]");
    CHECK(good.problems.empty());
    CHECK(good.sampler_memory == 512);
    CHECK_FALSE(home.parse("").sampler_memory);
    for (const char* value : {"1", "much", "-5", "nan", "[ 1 ]"}) {
        const auto bad = home.parse(std::string("decant.properties = { sampler.memory = ") + value + " }");
        REQUIRE(bad.problems.size() == 1);
        CHECK_THAT(to_text(bad.problems[0]), ContainsSubstring("sampler.memory must be a number of MiB"));
        CHECK_FALSE(bad.sampler_memory);
    }
}

TEST_CASE("how fast CPUs wake while something plays is said once for all nodes")
{
    const Home home;
    CHECK(home.parse("").dma_latency == 0);
    CHECK(home.parse("decant.properties = { cpu.dma-latency = 20 }").dma_latency == 20);
    CHECK_FALSE(home.parse("decant.properties = { cpu.dma-latency = off }").dma_latency);
    for (const char* value : {"-1", "soon", "1000000", "1.5", "[ 1 ]"}) {
        const auto bad = home.parse(std::string("decant.properties = { cpu.dma-latency = ") + value + " }");
        REQUIRE(bad.problems.size() == 1);
        CHECK_THAT(to_text(bad.problems[0]), ContainsSubstring("cpu.dma-latency must be off or a number"));
    }
}

TEST_CASE("of two nodes with one name the first one stays, whether it can play or not")
{
    const Home home;
    for (const std::string first : {"Piano.sfz", "Gone.sfz"}) {
        const auto result =
            parse_configuration({home.file("a", "decant.nodes = [ { name = x path = ~/" + first + " } ]"),
                                 home.file("b", "decant.nodes = [ { name = x path = ~/Organ.wav } ]")},
                                home.path());
        REQUIRE(result.written.at("x").where.file.filename() == "a.conf");
        REQUIRE(result.nodes.size() == (first == "Piano.sfz" ? 1 : 0));
        const auto second = to_text(result.problems.at(0));
        CHECK_THAT(second, ContainsSubstring("b.conf:1:18: node 'x': there is another node named 'x', in ") &&
                               ContainsSubstring("a.conf:1, which keeps the name; give this one a name"));
    }
}

TEST_CASE("a node that plays keeps its name, whatever sorts before it")
{
    const Home home;
    const auto playing = home.file("b", "decant.nodes = [ { name = x path = ~/Organ.wav } ]");
    const auto rack = parse_configuration({playing}, home.path());
    const NameHolders holders{{"x", rack.nodes.at(0)}};
    const auto newcomer = home.file("a", "decant.nodes = [ { name = x path = ~/Piano.sfz } ]");

    SECTION("in a file of its own")
    {
        const auto result = parse_configuration({newcomer, playing}, home.path(), holders);
        REQUIRE(result.nodes == rack.nodes);
        REQUIRE(result.problems.size() == 1);
        CHECK_THAT(to_text(result.problems[0]),
                   ContainsSubstring("a.conf:1:18: node 'x': there is another node named 'x', in ") &&
                       ContainsSubstring("b.conf:1, which keeps the name until the service is started anew"));
    }
    SECTION("in its own file")
    {
        const auto both = home.file(
            "b", "decant.nodes = [ { name = x path = ~/Piano.sfz } { name = x path = ~/Organ.wav } ]");
        CHECK(parse_configuration({both}, home.path(), holders).nodes == rack.nodes);
    }
    SECTION("also while there is a slip in it")
    {
        const auto slip = home.file("b", "decant.nodes = [ { name = x path = ~/Orgam.wav } ]");
        const auto result = parse_configuration({newcomer, slip}, home.path(), holders);
        CHECK(result.nodes.empty());
        CHECK(result.problems.size() == 2);
    }
    SECTION("also while its file cannot be read")
    {
        const auto slip = home.file("b", "decant.nodes = [ { name = x path = ~/Organ.wav ]");
        const auto result = parse_configuration({newcomer, slip}, home.path(), holders);
        CHECK(result.nodes.empty());
        CHECK_THAT(to_text(result.problems.at(1)), ContainsSubstring("b.conf, which keeps the name;"));
    }
    SECTION("but not when it is gone from the configuration")
    {
        const auto result = parse_configuration({newcomer}, home.path(), holders);
        REQUIRE(result.nodes.size() == 1);
        CHECK(result.nodes[0].path.filename() == "Piano.sfz");
        CHECK(result.problems.empty());
    }
}

TEST_CASE("a syntax error costs its file and no other")
{
    const Home home;
    for (const char* damage : {"decant.nodes = [ { name = a }", "decant.nodes = [\n  { name = \"a } ]",
                               "decant.nodes = [ ] }", "decant.nodes = [ { name } ]", "\xff\xfe", "= = ="}) {
        INFO(damage);
        const auto result =
            parse_configuration({home.file("bad", damage),
                                 home.file("good", "decant.nodes = [ { name = x path = ~/Piano.sfz } ]")},
                                home.path());
        CHECK(result.nodes.size() == 1);
        REQUIRE(result.problems.size() == 1);
        CHECK_THAT(to_text(result.problems[0]), ContainsSubstring("bad.conf:"));
        CHECK_THAT(to_text(result.problems[0]), ContainsSubstring("nothing of this file is used"));
        CHECK(result.problems[0].fatal);
    }
}

TEST_CASE("a file in an encoding of Windows costs itself, with a word on how to save it")
{
    const Home home;
    const std::string rack = "decant.nodes = [ { name = x path = ~/Piano.sfz } ]";
    for (const char* mark : {"\xef\xbb\xbf", "\xff\xfe", "\xfe\xff"}) {
        const auto result = parse_configuration({home.file("windows", mark + rack)}, home.path());
        CHECK(result.nodes.empty());
        REQUIRE(result.problems.size() == 1);
        CHECK_THAT(to_text(result.problems[0]),
                   ContainsSubstring("windows.conf:1:1: ") &&
                       ContainsSubstring("save it as UTF-8 without a byte order mark"));
    }
}

TEST_CASE("sections of other programs are none of our business, empty files neither")
{
    const Home home;
    for (const char* text : {"", "# nothing\n", "{ }",
                             "context.properties = { log.level = 2 } context.modules = [ { name = x } ]"}) {
        INFO(text);
        const auto result = home.parse(text);
        CHECK(result.nodes.empty());
        CHECK(result.problems.empty());
    }
}

TEST_CASE("sections of the wrong kind or with a slip in their name are reported")
{
    const Home home;
    CHECK_THAT(home.parse("decant.nodes = { name = x }").problems.at(0).text,
               ContainsSubstring("must be an array"));
    CHECK_THAT(home.parse("decant.nodes = [ piano ]").problems.at(0).text,
               ContainsSubstring("must be an object"));
    CHECK_THAT(home.parse("decant.properties = 5").problems.at(0).text,
               ContainsSubstring("must be an object"));
    CHECK_THAT(home.parse("decant.rules = { }").problems.at(0).text, ContainsSubstring("must be an array"));
    CHECK_THAT(home.parse("decant.node = [ ]").problems.at(0).text,
               ContainsSubstring("did you mean 'decant.nodes'?"));
    CHECK_THAT(home.parse("decnat.nodes = [ ]").problems.at(0).text,
               ContainsSubstring("did you mean 'decant.nodes'?"));
    for (const char* other : {"client", "context", "device", "filter", "jack", "pulse", "stream"})
        for (const char* section : {".properties = { }", ".rules = [ ]", ".nodes = [ ]"})
            CHECK(home.parse(std::string(other) + section).problems.empty());
    CHECK_THAT(home.parse("[ 1 ]").problems.at(0).text, ContainsSubstring("expected an object"));
}

TEST_CASE("properties are defaults for all nodes, of the type that they are for")
{
    const Home home;
    const auto result = home.parse(R"(
        decant.nodes = [ { name = a path = ~/Piano.sfz } { name = b path = ~/Organ.wav polyphony = 7 }
                         { name = c path = ~/Bass.dll } ]
        decant.properties = { polyphony = 32  midi.from = [ keys ]  node.latency = "64/48000" })");

    REQUIRE(result.problems.empty());
    CHECK(result.nodes.at(0).polyphony == 32);
    CHECK(result.nodes.at(1).polyphony == 7);
    CHECK(result.nodes.at(2).midi_from == std::vector<std::string>{"keys"});
    CHECK(result.nodes.at(2).properties.at("node.latency") == "64/48000");
}

TEST_CASE("a slip in the properties is told once, and not of every node")
{
    const Home home;
    const auto result =
        home.parse("decant.properties = { volme = 3 }\n"
                   "decant.nodes = [ { name = a path = ~/Piano.sfz } { name = b path = ~/Piano.sfz }\n"
                   "                 { name = c path = ~/Piano.sfz qualty = 3 } ]");
    CHECK(result.nodes.size() == 3);
    REQUIRE(result.problems.size() == 2);
    CHECK(result.problems[0].text == "there is no key 'volme'; did you mean 'volume'?");
    CHECK(result.problems[0].node.empty());
    CHECK(result.problems[1].node == "c");
}

TEST_CASE("a key for the other type is reported and has no effect")
{
    const Home home;
    const auto result = home.parse("decant.nodes = [ { name = a path = ~/Bass.dll polyphony = 3 } ]");
    REQUIRE(result.nodes.size() == 1);
    CHECK_THAT(result.problems.at(0).text, ContainsSubstring("'polyphony' is for a sampler only"));
    CHECK_FALSE(result.problems.at(0).fatal);
}

TEST_CASE("rules change the nodes that they match, from any file")
{
    const Home home;
    const auto result =
        parse_configuration({home.file("a", "decant.nodes = [ { name = a path = ~/Piano.sfz } { name = b "
                                            "path = ~/Bass.dll type = plugin } ]"),
                             home.file("b", R"(decant.rules = [
            { matches = [ { type = plugin } ]  actions = { update-props = { group = all } } }
            { matches = [ { name = "~^[ab]$" } ]  actions = { update-props = { midi.channels = 2 } } }
            { matches = [ { name = a } ]
              actions = { update-props = { polyphny = 9 } } }
         ])")},
                            home.path());

    REQUIRE(result.nodes.size() == 2);
    CHECK(result.nodes[0].host_group.empty());
    CHECK(result.nodes[1].host_group == "all");
    CHECK(result.nodes[0].midi_channels == 2);
    CHECK(result.nodes[1].midi_channels == 2);
    REQUIRE(result.problems.size() == 1);
    CHECK(result.problems[0].where == Location{home.path() / "conf/b.conf", {5, 44}});
    CHECK_THAT(result.problems[0].text, ContainsSubstring("did you mean 'polyphony'?"));
}

TEST_CASE("a rule also matches a type that the file tells and the name in the graph")
{
    const Home home;
    const auto result = home.parse(R"(
        decant.nodes = [ { name = a path = ~/Piano.sfz } { name = b path = "~/Bass.dll" } ]
        decant.rules = [
            { matches = [ { type = plugin } ]  actions = { update-props = { group = all } } }
            { matches = [ { node.name = decant.a } ]  actions = { update-props = { volume = -3 } } }
            { matches = [ { name = "!b" type = "!plugin" } ]  actions = { update-props = { polyphony = 9 } } }
        ])");
    REQUIRE(result.problems.empty());
    CHECK(result.nodes.at(1).host_group == "all");
    CHECK(result.nodes.at(0).volume == -3);
    CHECK(result.nodes.at(0).polyphony == 9);
}

TEST_CASE("a rule that can never do anything is reported with its place")
{
    const Home home;
    struct Case {
        std::string rule;
        std::string message;
    };
    for (const auto& [rule, message] : std::vector<Case>{
             {"x", "a rule must be an object"},
             {"{ actions = { update-props = { a = 1 } } }", "a rule needs matches"},
             {"{ matches = [ ] actions = { update-props = { a = 1 } } }", "a rule needs matches"},
             {"{ matches = [ x ] actions = { update-props = { a = 1 } } }", "each of matches must be"},
             {"{ matches = [ { name = \"~Key(\" } ] actions = { update-props = { a = 1 } } }",
              "'~Key(' is no regular expression: "},
             {"{ matches = [ { name = x } ] }", "a rule needs actions"},
             {"{ matches = [ { name = x } ] actions = { update-prop = { a = 1 } } }",
              "there is no action 'update-prop'; did you mean 'update-props'?"},
             {"{ matches = [ { name = x } ] actions = { update-props = 1 } }",
              "update-props must be an object"},
             {"{ match = [ ] matches = [ { name = x } ] actions = { update-props = { a = 1 } } }",
              "a rule has no key 'match'"},
         }) {
        INFO(rule);
        const auto result = home.parse("decant.nodes = [ { name = piano path = ~/Piano.sfz } ]\n"
                                       "decant.rules = [ " +
                                       rule + " ]");
        REQUIRE(result.problems.size() == 1);
        CHECK_THAT(result.problems[0].text, ContainsSubstring(message));
        CHECK(result.problems[0].where.position.line == 2);
        CHECK_FALSE(result.problems[0].fatal);
        CHECK(result.nodes.size() == 1);
    }
}

TEST_CASE("the place of each value is known, whether the node gives it, all nodes or a rule")
{
    const Home home;
    const auto result = home.parse("decant.properties = { polyphony = 8 volume = 1 }\n"
                                   "decant.nodes = [ { name = a path = ~/Piano.sfz volume = 2 } ]\n"
                                   "decant.rules = [ { matches = [ { name = a } ]\n"
                                   "  actions = { update-props = { quality = linear } } } ]");
    REQUIRE(result.problems.empty());
    const auto& settings = result.written.at("a").settings;
    CHECK(result.written.at("a").where.position == TextPosition{2, 18});
    CHECK(settings.at("polyphony").origin == SettingOrigin::properties);
    CHECK(settings.at("polyphony").where.position.line == 1);
    CHECK(settings.at("volume").origin == SettingOrigin::node);
    CHECK(settings.at("volume").where.position.line == 2);
    CHECK(settings.at("quality").origin == SettingOrigin::rule);
    CHECK(settings.at("quality").where.position.line == 4);
}

TEST_CASE("a circle of outputs is reported once, and all its nodes play")
{
    const Home home;
    const auto result = home.parse(R"(decant.nodes = [
        { name = a path = "~/Bass.dll" output.to = [ b default ] }
        { name = b path = "~/Bass.dll" output.to = [ c ] }
        { name = c path = "~/Bass.dll" output.to = [ b ] }
        { name = d path = "~/Bass.dll" output.to = [ d ] }
        { name = e path = "~/Bass.dll" output.to = [ a b ] } ])");
    CHECK(result.nodes.size() == 5);
    REQUIRE(result.problems.size() == 2);
    CHECK_THAT(to_text(result.problems[0]),
               ContainsSubstring("a.conf:4:40: node 'c': output.to closes a circle, b -> c -> b"));
    CHECK_THAT(to_text(result.problems[1]), ContainsSubstring("node 'd': output.to closes a circle, d -> d"));
}

TEST_CASE("a key that is given twice is reported")
{
    const Home home;
    const auto result =
        home.parse("decant.nodes = [ { name = a path = ~/Piano.sfz volume = 1 volume = 2 } ]");
    CHECK(result.nodes.at(0).volume == 2);
    CHECK_THAT(result.problems.at(0).text, ContainsSubstring("'volume' is given twice"));
}

TEST_CASE("a node that was not changed compares equal, wherever it stands")
{
    const Home home;
    const auto before = home.parse("decant.nodes = [ { name = a path = ~/Piano.sfz } ]");
    const auto after = home.parse("# moved\n\n\ndecant.nodes = [\n { path = \"~/Piano.sfz\" name = a } ]");
    CHECK(before.nodes == after.nodes);
}

TEST_CASE("no damage to a configuration makes the reader throw")
{
    const Home home;
    const std::string text =
        "decant.nodes = [ { name = a path = \"~/Piano.sfz\" midi.from = [ x ] params = { a = 1 } } ]\n"
        "decant.rules = [ { matches = [ { name = a } ] actions = { update-props = { volume = 1 } } } ]\n"
        "decant.properties = { polyphony = 5 }";
    std::minstd_rand random(1); // NOLINT: the same damage in every run
    for (int round = 0; round < 5000; ++round) {
        std::string damaged = text.substr(0, random() % (text.size() + 1));
        for (int i = 0; i < 3 && !damaged.empty(); ++i)
            damaged[random() % damaged.size()] = static_cast<char>("[]{}\"=\\# a\n\x80\0"[random() % 13]);
        CHECK_NOTHROW(home.parse(damaged));
    }
    std::string deep = "decant.nodes = ";
    deep.append(100000, '[');
    CHECK_FALSE(home.parse(deep).problems.empty());
    deep.append(100000, ']');
    CHECK_FALSE(home.parse(deep).problems.empty());
}

} // namespace decant::service
