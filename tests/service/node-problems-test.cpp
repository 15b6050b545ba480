// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/service/configuration-home.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <utility>
#include <vector>

namespace decant::service
{

using Catch::Matchers::ContainsSubstring;
using Home = ConfigurationHome;

TEST_CASE("what is wrong deep in a value is told with its own place, in a rule as well")
{
    const Home home;
    const auto of_node = home.parse("decant.nodes = [ { name = strip path = ~/Bass.dll\n"
                                    "  midi.from = [ a\n    \"~(\" ] } ]");
    REQUIRE(of_node.problems.size() == 1);
    CHECK(of_node.problems[0].where.position == TextPosition{3, 5});

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
             {"path = ~/Piano.sfz midi.from = [ keys \"~Key(\" ]", column + 38,
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

} // namespace decant::service
