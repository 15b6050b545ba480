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
