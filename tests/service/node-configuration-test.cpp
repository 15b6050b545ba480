// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/service/configuration-home.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace decant::service
{

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;
using Home = ConfigurationHome;

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
    fs::create_directory(home.path() / "wine");
    const auto result = home.parse(R"(
        decant.nodes = [ {
            name = bass  type = plugin  path = "~/Bass.dll"  plugin = "Bass Station"  prefix = "$HOME/wine"
            description = "The bass"  group = keys  enabled = false
            midi.from = [ "~.*Keystation.*" pads ]  midi.channels = [ 1 16 ]  midi.programs = true  output.to = [ reverb default ]
            params = { Cutoff = 0.4  "Filter Type" = 3  Bypass = true }  tempo = 96.5 editor.scale = 1.5
            input.channels = mono  output.channels = 5.1
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
    expected.midi_programs = true;
    expected.output_to = {"reverb", "default"};
    expected.params = {{"Cutoff", 0.4}, {"Filter Type", 3}, {"Bypass", 1}};
    expected.tempo = 96.5;
    expected.editor_scale = 1.5;
    expected.input_channels = protocol::ChannelLayout::mono;
    expected.output_channels = protocol::ChannelLayout::surround_5_1;
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
             {"pth = ~/Piano.sfz", column, "there is no key 'pth'; did you mean 'path'?"},
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

TEST_CASE("all that is wrong in a node is told at once, in the order of the text, each with its place")
{
    const Home home;
    const auto places = [](const Configuration& result) {
        std::vector<std::pair<int, int>> all;
        for (const auto& problem : result.problems)
            all.emplace_back(problem.where.position.line, problem.where.position.column);
        return all;
    };
    using Places = std::vector<std::pair<int, int>>;

    const auto plugin = home.parse("decant.nodes = [ { tempo = fast\n"
                                   "  path = ~/Boss.dll name = \"a b\"\n"
                                   "  params = { Gain = loud Mix = 1\n"
                                   "    Dry = [ ] }\n"
                                   "  mdoe = sync mode = sunc } ]");
    CHECK(plugin.nodes.empty());
    CHECK(places(plugin) == Places{{1, 20}, {2, 3}, {2, 21}, {3, 21}, {4, 11}, {5, 3}, {5, 15}});
    for (const auto& problem : plugin.problems) {
        CHECK(problem.node == "a b");
        CHECK(problem.fatal == (problem.where.position != TextPosition{5, 3}));
    }

    const auto chain =
        home.parse("decant.nodes = [ { chain = [ { path = ~/Boss.dll params = { Gain = loud } }\n"
                   "  { path = ~/Fuzz.dll } ] name = strip } ]");
    CHECK(places(chain) == Places{{1, 39}, {1, 68}, {2, 12}});

    // Of a node of unknown type what every node has.
    const auto thing = home.parse("decant.nodes = [ { name = thing path = ~/Thing.xyz\n"
                                  "  midi.channels = 17 polyphony = 0 } ]");
    CHECK(places(thing) == Places{{1, 18}, {2, 3}});

    const auto nothing = home.parse("decant.nodes = [ { editor.scale = 0 } ]");
    REQUIRE(nothing.problems.size() == 2);
    CHECK_THAT(nothing.problems[0].text, ContainsSubstring("name is missing"));
    CHECK_THAT(nothing.problems[1].text, ContainsSubstring("path is missing"));
}

TEST_CASE("a Wine prefix that is not there is told before it is made")
{
    const Home home;
    const auto result = home.parse("decant.nodes = [ { name = bass path = ~/Bass.dll prefix = ~/.wien } ]");
    REQUIRE(result.problems.size() == 1);
    CHECK_FALSE(result.problems[0].fatal);
    CHECK_THAT(result.problems[0].text, ContainsSubstring("there is no Wine prefix"));
    CHECK(result.nodes.size() == 1);
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
    CHECK(home.parse("decant.nodes = [ { nmae = organ path = ~/Piano.sfz } ]").problems.at(0).text ==
          "there is no key 'nmae'; did you mean 'name'?");
    CHECK(home.parse("decant.nodes = [ { name = " + std::string(65, 'a') + " path = ~/Piano.sfz } ]")
              .nodes.empty());
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
    CHECK(result.nodes[2].input_from == std::vector<std::string>{"default"});
    CHECK(result.nodes[3].input_from == std::vector<std::string>{"~Mic \"A\"", "b\\c"});
    REQUIRE(result.problems.size() == 2);
    CHECK_THAT(result.problems[0].text, ContainsSubstring("as must be sink or source, not 'sinc'"));
    CHECK_THAT(result.problems[1].text, ContainsSubstring("'as' is for a plugin only"));
}

} // namespace decant::service
