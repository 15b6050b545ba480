// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What `decant add` finds in folders, as far as that needs neither Wine nor PipeWire.

#include "tests/service/cli/organ-home.hpp"

#include <catch2/matchers/catch_matchers_string.hpp>

#include <map>
#include <sys/stat.h>

using namespace decant;
using Catch::Matchers::ContainsSubstring;
using Home = tests::OrganHome;
namespace fs = std::filesystem;

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
    const auto inside = home.decant({"add", "-n", (home.path() / "prefix/drive_c/Player").string()});
    CHECK(inside.exit == 1);
    CHECK_THAT(inside.errors,
               ContainsSubstring("1 .sfz file is left out, as what lies in a Wine prefix belongs") &&
                   ContainsSubstring("'decant add FILE.sfz'"));
    CHECK(home.decant({"add", (home.path() / "prefix/drive_c/Player/Inside.sfz").string()}).exit == 0);
}

TEST_CASE("names that several want go by the order of the files, and pipes are no files")
{
    const Home home;
    for (char letter = 'a'; letter <= 'p'; ++letter) {
        const std::string folder = std::string("Samples/") + letter;
        fs::create_directories(home.path() / folder);
        fs::copy(home.organ(), home.path() / folder / "Tone.wav");
        // Those that come first take longest.
        std::string regions;
        for (int i = 0; i < ('p' - letter) * 400; ++i)
            regions += "<region> sample=Tone.wav\n";
        home.write(folder + "/Organ.sfz", regions + "<region> sample=Tone.wav\n");
    }
    REQUIRE(::mkfifo((home.path() / "Samples/Bass.dll").c_str(), 0600) == 0);
    REQUIRE(::mkfifo((home.path() / "Samples/Bass.sfz").c_str(), 0600) == 0);
    const auto report = home.added({"--recursive", "--jobs", "8", (home.path() / "Samples").string()});
    REQUIRE(report.at("files").size() == 16);
    for (std::size_t i = 0; i < 16; ++i)
        CHECK(report.at("files").at(i).at("node") == (i == 0 ? "organ" : "organ-" + std::to_string(i + 1)));
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
