// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/node-settings.hpp"
#include "tests/service/configuration-home.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <sys/stat.h>

namespace decant::service
{

using Catch::Matchers::ContainsSubstring;

TEST_CASE("each element of an array that is wrong is told, with its place")
{
    const ConfigurationHome home;
    const auto result = home.parse("decant.nodes = [ { name = piano path = ~/Piano.sfz\n"
                                   "midi.channels = [ 0\n 1 x ]\n"
                                   "midi.from = [ \"~(\"\n keys [ ] ] } ]");
    std::vector<std::pair<int, int>> places;
    for (const auto& problem : result.problems)
        places.emplace_back(problem.where.position.line, problem.where.position.column);
    CHECK(places == std::vector<std::pair<int, int>>{{2, 19}, {3, 4}, {4, 15}, {5, 7}});
}

TEST_CASE("what is no file in the place of one is called what it is")
{
    const ConfigurationHome home;
    namespace fs = std::filesystem;
    fs::create_directory(home.path() / "Folder.sfz");
    REQUIRE(::mkfifo((home.path() / "Pipe.sfz").c_str(), 0600) == 0);
    fs::create_symlink("/dev/null", home.path() / "Device.dll");
    for (const auto& [settings, what] : std::vector<std::pair<std::string, std::string>>{
             {"path = ~/Folder.sfz", "Folder.sfz' is a folder"},
             {"path = ~/Pipe.sfz", "Pipe.sfz' is a pipe"},
             {"path = ~/Device.dll", "Device.dll' is a device"},
             {"path = ~/Piano.sfz tuning = ~/Folder.sfz", "tuning '"},
             {"chain = [ { path = ~/Bass.dll } { path = ~/Pipe.sfz } ]", "chain.path '"},
         }) {
        const auto result = home.parse("decant.nodes = [ { name = x " + settings + " } ]");
        INFO(settings);
        REQUIRE(result.problems.size() == 1);
        CHECK_THAT(result.problems[0].text, ContainsSubstring(what) && ContainsSubstring("; correct it"));
        CHECK(result.problems[0].missing.empty());
    }
    fs::create_directory(home.path() / "Bundle.vst3");
    CHECK(home.parse("decant.nodes = [ { name = x path = ~/Bundle.vst3 } ]").problems.empty());
}

TEST_CASE("what is missing is known by its path, also inside a chain")
{
    const ConfigurationHome home;
    const auto result = home.parse("decant.nodes = [ { name = x path = ~/No/Bass.dll }\n"
                                   "{ name = y chain = [ { path = ~/Bass.dll } { path = ~/Gone.dll } ] } ]");
    REQUIRE(result.problems.size() == 2);
    CHECK(result.problems[0].missing == home.path() / "No/Bass.dll");
    CHECK(result.problems[1].missing == home.path() / "Gone.dll");
}

TEST_CASE("the rule of names says what is wrong with two points")
{
    CHECK_FALSE(is_node_name(".."));
    CHECK_THAT(node_name_rule(), ContainsSubstring("'-' and '.' are not the first"));
}

} // namespace decant::service
