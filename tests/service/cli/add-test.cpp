// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// `decant add` and `decant remove` as programs, as far as they need neither Wine nor PipeWire.

#include "service/cli/node-name.hpp"
#include "tests/service/cli/organ-home.hpp"

#include <catch2/matchers/catch_matchers_string.hpp>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <sys/stat.h>

using namespace decant;
using Catch::Matchers::ContainsSubstring;
using Home = tests::OrganHome;
namespace fs = std::filesystem;

TEST_CASE("names of nodes are made of whatever a plugin calls itself")
{
    const auto name = [](std::string_view text) {
        return cli::node_name_from(text, "plugin");
    };
    CHECK(name("Bass Station II") == "bass-station-ii");
    CHECK(name("  (Pro) EQ/3 v1.2. ") == "pro-eq-3-v1.2");
    CHECK(name("../../x") == "x");
    CHECK(name("") == "plugin");
    CHECK(name(std::string(300, 'a')).size() == 48);
    CHECK(name("Fl\xc3\xbcgel") == "flugel");
    CHECK(name("\xc3\x86ther \xe2\x80\x93 Stra\xc3\x9f"
               "e") == "aether-strasse");
    CHECK(name("Why?") == "why");
    CHECK(name("\xe3\x83\x94\xe3\x82\xa2\xe3\x83\x8e n") == "plugin"); // n says nothing of it
    CHECK(name("Piano \xe9\x9f\xb3") == "piano");
    CHECK(name("no UTF-8: \xe9") == "no-utf-8");
}

TEST_CASE(
    "of names that cannot be written as a node's the description stays, and what commands a terminal is "
    "not printed")
{
    const Home home;
    const std::string piano = "\xe3\x83\x94\xe3\x82\xa2\xe3\x83\x8e";
    std::vector<std::string> command{"add"};
    for (const auto& name : {piano, piano + " \x1b[31m"}) {
        fs::copy_file(home.organ(), home.path() / (name + ".wav"));
        command.push_back((home.path() / (name + ".wav")).string());
    }
    const auto result = home.decant(command);
    CHECK(result.exit == 0);
    CHECK_THAT(result.output, ContainsSubstring(piano + " \\x1b[31m.wav"));
    CHECK(result.output.find('\x1b') == std::string::npos);
    CHECK(home.node("sampler").at("description") == piano);
    CHECK(home.node("sampler-2").at("description") == piano + " \x1b[31m");
    const auto shown = home.decant({"config", "show"});
    CHECK(shown.output.find('\x1b') == std::string::npos);
    CHECK(home.decant({"probe", command.back()}).output.find('\x1b') == std::string::npos);
    CHECK(home.decant({"probe", "\x1b[31m.dll"}).errors.find('\x1b') == std::string::npos);
}

TEST_CASE("an instrument gets a file of its own that the service can read, and goes with it")
{
    const Home home;
    const auto result = home.decant({"add", home.organ(), "--name", "church", "--midi-from", "~Key \"A\"",
                                     "--output-to", "default", "--output-to", "reverb"});
    INFO(result.errors);
    CHECK(result.exit == 0);
    CHECK_THAT(result.output, ContainsSubstring("added      church  " + home.organ()) &&
                                  ContainsSubstring("1 added, 0 in the rack already, 0 skipped"));
    CHECK(home.decant({"config", "check"}).exit == 0);
    const auto node = home.node("church");
    CHECK(node.at("type") == "sampler");
    CHECK(node.at("path") == home.organ());
    CHECK(node.at("settings").at("midi.from").at("value") == nlohmann::json{"~Key \"A\""});
    CHECK(node.at("settings").at("output.to").at("value") == nlohmann::json{"default", "reverb"});
    CHECK(node.at("file") == (home.drop_ins() / "church.conf").string());

    CHECK(home.decant({"remove", "church"}).exit == 0);
    CHECK(home.node("church").is_null());
    CHECK(fs::is_empty(home.drop_ins()));
}

TEST_CASE("what is in the rack already is not added twice, whichever way it is named")
{
    const Home home;
    CHECK(home.added({home.organ()}).at("files").at(0).at("outcome") == "added");
    fs::create_symlink(home.organ(), home.path() / "Linked.wav");
    for (const auto& name : {home.organ(), (home.path() / "Linked.wav").string()}) {
        const auto again = home.added({name}).at("files").at(0);
        CHECK(again.at("outcome") == "present");
        CHECK(again.at("node") == "organ");
    }
    CHECK(std::distance(fs::directory_iterator(home.drop_ins()), {}) == 1);
}

TEST_CASE("a file of the user's is never written over, and names stay unique")
{
    const Home home;
    const std::string mine = "# mine\ndecant.nodes = [ { name = other path = ~/Organ.wav volume = 1 } ]\n";
    home.write(".config/pipewire/decant.conf.d/choir.conf", mine);
    fs::copy_file(home.organ(), home.path() / "Choir.wav");
    fs::create_directory(home.path() / "more");
    fs::copy_file(home.organ(), home.path() / "more/Choir.wav");
    const auto files =
        home.added({(home.path() / "Choir.wav").string(), (home.path() / "more/Choir.wav").string()})
            .at("files");
    CHECK(std::set<std::string>{files.at(0).at("node"), files.at(1).at("node")} ==
          std::set<std::string>{"choir-2", "choir-3"});
    CHECK(home.text_of(".config/pipewire/decant.conf.d/choir.conf") == mine);

    fs::copy_file(home.organ(), home.path() / "Third.wav");
    const auto taken = home.decant({"add", (home.path() / "Third.wav").string(), "--name", "other"});
    CHECK(taken.exit == 1);
    CHECK_THAT(taken.output, ContainsSubstring("of the name 'other' already; choose another"));
}

TEST_CASE("remove takes out what add has made, and says where the rest is written")
{
    const Home home;
    home.write(".config/pipewire/decant.conf.d/mine.conf",
               "# mine\ndecant.nodes = [ { name = organ path = ~/Organ.wav } ]\n");
    const auto result = home.decant({"remove", "organ"});
    CHECK(result.exit == 1);
    CHECK_THAT(result.errors,
               ContainsSubstring("mine.conf:2 yourself") && ContainsSubstring("decant disable organ"));
    CHECK_FALSE(home.node("organ").is_null());

    const auto unknown = home.decant({"remove", "orgam"});
    CHECK(unknown.exit == 1);
    CHECK_THAT(unknown.errors, ContainsSubstring("did you mean 'organ'?"));

    // Somebody has put a second node into a file that add made.
    REQUIRE(home.decant({"add", home.organ(), "--name", "second"}).exit == 0);
    CHECK(home.node("second").at("path") == home.organ());
    CHECK(home.added({"--dry-run", home.organ()}).at("files").at(0).at("outcome") == "present");
    std::ofstream(home.drop_ins() / "second.conf", std::ios::app)
        << "decant.rules = [ { matches = [ { name = x } ] actions = { update-props = { volume = 1 } } } ]\n";
    CHECK(home.decant({"remove", "second"}).exit == 1);
    CHECK(fs::exists(home.drop_ins() / "second.conf"));
}

TEST_CASE("a node whose file is gone can be removed")
{
    const Home home;
    REQUIRE(home.decant({"add", home.organ()}).exit == 0);
    fs::remove(home.organ());
    CHECK(home.decant({"config", "check"}).exit == 1);
    CHECK(home.decant({"remove", "organ"}).exit == 0);
    CHECK(home.decant({"config", "check"}).exit == 0);
}

TEST_CASE("disable switches a node off without touching its file, and enable takes that back")
{
    const Home home;
    const std::string mine =
        "decant.nodes = [ { name = organ path = ~/Organ.wav }\n { name = choir path = ~/Organ.wav }\n"
        " { name = off path = ~/Organ.wav enabled = false } ]\n";
    home.write(".config/pipewire/decant.conf.d/mine.conf", mine);
    CHECK(home.decant({"disable", "organ", "choir"}).exit == 0);
    CHECK(home.node("organ").at("enabled") == false);
    CHECK(home.node("choir").at("enabled") == false);
    CHECK(home.node("organ").at("settings").at("enabled").at("file") ==
          (home.drop_ins() / "decant-disabled.conf").string());
    CHECK(home.decant({"enable", "organ"}).exit == 0);
    CHECK(home.node("organ").at("enabled") == true);
    CHECK(home.node("choir").at("enabled") == false);
    CHECK(home.decant({"enable", "choir"}).exit == 0);
    CHECK_FALSE(fs::exists(home.drop_ins() / "decant-disabled.conf"));
    CHECK(home.text_of(".config/pipewire/decant.conf.d/mine.conf") == mine);

    const auto off = home.decant({"enable", "off"});
    CHECK(off.exit == 1);
    CHECK_THAT(off.errors, ContainsSubstring("mine.conf:3; say enabled = true there"));
    CHECK(home.decant({"disable", "orgam"}).exit == 1);
    CHECK(home.decant({"enable", "organ"}).exit == 3); // nothing to switch on; only the service knows more
}

TEST_CASE("of commands that switch nodes at the same time each has its way")
{
    const Home home;
    std::string rack;
    for (int i = 0; i < 12; ++i)
        rack += "{ name = n" + std::to_string(i) + " path = ~/Organ.wav }\n";
    home.write(".config/pipewire/decant.conf.d/mine.conf", "decant.nodes = [ " + rack + " ]");
    const auto all_at_once = [&home](const std::string& verb) {
        const auto result = home.shell("for i in 0 1 2 3 4 5 6 7 8 9 10 11; do '" +
                                       std::string(DECANT_PROGRAM) + "' " + verb + " n$i & done; wait");
        CHECK(result.errors.empty());
    };
    const auto disabled = [&home] {
        int count = 0;
        for (int i = 0; i < 12; ++i)
            count += home.node("n" + std::to_string(i)).at("enabled") == false ? 1 : 0;
        return count;
    };

    all_at_once("disable");
    CHECK(disabled() == 12);
    all_at_once("enable");
    CHECK(disabled() == 0);
}

TEST_CASE("what is missing of an instrument is told when it is added")
{
    const Home home;
    fs::copy(home.organ(), home.path() / "Tone.wav");
    home.write("Organ.sfz", "<region> sample=Tone.wav\n<region> sample=Gone.wav\n<region> sample=Lost.wav\n");
    const auto result = home.decant({"add", (home.path() / "Organ.sfz").string()});
    CHECK(result.exit == 0);
    CHECK_THAT(result.output, ContainsSubstring("1 region;") && ContainsSubstring("Gone.wav") &&
                                  ContainsSubstring("'decant probe' shows 1 more"));
}

TEST_CASE("where nothing can be written add says so, and leaves nothing half done")
{
    const Home home;
    ::chmod(home.drop_ins().c_str(), 0500);
    const auto read_only = home.as_anybody("add Organ.wav");
    ::chmod(home.drop_ins().c_str(), 0700);
    CHECK(read_only.exit == 1);
    CHECK_THAT(read_only.output, ContainsSubstring("skipped") && ContainsSubstring("cannot write") &&
                                     ContainsSubstring("decant.conf.d"));

    // No byte fits. What is printed goes into a pipe, which has no size.
    const auto full = home.shell("(trap '' XFSZ; ulimit -f 0; " DECANT_PROGRAM " add Organ.wav) | cat");
    CHECK_THAT(full.output, ContainsSubstring("skipped") && ContainsSubstring("cannot write"));
    CHECK(fs::is_empty(home.drop_ins()));

    CHECK(home.decant({"add", home.organ()}).exit == 0);
    const auto text = home.text_of(".config/pipewire/decant.conf.d/organ.conf");
    ::chmod(home.drop_ins().c_str(), 0500);
    const auto kept = home.as_anybody("remove organ");
    const auto on = home.as_anybody("disable organ");
    ::chmod(home.drop_ins().c_str(), 0700);
    CHECK(kept.exit == 1);
    CHECK_THAT(kept.errors, ContainsSubstring("check its permissions"));
    CHECK(on.exit == 1);
    CHECK_THAT(on.errors, ContainsSubstring("cannot write"));
    CHECK(home.text_of(".config/pipewire/decant.conf.d/organ.conf") == text);
    CHECK(home.node("organ").at("enabled") == true);
}

TEST_CASE("the libraries of LinVst and yabridge lead to the plugins that they stand for")
{
    const Home home;
    const std::string elf = "\x7f"
                            "ELF";
    home.write("prefix/VstPlugins/Bass.dll", "x");
    home.write("prefix/VstPlugins/Bass.so", elf + " starts /usr/bin/lin-vst-server.exe");
    home.write("prefix/VstPlugins/Lost.so", elf + " starts /usr/bin/lin-vst-server.exe");
    home.write("prefix/VstPlugins/Native.so", elf + " of somebody");
    fs::create_directories(home.path() / "vst");
    fs::create_symlink(home.path() / "prefix/VstPlugins/Bass.so", home.path() / "vst/Bass.so");
    home.write("elsewhere/Room.dll", "x");
    home.write("vst/yabridge/Room.so", elf + " libyabridge-chainloader");
    fs::create_symlink(home.path() / "elsewhere/Room.dll", home.path() / "vst/yabridge/Room.dll");

    const auto report = home.added({"-r", (home.path() / "vst").string(), (home.path() / "prefix").string()});
    REQUIRE(report.at("files").size() == 2);
    const auto& bass = report.at("files").at(0);
    CHECK(bass.at("file") == (home.path() / "prefix/VstPlugins/Bass.dll").string());
    CHECK(bass.at("bridge") == "LinVst");
    CHECK(bass.at("bridge_libraries").size() == 2);
    const auto& room = report.at("files").at(1);
    CHECK(room.at("file") == (home.path() / "vst/yabridge/Room.dll").string());
    CHECK(room.at("bridge") == "yabridge");
    REQUIRE(report.at("problems").size() == 1);
    CHECK_THAT(report.at("problems").at(0),
               ContainsSubstring("Lost.so is a library of LinVst without its plugin"));
    // What cannot be played is left to the bridge that plays it.
    CHECK(home.decant({"add", "-r", "--take-over", (home.path() / "vst").string()}).exit == 0);
    CHECK(fs::exists(home.path() / "vst/Bass.so"));
}

TEST_CASE("wrong usage of add is told")
{
    const Home home;
    CHECK(home.decant({"add"}).exit == 2);
    CHECK(home.decant({"add", home.organ(), "--name", "a b"}).exit == 2);
    CHECK_THAT(home.decant({"add", home.organ(), "--name", ".."}).errors,
               ContainsSubstring("are not the first"));
    CHECK(home.decant({"add", home.organ(), home.organ(), "--name", "x"}).exit == 2);
    CHECK(home.decant({"add", home.organ(), "--midi-from", "~("}).exit == 2);
    CHECK(home.decant({"add", home.organ(), "--output-to", ""}).exit == 2);
    for (const char* verb : {"add", "probe"}) {
        const auto empty = home.decant({verb, ""});
        CHECK(empty.exit == 2);
        CHECK_THAT(empty.errors, ContainsSubstring("is empty, and that names no file"));
        const auto refused = home.decant({verb, "Bass.dll", "--prefix", (home.path() / "wien").string()});
        CHECK(refused.exit == 2);
        CHECK_THAT(refused.errors,
                   ContainsSubstring("there is no Wine prefix") && ContainsSubstring("wien' wineboot"));
        CHECK_FALSE(fs::exists(home.path() / "wien"));
    }
    CHECK(home.decant({"add", "--help"}).exit == 0);
    CHECK(home.decant({"reload"}).exit == 3);
    CHECK(home.decant({"restart", "organ"}).exit == 3);
    CHECK(home.decant({"panic"}).exit == 3);
}
