// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// `decant add` and `decant remove` as programs, as far as they need neither Wine nor PipeWire.

#include "service/cli/addition.hpp"
#include "tests/service/cli/command-home.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>
#include <sndfile.h>

#include <iterator>
#include <map>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

using namespace decant;
using Catch::Matchers::ContainsSubstring;
using tests::CommandHome;
namespace fs = std::filesystem;

namespace
{

class Home : public CommandHome
{
public:
    Home()
    {
        SF_INFO info{};
        info.samplerate = 48000;
        info.channels = 1;
        info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
        SNDFILE* file = sf_open((path() / "Organ.wav").c_str(), SFM_WRITE, &info);
        const std::vector<float> samples(4800, 0.25F);
        sf_write_float(file, samples.data(), 4800);
        sf_close(file);
    }

    std::string text_of(const fs::path& file) const
    {
        std::ifstream stream(path() / file);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    nlohmann::json added(tests::Arguments arguments) const
    {
        arguments.insert(arguments.begin(), {"add", "--json"});
        const auto result = decant(arguments);
        INFO(result.errors);
        return nlohmann::json::parse(result.output);
    }

    /// What `decant config show` has of a node.
    nlohmann::json node(const std::string& name) const
    {
        const auto shown = nlohmann::json::parse(decant({"config", "show", "--json"}).output);
        for (const auto& each : shown.at("nodes"))
            if (each.at("name") == name)
                return each;
        return nullptr;
    }

    /// Runs `decant` in the home directory without the rights of root, if that is who tests.
    tests::Result as_anybody(const std::string& arguments) const
    {
        const std::string drop = ::geteuid() == 0 ? "setpriv --bounding-set=-all --inh-caps=-all " : "";
        return shell(drop + DECANT_PROGRAM " " + arguments);
    }

    std::string organ() const { return (path() / "Organ.wav").string(); }
};

} // namespace

TEST_CASE("names of nodes are made of whatever a plugin calls itself")
{
    CHECK(cli::node_name_from("Bass Station II") == "bass-station-ii");
    CHECK(cli::node_name_from("  (Pro) EQ/3 v1.2. ") == "pro-eq-3-v1.2");
    CHECK(cli::node_name_from("Hall\xc3\xa9") == "hall");
    CHECK(cli::node_name_from("\xe9\x9f\xb3") == "plugin");
    CHECK(cli::node_name_from("../../x") == "x");
    CHECK(cli::node_name_from("") == "plugin");
    CHECK(cli::node_name_from(std::string(300, 'a')).size() == 48);
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

TEST_CASE("a folder is searched once, however its links lead in circles, and each file says why it cannot be "
          "played")
{
    const Home home;
    home.write("plugins/Text.dll", "this is no DLL");
    home.write("plugins/Empty.vst3", "");
    home.write("plugins/Native.clap", "\x7f"
                                      "ELF native");
    home.write("plugins/readme.txt", "no plugin");
    home.write("plugins/deep/er/Text.dll", "this is no DLL");
    home.write("plugins/dosdevices/Never.dll", "x");
    home.write("plugins/drive_c/windows/Never.dll", "x");
    home.write("plugins/drive_c/Program Files/Never.dll", "MZ" + std::string(62, '.') + "Wine builtin DLL");
    fs::create_directory_symlink(home.path() / "plugins", home.path() / "plugins/deep/circle");
    // Wine makes links of this kind to the whole home directory.
    home.write("elsewhere/Never.dll", "x");
    fs::create_directories(home.path() / "plugins/drive_c/users/me");
    fs::create_directory_symlink(home.path() / "elsewhere",
                                 home.path() / "plugins/drive_c/users/me/Templates");
    fs::create_symlink(home.path() / "plugins/Text.dll", home.path() / "plugins/Linked.dll");
    fs::create_symlink("nowhere", home.path() / "plugins/Dangling.dll");
    const auto folder = (home.path() / "plugins").string();

    const auto flat = home.added({folder});
    CHECK(flat.at("files").size() == 4); // Dangling, Empty, Linked or Text, Native
    const auto all = home.added({"--recursive", folder});
    CHECK(all.at("files").size() == 5);
    for (const auto& file : all.at("files")) {
        INFO(file);
        CHECK(file.at("outcome") == "skipped");
        CHECK_FALSE(file.at("text").get<std::string>().empty());
        CHECK(file.at("file").get<std::string>().find("Never") == std::string::npos);
    }
    CHECK(home.decant({"add", "-r", folder}).exit == 0);         // of a folder the rest is what counts
    CHECK(home.decant({"add", folder + "/Text.dll"}).exit == 1); // that one was meant
    CHECK(fs::is_empty(home.drop_ins()));

    home.write("nothing/readme.txt", "no plugin");
    const auto nothing = home.decant({"add", (home.path() / "nothing").string()});
    CHECK(nothing.exit == 1);
    CHECK_THAT(nothing.errors, ContainsSubstring("with --recursive"));
}

TEST_CASE("of a folder of instruments those are added that are no part of another, and no sounds")
{
    const Home home;
    for (const char* folder : {"Samples/Organ", "prefix/drive_c/Player"}) {
        fs::create_directories(home.path() / folder);
        fs::copy(home.organ(), home.path() / folder / "Organ.wav");
    }
    fs::create_directory(home.path() / "prefix/dosdevices");
    const std::string regions = "<region> sample=Organ.wav\n";
    home.write("Samples/Organ/Organ.sfz", "#include \"parts\\Keys.sfz\"\n");
    home.write("Samples/Organ/Soft.SFZ", "<global> volume=-6\n" + regions);
    home.write("Samples/Organ/Empty.sfz", "// nothing\n");
    home.write("Samples/Organ/parts/keys.sfz", "#include \"parts/pedals.sfz\"\n" + regions);
    home.write("Samples/Organ/parts/pedals.sfz", regions);
    home.write("prefix/drive_c/Player/Inside.sfz", regions);
    const auto outcomes = [](const nlohmann::json& report) {
        std::map<std::string, std::string> all;
        for (const auto& file : report.at("files"))
            all[fs::path(file.at("file").get<std::string>()).filename()] = file.at("outcome");
        return all;
    };
    using Outcomes = std::map<std::string, std::string>;

    const auto planned = home.added({"--recursive", "--dry-run", home.path().string()});
    CHECK(outcomes(planned) ==
          Outcomes{{"Empty.sfz", "skipped"}, {"Organ.sfz", "would add"}, {"Soft.SFZ", "would add"}});
    CHECK(fs::is_empty(home.drop_ins()));

    const auto added = home.added({(home.path() / "Samples/Organ").string()});
    CHECK(outcomes(added) ==
          Outcomes{{"Empty.sfz", "skipped"}, {"Organ.sfz", "added"}, {"Soft.SFZ", "added"}});
    CHECK(home.node("soft").at("type") == "sampler");
    const auto again = home.added({(home.path() / "Samples/Organ").string()});
    CHECK(outcomes(again).at("Organ.sfz") == "present");
    CHECK(home.decant({"add", (home.path() / "prefix/drive_c/Player/Inside.sfz").string()}).exit == 0);
}

TEST_CASE("copies in a folder are told what the first of them is told, others are asked themselves")
{
    const Home home;
    for (const char* file : {"plugins/A.dll", "plugins/B.dll", "plugins/deep/C.dll"})
        home.write(file, "this is no DLL");
    home.write("plugins/D.dll", "nor is this it");
    const auto report = home.added({"--recursive", (home.path() / "plugins").string()});
    std::map<std::string, std::string> answers;
    for (const auto& file : report.at("files"))
        answers[fs::path(file.at("file").get<std::string>()).filename()] = file.at("text");
    REQUIRE(answers.size() == 4);
    CHECK(answers.at("B.dll") == "as A.dll, whose copy it is: " + answers.at("A.dll"));
    for (const char* other : {"C.dll", "D.dll"})
        CHECK_THAT(answers.at(other), !ContainsSubstring("whose copy"));
}

TEST_CASE("a folder without permission is named, and the rest is added")
{
    const Home home;
    fs::create_directories(home.path() / "plugins/closed");
    home.write("plugins/Text.dll", "this is no DLL");
    ::chmod((home.path() / "plugins/closed").c_str(), 0);
    const auto result = home.as_anybody("add -r plugins");
    ::chmod((home.path() / "plugins/closed").c_str(), 0700);
    INFO(result.errors);
    CHECK(result.exit == 0);
    CHECK_THAT(result.errors,
               ContainsSubstring("cannot look into") && ContainsSubstring("check its permissions"));
    CHECK_THAT(result.output, ContainsSubstring("Text.dll"));
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
    CHECK(home.decant({"add", home.organ(), home.organ(), "--name", "x"}).exit == 2);
    for (const char* verb : {"add", "probe"}) {
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
