// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/service/configuration-home.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace decant::service
{

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;
using Home = ConfigurationHome;

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

} // namespace decant::service
