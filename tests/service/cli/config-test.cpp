// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/service/cli/command-home.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

using namespace decant;
using Catch::Matchers::ContainsSubstring;
using tests::CommandHome;

namespace
{

/// Of a file in decant.conf.d.
std::string drop_in(const std::string& name)
{
    return ".config/pipewire/decant.conf.d/" + name + ".conf";
}

} // namespace

TEST_CASE("check is content with a rack that can play, and says how large it is")
{
    const CommandHome home;
    home.write("Piano.sfz", "x");
    home.write(drop_in("a"), "decant.nodes = [ { name = piano path = ~/Piano.sfz } ]");
    const auto result = home.decant({"config", "check"});
    CHECK(result.exit == 0);
    CHECK(result.output == "1 node that can be made, 0 errors, 0 warnings\n");
    CHECK(result.errors.empty());
}

TEST_CASE("check fails for what costs a node or a file, and names each with its place")
{
    const CommandHome home;
    home.write("Piano.sfz", "x");
    home.write(drop_in("a"), "decant.nodes = [ { name = piano path = ~/Piano.sfz midi.form = x }\n"
                             "  { name = lost path = ~/Lost.sfz } ]");
    home.write(drop_in("b"), "decant.nodes = [ { name = other");
    const auto result = home.decant({"config", "check"});
    CHECK(result.exit == 1);
    CHECK_THAT(result.output, ContainsSubstring("warning: " + (home.drop_ins() / "a.conf").string() +
                                                ":1:52: node 'piano': there is no key 'midi.form'"));
    CHECK_THAT(result.output, ContainsSubstring("a.conf:2:17: node 'lost': path "));
    CHECK_THAT(result.output, ContainsSubstring("error: " + (home.drop_ins() / "b.conf").string() + ":1:"));
    CHECK_THAT(result.output, ContainsSubstring("1 node that can be made, 2 errors, 1 warning"));

    const auto json = nlohmann::json::parse(home.decant({"config", "check", "--json"}).output);
    CHECK(json.at("nodes") == 1);
    REQUIRE(json.at("problems").size() == 3);
    for (const auto& problem : json.at("problems"))
        if (problem.at("node") == "lost") {
            CHECK(problem.at("severity") == "error");
            CHECK(problem.at("line") == 2);
            CHECK(problem.at("column") == 17);
        }
}

TEST_CASE("warnings alone are no failure")
{
    const CommandHome home;
    home.write("Piano.sfz", "x");
    home.write(drop_in("a"), "decant.nodes = [ { name = piano path = ~/Piano.sfz volum = 1 } ]");
    const auto result = home.decant({"config", "check"});
    CHECK(result.exit == 0);
    CHECK_THAT(result.output, ContainsSubstring("did you mean 'volume'?") && ContainsSubstring("1 warning"));
}

TEST_CASE("show has every value with the place that it comes from, whoever gave it")
{
    const CommandHome home;
    home.write("Piano.sfz", "x");
    home.write(".config/pipewire/pipewire.conf.d/defaults.conf",
               "decant.properties = {\n  polyphony = 64\n  sampler.memory = 512 }");
    home.write(drop_in("a"), "decant.nodes = [\n"
                             "  { name = piano path = ~/Piano.sfz\n"
                             "    midi.from = [ \"~Key station\" pads ] } ]");
    home.write(drop_in("b"), "decant.rules = [ { matches = [ { type = sampler } ]\n"
                             "  actions = { update-props = { volume = -6 } } } ]");

    const auto text = home.decant({"config", "show"});
    CHECK(text.exit == 0);
    CHECK_THAT(text.output, ContainsSubstring("sampler.memory = 512"));
    CHECK_THAT(text.output,
               ContainsSubstring("piano (sampler)  " + (home.drop_ins() / "a.conf").string() + ":2\n"));
    CHECK_THAT(text.output, ContainsSubstring("[ \"~Key station\" pads ]  line 3\n"));
    CHECK_THAT(text.output,
               ContainsSubstring("decant.rules " + (home.drop_ins() / "b.conf").string() + ":2"));

    const auto json = nlohmann::json::parse(home.decant({"config", "show", "--json"}).output);
    CHECK(json.at("sampler_memory") == 512);
    const auto& node = json.at("nodes").at(0);
    CHECK(node.at("name") == "piano");
    CHECK(node.at("path") == (home.path() / "Piano.sfz").string());
    const auto& settings = node.at("settings");
    CHECK(settings.at("midi.from").at("value") == nlohmann::json{"~Key station", "pads"});
    CHECK(settings.at("midi.from").at("from") == "node");
    CHECK(settings.at("midi.from").at("line") == 3);
    CHECK(settings.at("polyphony").at("value") == 64);
    CHECK(settings.at("polyphony").at("from") == "decant.properties");
    CHECK(settings.at("volume").at("value") == -6);
    CHECK(settings.at("volume").at("from") == "decant.rules");
    CHECK(settings.at("volume").at("file") == (home.drop_ins() / "b.conf").string());
}

TEST_CASE("an empty rack says how to fill it, and a verb that is none is wrong usage")
{
    const CommandHome home;
    const auto result = home.decant({"config", "show"});
    CHECK(result.exit == 0);
    CHECK_THAT(result.output, ContainsSubstring("decant add FILE"));
    CHECK(home.decant({"config"}).exit == 2);
    CHECK(home.decant({"config", "chekc"}).exit == 2);
}

TEST_CASE("a slip in a verb or an option is answered with the nearest one")
{
    const CommandHome home;
    struct Case {
        tests::Arguments arguments;
        std::string answer;
    };
    for (const auto& [arguments, answer] : std::vector<Case>{
             {{"lst"}, "decant: there is no verb 'lst'; did you mean 'list'?\n"},
             {{"config", "chek", "--json"},
              "decant: config: there is no verb 'chek'; did you mean 'check'?\n"},
             {{"config", "check", "--jsn"},
              "decant: check: there is no option '--jsn'; did you mean '--json'?\n"},
             {{"render", "--instument=a.sfz", "--output", "x"},
              "decant: render: there is no option '--instument'; did you mean '--instrument'?\n"},
             {{"--vresion"}, "decant: there is no option '--vresion'; did you mean '--version'?\n"},
         }) {
        const auto result = home.decant(arguments);
        CHECK(result.exit == 2);
        CHECK_THAT(result.errors, Catch::Matchers::StartsWith(answer));
    }
    const auto nothing_near = home.decant({"zzzzzz"});
    CHECK(nothing_near.exit == 2);
    CHECK_THAT(nothing_near.errors, ContainsSubstring("there is no verb 'zzzzzz'\n"));
}

TEST_CASE("output that nobody gets is a failure of every verb, of --help and --version")
{
    const CommandHome home;
    home.write("Piano.sfz", "<region> sample=*sine");
    home.write(drop_in("a"), "decant.nodes = [ { name = piano path = ~/Piano.sfz } ]");
    for (const std::string arguments :
         {"config check", "config show", "config show --json", "config names", "--help", "--version",
          "list --help", "doctor", "doctor --json", "add --dry-run Piano.sfz"}) {
        INFO(arguments);
        const auto result = home.shell(std::string(DECANT_PROGRAM) + " " + arguments + " > /dev/full");
        CHECK(result.exit == 1);
        CHECK_THAT(result.errors, ContainsSubstring("cannot write the output"));
    }
}
