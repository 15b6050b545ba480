// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/configuration.hpp"

#include "tests/support/scratch-directory.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstdlib>
#include <fstream>
#include <random>

namespace decant::service
{
namespace
{

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

/// A home directory with some instruments in it.
class Home
{
    tests::ScratchDirectory directory_;

public:
    Home()
    {
        for (const char* file : {"Bass.dll", "Piano.sfz", "Organ.wav", "Thing.xyz", "conf/Local.sfz"})
            directory_.write(file, "x");
    }

    const fs::path& path() const { return directory_.path(); }

    /// What comes of the text of one file, conf/a.conf.
    Configuration parse(const std::string& text) const
    {
        return parse_configuration({file("a", text)}, path());
    }

    ConfigurationText file(const std::string& name, const std::string& text) const
    {
        return {path() / "conf" / (name + ".conf"), text};
    }
};

} // namespace

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

TEST_CASE("a plugin node says when it hands a block on, where its host runs, and how that waits")
{
    const Home home;
    const auto result = home.parse(R"(
decant.properties = { placement = free }
decant.nodes = [
    { name = one path = "~/Bass.dll" mode = pipelined placement = core wake = sleep }
    { name = two path = "~/Bass.dll" }
    { name = three path = "~/Bass.dll" mode = pipeline }
    { name = four path = "~/Bass.dll" wake = anticipate }
    { name = five path = "~/Bass.dll" wake = awake }
])");
    REQUIRE(result.nodes.size() == 3);
    CHECK(result.nodes[0].wake == Wake::sleep);
    CHECK(result.nodes[1].wake == Wake::automatic);
    CHECK(result.nodes[2].wake == Wake::anticipate);
    CHECK(result.nodes[0].mode == BridgeMode::pipelined);
    CHECK(result.nodes[0].placement == Placement::core);
    CHECK(result.nodes[1].mode == BridgeMode::sync);
    CHECK(result.nodes[1].placement == Placement::free);
    REQUIRE(result.problems.size() == 2);
    CHECK_THAT(result.problems[0].text, ContainsSubstring("mode must be sync or pipelined"));
    CHECK_THAT(result.problems[1].text, ContainsSubstring("wake must be auto or sleep or anticipate"));
}

TEST_CASE("every key of a plugin arrives with its type")
{
    const Home home;
    const auto result = home.parse(R"(
        decant.nodes = [ {
            name = bass  type = plugin  path = "~/Bass.dll"  plugin = "Bass Station"  prefix = "$HOME/wine"
            description = "The bass"  group = keys  enabled = false
            midi.from = [ "~.*Keystation.*" pads ]  midi.channels = [ 1 16 ]  output.to = [ reverb default ]
            params = { Cutoff = 0.4  "Filter Type" = 3  Bypass = true }  tempo = 96.5 editor.scale = 1.5
            node.latency = "128/48000"
        } ])");

    REQUIRE(result.problems.empty());
    REQUIRE(result.nodes.size() == 1);
    NodeConfig expected;
    expected.name = "bass";
    expected.file = home.path() / "conf/a.conf";
    expected.type = NodeType::plugin;
    expected.path = home.path() / "Bass.dll";
    expected.plugin_class = "Bass Station";
    expected.prefix = home.path() / "wine";
    expected.description = "The bass";
    expected.host_group = "keys";
    expected.enabled = false;
    expected.midi_from = {"~.*Keystation.*", "pads"};
    expected.midi_channels = 0x8001;
    expected.output_to = {"reverb", "default"};
    expected.params = {{"Cutoff", 0.4}, {"Filter Type", 3}, {"Bypass", 1}};
    expected.tempo = 96.5;
    expected.editor_scale = 1.5;
    expected.properties = {{"node.latency", "128/48000"}};
    CHECK(result.nodes[0] == expected);
}

TEST_CASE("a chain names its plugins after their files, and their parameters after them")
{
    const Home home;
    const auto result = home.parse(R"(
        decant.nodes = [ {
            name = strip
            chain = [ { path = "~/Bass.dll" params = { Gain = 0.5 Mix = 1 } }
                      { path = "~/Bass.dll" plugin = Other params = { Gain = 0.25 } }
                      { name = room path = "~/Bass.dll" } ]
            params = { "Bass:Mix" = 0 }
        } ])");

    REQUIRE(result.problems.empty());
    REQUIRE(result.nodes.size() == 1);
    const auto& node = result.nodes[0];
    const fs::path file = home.path() / "Bass.dll";
    CHECK(node.type == NodeType::plugin);
    CHECK(node.path == file);
    CHECK(node.description == "Bass > Bass > Bass");
    CHECK(node.chain ==
          std::vector<ChainPart>{{"Bass", file, ""}, {"Bass 2", file, "Other"}, {"room", file, ""}});
    CHECK(node.params ==
          std::map<std::string, double>{{"Bass:Gain", 0.5}, {"Bass:Mix", 0}, {"Bass 2:Gain", 0.25}});
}

TEST_CASE("a chain that cannot be says why")
{
    const Home home;
    const auto refusal = [&home](const std::string& keys) {
        const auto result = home.parse("decant.nodes = [ { name = strip " + keys + " } ]");
        CHECK(result.nodes.empty());
        REQUIRE(result.problems.size() == 1);
        return result.problems[0].text;
    };
    const std::string bass = "{ path = \"~/Bass.dll\" }";
    CHECK_THAT(refusal("chain = [ " + bass + " ]"), ContainsSubstring("chain has one plugin, and needs two"));
    CHECK_THAT(refusal("chain = Bass.dll"),
               ContainsSubstring("chain must be an array of plugins") && ContainsSubstring("not 'Bass.dll'"));
    CHECK_THAT(refusal("chain = [ " + bass + " { } ]"), ContainsSubstring("no path"));
    CHECK_THAT(refusal("chain = [ " + bass + " { path = \"~/Boss.dll\" } ]"),
               ContainsSubstring("does not exist"));
    CHECK_THAT(refusal("chain = [ { name = x path = \"~/Bass.dll\" } { name = x path = \"~/Bass.dll\" } ]"),
               ContainsSubstring("differ"));
    CHECK_THAT(refusal("path = \"~/Bass.dll\" chain = [ " + bass + bass + " ]"),
               ContainsSubstring("exclude each other"));
    CHECK_THAT(refusal("type = sampler chain = [ " + bass + bass + " ]"),
               ContainsSubstring("made of plugins"));
}

TEST_CASE("a mistyped key inside a chain costs no more than itself, and is told with its place")
{
    const Home home;
    const auto result = home.parse("decant.nodes = [ { name = strip chain = [\n"
                                   "  { path = ~/Bass.dll }\n"
                                   "  { path = ~/Bass.dll parms = { Gain = 1 } plugni = x } ] } ]");

    REQUIRE(result.nodes.size() == 1);
    CHECK(result.nodes[0].chain.size() == 2);
    REQUIRE(result.problems.size() == 2);
    CHECK_FALSE(result.problems[0].fatal);
    CHECK(result.problems[0].node == "strip");
    CHECK(result.problems[0].where.position == TextPosition{3, 23});
    CHECK(result.problems[0].text == "a plugin of a chain has no key 'parms'; did you mean 'params'?");
    CHECK(result.problems[1].where.position == TextPosition{3, 44});
}

TEST_CASE("what is wrong deep in a value is told with its own place, in a rule as well")
{
    const Home home;
    const auto of_node = home.parse("decant.nodes = [ { name = strip path = ~/Bass.dll\n"
                                    "  midi.from = [ a\n    \"~(\" ] } ]");
    REQUIRE(of_node.problems.size() == 1);
    CHECK(of_node.problems[0].where.position.line == 2);

    const auto of_chain = home.parse("decant.nodes = [ { name = strip chain = [ { path = ~/Bass.dll }\n"
                                     "  { path = ~/Boss.dll } ] } ]");
    REQUIRE(of_chain.problems.size() == 1);
    CHECK(of_chain.problems[0].where.position == TextPosition{2, 12});

    const auto of_rule = home.parse("decant.nodes = [ { name = strip path = ~/Bass.dll } ]\n"
                                    "decant.rules = [ { matches = [ { name = strip } ]\n"
                                    "  actions = { update-props = { params = {\n"
                                    "    Gain = loud } } } } ]");
    REQUIRE(of_rule.problems.size() == 1);
    CHECK(of_rule.problems[0].where.position == TextPosition{4, 12});
}

TEST_CASE("a sampler needs no more than a name and a file")
{
    const Home home;
    const auto result = home.parse("decant.nodes = [ { name = piano path = ~/Piano.sfz } ]");

    REQUIRE(result.problems.empty());
    REQUIRE(result.nodes.size() == 1);
    CHECK(result.nodes[0].type == NodeType::sampler);
    CHECK(result.nodes[0].description == "Piano");
    CHECK(result.nodes[0].polyphony == 256);
    CHECK(result.nodes[0].midi_channels == 0xffff);
    CHECK(result.nodes[0].enabled);
}

TEST_CASE("a relative path starts at the directory of its file")
{
    const Home home;
    const auto result = home.parse(R"(decant.nodes = [ { name = a path = Local.sfz }
                                                       { name = b path = "../Organ.wav" volume = -6.5 } ])");
    REQUIRE(result.problems.empty());
    CHECK(result.nodes.at(0).path == home.path() / "conf/Local.sfz");
    CHECK(result.nodes.at(1).path == home.path() / "Organ.wav");
    CHECK(result.nodes.at(1).volume == -6.5);
}

TEST_CASE("an unknown key is named with its place and the nearest right one, and the node plays")
{
    const Home home;
    const auto result = home.parse("# a comment\n"
                                   "decant.nodes = [\n"
                                   "  { name = piano  path = ~/Piano.sfz\n"
                                   "    midi.form = keys }\n"
                                   "]\n");
    REQUIRE(result.problems.size() == 1);
    CHECK(to_text(result.problems[0]) == (home.path() / "conf/a.conf").string() +
                                             ":4:5: node 'piano': there is no key 'midi.form'; did you mean "
                                             "'midi.from'?");
    CHECK_FALSE(result.problems[0].fatal);
    CHECK(result.nodes.size() == 1);
}

TEST_CASE("what is wrong in a node costs that node and says what and where")
{
    const Home home;
    struct Case {
        std::string keys;
        int column;
        std::string message;
    };
    const std::string start = "{ name = wrong  ";
    const int column = static_cast<int>(start.size()) + 1;
    for (const auto& [keys, at, message] : std::vector<Case>{
             {"path = [ 1 ]", column, "path must be a text, not an array"},
             {"path = ~/Piano.sfz polyphony = many", column + 19, "whole number from 1 to 4096, not 'many'"},
             {"path = ~/Piano.sfz polyphony = 0", column + 19, "whole number from 1 to 4096, not '0'"},
             {"path = ~/Piano.sfz polyphony = 2.5", column + 19, "whole number"},
             {"path = ~/Piano.sfz polyphony = 1e99", column + 19, "whole number"},
             {"path = ~/Piano.sfz volume = nan", column + 19, "a number from -144 to 24, not 'nan'"},
             {"path = ~/Piano.sfz volume = 6dB", column + 19, "a number from -144 to 24, not '6dB'"},
             {"path = ~/Piano.sfz quality = sinc-61", column + 19, "quality must be one of linear, 4-point"},
             {"path = ~/Piano.sfz enabled = yes", column + 19, "enabled must be true or false, not 'yes'"},
             {"path = ~/Piano.sfz midi.channels = 17", column + 19, "whole number from 1 to 16, not '17'"},
             {"path = ~/Piano.sfz midi.channels = [ 1 x ]", column + 39, "not 'x'"},
             {"path = ~/Piano.sfz midi.from = { a = b }", column + 19,
              "a text or an array of texts, not an object"},
             {"path = ~/Piano.sfz output.to = [ [ ] ]", column + 33,
              "each element of output.to must be a text"},
             {"path = ~/Piano.sfz midi.from = [ keys \"~Key(\" ]", column + 19,
              "'~Key(' is no regular expression: "},
             {"path = ~/Piano.sfz output.to = \"~\"", column + 19, "correct it, or leave the ~ out"},
             {"path = ~/Piano.sfz node.latency = [ 1 ]", column + 19, "node.latency must be a text"},
             {"path = ~/Bass.dll params = [ 1 ]", column + 18, "an object of names and values"},
             {"path = ~/Bass.dll params = { a = b }", column + 33,
              "params.a must be a number, true or false"},
             {"path = ~/Piano.sfz type = smapler", column + 19, "did you mean 'sampler'?"},
             {"path = ~/Nowhere/Bass.dll", column, "does not exist"},
             {"path = \"\"", column, "path must be a text, not ''"},
             {"path = ~/Thing.xyz", 18, "add type = plugin or type = sampler"},
             {"type = plugin", 18, "path is missing"},
         }) {
        INFO(keys);
        const auto result =
            home.parse("decant.nodes = [\n" + start + keys + " }\n{ name = good path = ~/Piano.sfz } ]");
        CHECK(result.nodes.size() == 1);
        CHECK(result.nodes.at(0).name == "good");
        REQUIRE(result.problems.size() == 1);
        const auto& problem = result.problems[0];
        CHECK(problem.fatal);
        CHECK(problem.node == "wrong");
        CHECK_THAT(problem.text, ContainsSubstring(message));
        CHECK(problem.where.position.line == 2);
        if (at != 18) // the node itself
            CHECK(problem.where.position.column == at);
        else
            CHECK(problem.where.position.column == 1);
    }
}

TEST_CASE("a name that cannot be one is refused")
{
    const Home home;
    for (const char* name : {"\"\"", "\"a b\"", "../x", ".hidden", "[ ]", "-x"}) {
        INFO(name);
        const auto result =
            home.parse(std::string("decant.nodes = [ { name = ") + name + " path = ~/Piano.sfz } ]");
        CHECK(result.nodes.empty());
        CHECK(result.problems.size() == 1);
    }
    CHECK(home.parse("decant.nodes = [ { path = ~/Piano.sfz } ]").problems.at(0).text ==
          "name is missing; add it, as in name = bass");
    CHECK(home.parse("decant.nodes = [ { name = " + std::string(65, 'a') + " path = ~/Piano.sfz } ]")
              .nodes.empty());
}

TEST_CASE("of two nodes with one name the first one stays")
{
    const Home home;
    const auto result =
        parse_configuration({home.file("a", "decant.nodes = [ { name = x path = ~/Piano.sfz } ]"),
                             home.file("b", "decant.nodes = [ { name = x path = ~/Organ.wav } ]")},
                            home.path());
    REQUIRE(result.nodes.size() == 1);
    CHECK(result.nodes[0].path.filename() == "Piano.sfz");
    REQUIRE(result.problems.size() == 1);
    CHECK_THAT(to_text(result.problems[0]),
               ContainsSubstring("b.conf:1:18: there is another node named 'x'"));
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

TEST_CASE("wine.* is environment for the host of a plugin, and of nobody else")
{
    const Home home;
    const auto result = home.parse(R"(
        decant.properties = { wine.WINEDEBUG = "+seh"  wine.WINEFSYNC = 1 }
        decant.nodes = [ { name = a path = ~/Piano.sfz }
                         { name = b path = "~/Bass.dll" wine.WINEDEBUG = ""  wine.MY_SETTING = "a b" } ])");
    REQUIRE(result.problems.empty());
    CHECK(result.nodes.at(0).wine.empty());
    CHECK(result.nodes.at(1).wine ==
          std::map<std::string, std::string>{{"MY_SETTING", "a b"}, {"WINEDEBUG", ""}, {"WINEFSYNC", "1"}});

    const auto refusal = [&home](const std::string& keys) {
        const auto bad = home.parse("decant.nodes = [ { name = a " + keys + " } ]");
        REQUIRE(bad.problems.size() == 1);
        return bad.problems[0].text;
    };
    CHECK_THAT(refusal("path = \"~/Bass.dll\" wine.WINEPREFIX = x"), ContainsSubstring("prefix = DIRECTORY"));
    CHECK_THAT(refusal("path = \"~/Bass.dll\" wine.WINELOADER = x"), ContainsSubstring("DECANT_WINE"));
    CHECK_THAT(refusal("path = \"~/Bass.dll\" wine.a-b = x"), ContainsSubstring("is no variable"));
    CHECK_THAT(refusal("path = \"~/Bass.dll\" wine.1 = x"), ContainsSubstring("is no variable"));
    CHECK_THAT(refusal("path = \"~/Bass.dll\" wine.A = [ 1 ]"), ContainsSubstring("must be a text"));
    CHECK_THAT(refusal("path = ~/Piano.sfz wine.A = 1"), ContainsSubstring("for a plugin only"));
}

TEST_CASE("wine.rt.* reaches the host as variables, and counts before those that are given by their names")
{
    const Home home;
    const auto result = home.parse(R"(
        decant.properties = { wine.rt.prio = 70 }
        decant.nodes = [ { name = a path = ~/Piano.sfz }
                         { name = b path = "~/Bass.dll" wine.WINE_RT_PRIO = 50 wine.rt.policy = FF
                           wine.rt.workers = inherit }
                         { name = c path = "~/Bass.dll" wine.rt.prio = 99 }
                         { name = d path = "~/Bass.dll" wine.rt.policy = XX } ])");
    REQUIRE(result.nodes.size() == 2);
    CHECK(result.nodes.at(0).wine.empty());
    CHECK(result.nodes.at(1).wine == std::map<std::string, std::string>{{"DECANT_RT_WORKERS", "inherit"},
                                                                        {"WINE_RT_POLICY", "FF"},
                                                                        {"WINE_RT_PRIO", "70"}});
    REQUIRE(result.problems.size() == 2);
    CHECK_THAT(result.problems[0].text, ContainsSubstring("wine.rt.prio must be"));
    CHECK_THAT(result.problems[1].text, ContainsSubstring("wine.rt.policy must be"));
}

TEST_CASE("a plugin that is a device leads somewhere even if nothing is said")
{
    const Home home;
    const auto result = home.parse(R"(decant.nodes = [
        { name = eq path = "~/Bass.dll" as = sink }
        { name = room path = "~/Bass.dll" as = sink output.to = [ eq ] }
        { name = denoise path = "~/Bass.dll" as = source }
        { name = gate path = "~/Bass.dll" as = source input.from = [ "~Mic \"A\"" "b\\c" ] }
        { name = wrong path = "~/Bass.dll" as = sinc }
        { name = organ path = ~/Organ.wav as = sink } ])");
    REQUIRE(result.nodes.size() == 5);
    CHECK(result.nodes[0].properties.at("decant.as") == "sink");
    CHECK(result.nodes[0].output_to == std::vector<std::string>{"default"});
    CHECK(result.nodes[1].output_to == std::vector<std::string>{"eq"});
    CHECK(result.nodes[2].output_to.empty());
    CHECK(result.nodes[2].properties.at("decant.input.from") == R"(["default"])");
    CHECK(result.nodes[3].properties.at("decant.input.from") == R"(["~Mic \"A\"", "b\\c"])");
    REQUIRE(result.problems.size() == 2);
    CHECK_THAT(result.problems[0].text, ContainsSubstring("as must be sink or source, not 'sinc'"));
    CHECK_THAT(result.problems[1].text, ContainsSubstring("'as' is for a plugin only"));
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
