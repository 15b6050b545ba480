// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/service/running-service.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

namespace decant::service
{
namespace
{

using Catch::Matchers::ContainsSubstring;
using tests::wait_until;

/// With a sound file to play.
class Service : public RunningService
{
public:
    Service() { write_tone("Organ.wav"); }
};

const std::string organ = "decant.nodes = [ { name = organ path = ~/Organ.wav output.to = [ test-sink ] } ]";

} // namespace

TEST_CASE("SIGHUP applies the difference and does not touch what did not change")
{
    Service service;
    service.configure(
        "decant.nodes = [ { name = same path = ~/Organ.wav } { name = gone path = ~/Organ.wav }\n"
        "{ name = sent path = ~/Organ.wav } { name = other path = ~/Organ.wav polyphony = 8 } ]");
    service.start();
    for (const char* name : {"same", "gone", "sent", "other"})
        REQUIRE(service.wait_for_state(name, "running"));
    const auto same = service.serial("same");
    const auto sent = service.serial("sent");
    const auto other = service.serial("other");

    service.configure("decant.nodes = [ { name = other path = ~/Organ.wav polyphony = 16 } { name = new path "
                      "= ~/Organ.wav }\n"
                      "{ name = sent path = ~/Organ.wav output.to = [ test-sink ] volume = -6 } { path = "
                      "~/Organ.wav name = same } ]");
    service.process().signal(SIGHUP);

    CHECK(service.wait_for_state("new", "running"));
    CHECK(wait_until([&] { return service.listed("gone").is_null(); }));
    CHECK(service.wait_for_state("other", "running"));
    CHECK(service.serial("same") == same);
    CHECK(service.serial("sent") == sent);
    CHECK(service.serial("other") != other);
    CHECK(service.property("sent", "decant.output.to") == R"(["test-sink"])");
    CHECK(service.session()
              .graph()
              .find_node("decant.sent")
              ->at("info")
              .at("params")
              .at("Props")
              .at(0)
              .at("params") ==
          nlohmann::json::array({"Volume", -6.0, "Tuning", 0.0, "A4", 440.0, "Transposition", 0.0,
                                 "Polyphony", 256.0, "Quality", 1.0}));
}

TEST_CASE("a changed file is read without being told, also one beside PipeWire's own drop-ins")
{
    Service service;
    service.configure(organ);
    service.start();
    REQUIRE(service.wait_for_state("organ", "running"));

    service.configure("decant.nodes = [ { name = choir path = ~/Organ.wav } ]", "pipewire.conf.d");
    CHECK(service.wait_for_state("choir", "running"));

    service.configure("decant.nodes = [ { name = bells path = ~/Organ.wav ", "pipewire.conf.d");
    CHECK(wait_until([&] { return service.listed("choir").contains("message"); }));
    const auto status = service.session().graph().metadata("decant", "service");
    REQUIRE(status);
    CHECK_THAT(status->at("problems").at(0), ContainsSubstring("nothing of this file is used"));
}

TEST_CASE("a slip of the finger in the configuration does not stop what plays")
{
    Service service;
    service.configure(
        "decant.nodes = [ { name = organ path = ~/Organ.wav } { name = choir path = ~/Organ.wav } ]");
    service.start();
    REQUIRE(service.wait_for_state("organ", "running"));
    REQUIRE(service.wait_for_state("choir", "running"));
    const auto organ_serial = service.serial("organ");
    const auto choir_serial = service.serial("choir");
    const auto message_of = [&](const std::string& name) {
        return service.listed(name).value("message", "");
    };

    service.configure(
        "decant.nodes = [ { name = organ path = ~/Orgam.wav } { name = choir path = ~/Organ.wav } ]");
    CHECK(wait_until([&] { return message_of("organ").find("does not exist") != std::string::npos; }));
    service.configure(
        "decant.nodes = [ { name = organ path = ~/Organ.wav } { name = choir path = ~/Organ.wav ]");
    CHECK(wait_until(
        [&] { return message_of("choir").find("nothing of this file is used") != std::string::npos; }));
    CHECK(service.serial("organ") == organ_serial);
    CHECK(service.serial("choir") == choir_serial);

    service.configure("decant.nodes = [ { name = choir path = ~/Organ.wav } ]");
    CHECK(wait_until([&] { return service.listed("organ").is_null() && message_of("choir").empty(); }));
    CHECK(service.serial("choir") == choir_serial);
}

TEST_CASE("a node that plays keeps its name and what was set of it when another one wants the name")
{
    Service service;
    service.write_tone("Choir.wav");
    service.configure(organ);
    service.start();
    REQUIRE(service.wait_for_state("organ", "running"));
    const auto serial = service.serial("organ");
    REQUIRE(service.decant({"set", "organ", "Transposition=7"}).exit == 0);
    const auto first = service.session().config_home() / "pipewire/decant.conf.d/00-first.conf";
    const auto transposition = [&] {
        const auto parameters = service.parameters("organ");
        return parameters.is_array() ? parameters.at(7).get<double>() : -1000.0;
    };
    const auto start_anew = [&] {
        service.process().signal(SIGTERM);
        REQUIRE(service.process().wait(tests::patience));
        service.start();
        REQUIRE(service.wait_for_state("organ", "running"));
    };

    std::ofstream(first) << "decant.nodes = [ { name = organ path = ~/Choir.wav } ]";
    CHECK(wait_until([&] {
        const auto said = service.decant({"list"}).errors;
        return said.find("00-first.conf:1:18: node 'organ': there is another node named 'organ', in ") !=
                   std::string::npos &&
               said.find("rack.conf:1, which keeps the name until the service is started anew; give this "
                         "one a name of its own") != std::string::npos;
    }));
    CHECK(service.serial("organ") == serial);
    CHECK_FALSE(service.listed("organ").contains("message"));
    CHECK(transposition() == 7);

    start_anew();
    CHECK(wait_until([&] { return transposition() == 0; })); // it is the choir
    CHECK(service.listed("organ").at("description") == "Choir");
    std::filesystem::remove(first);
    CHECK(wait_until([&] { return service.listed("organ").at("description") == "Organ"; }));
    CHECK(wait_until([&] { return transposition() == 7; }));
}

TEST_CASE("a node that is deleted where another one gets a name that is taken goes all the same")
{
    Service service;
    service.configure(
        "decant.nodes = [ { name = organ path = ~/Organ.wav } { name = choir path = ~/Organ.wav } ]");
    service.start();
    REQUIRE(service.wait_for_state("choir", "running"));

    service.configure(
        "decant.nodes = [ { name = organ path = ~/Organ.wav } { name = organ path = ~/Organ.wav } ]");
    CHECK(wait_until([&] { return service.listed("choir").is_null(); }));
    CHECK_FALSE(service.listed("organ").contains("message"));
}

TEST_CASE("every key that is wrong in a node is in a line below it")
{
    Service service;
    service.configure("decant.nodes = [ { name = organ path = ~/Organ.wav midi.form = a polyfony = 3 } ]");
    service.start();
    REQUIRE(service.wait_for_state("organ", "running"));
    const auto list = service.session().run({DECANT, "list"});
    CHECK_THAT(list.output, ContainsSubstring("did you mean 'midi.from'?\n    ") &&
                                ContainsSubstring("did you mean 'polyphony'?\n"));
    CHECK(list.errors.empty()); // nothing is told twice
}

TEST_CASE("what is no file among the configuration files is named, and costs nothing else")
{
    Service service;
    service.configure(organ);
    const auto folder = service.session().config_home() / "pipewire/decant.conf.d";
    std::filesystem::create_directory(folder / "directory.conf");
    REQUIRE(::mkfifo((folder / "pipe.conf").c_str(), 0600) == 0);
    std::filesystem::create_symlink("nowhere", folder / "link.conf");
    service.start();

    REQUIRE(service.wait_for_state("organ", "running"));
    const auto said = service.session().run({DECANT, "list"}).errors;
    CHECK_THAT(said, ContainsSubstring("directory.conf:1:1: cannot be read: it is no file"));
    CHECK_THAT(said, ContainsSubstring("pipe.conf:1:1: cannot be read: it is no file"));
    CHECK_THAT(said, ContainsSubstring("link.conf:1:1: cannot be read: No such file"));
}

TEST_CASE("a name that means nobody is listed and logged with the nearest that means somebody, until it does")
{
    Service service;
    service.configure("decant.nodes = [ { name = organ path = ~/Organ.wav output.to = [ chior ]\n"
                      "  midi.from = [ \"~Keystation\" ] } { name = choir path = ~/Organ.wav } ]");
    service.start();
    REQUIRE(service.wait_for_state("organ", "running"));
    const auto warnings = [&] {
        return service.listed("organ").at("warnings");
    };

    CHECK(wait_until([&] { return warnings().size() == 2; }));
    CHECK(warnings() ==
          nlohmann::json{"midi.from: nobody matches '~Keystation' now; 'pw-link -o' lists who plays",
                         "output.to: nobody is called 'chior' now; did you mean 'choir'?"});
    CHECK_THAT(service.process().errors(),
               ContainsSubstring("warning: node 'organ': output.to: nobody is called 'chior'"));
    CHECK_THAT(service.session().run({DECANT, "list"}).output, ContainsSubstring("did you mean 'choir'?"));
    CHECK(service.listed("choir").at("warnings").empty());

    service.configure("decant.nodes = [ { name = organ path = ~/Organ.wav output.to = [ choir ] }\n"
                      "  { name = choir path = ~/Organ.wav } ]");
    CHECK(wait_until([&] { return warnings().empty(); }));
}

TEST_CASE("a file of Windows' editor is named with the remedy, and costs nothing else")
{
    Service service;
    service.configure(organ);
    std::ofstream(service.session().config_home() / "pipewire/decant.conf.d/windows.conf")
        << "\xef\xbb\xbf" << "decant.nodes = [ { name = choir path = ~/Organ.wav } ]";
    service.start();

    REQUIRE(service.wait_for_state("organ", "running"));
    CHECK_THAT(service.session().run({DECANT, "list"}).errors,
               ContainsSubstring("windows.conf:1:1: ") && ContainsSubstring("save it as UTF-8 without"));
}

TEST_CASE("an empty rack says which file is to blame")
{
    Service service;
    service.configure("decant.nodes = [ { name = organ path = ~/Organ.wav ]");
    service.start();

    CHECK(wait_until([&] {
        const auto result = service.session().run({DECANT, "list"});
        return result.exit == 0 && result.output.find("The rack is empty") != std::string::npos &&
               result.errors.find("rack.conf:1:52: ") != std::string::npos;
    }));
}

TEST_CASE("a file that is put where it was missing is played without being told, however deep it lies")
{
    Service service;
    service.configure("decant.nodes = [ { name = late path = ~/Disk/Organs/Late.wav }\n"
                      "{ name = organ path = ~/Organ.wav } ]");
    service.start();
    REQUIRE(service.wait_for_state("late", "failed"));
    REQUIRE(service.wait_for_state("organ", "running"));
    const auto organ_serial = service.serial("organ");
    CHECK_THAT(service.listed("late").value("message", ""), ContainsSubstring("as soon as it is complete"));

    std::filesystem::create_directories(service.session().home() / "Disk/Organs");
    service.write_tone("Disk/Organs/Other.wav");
    service.write_tone("Disk/Organs/Late.wav");

    CHECK(service.wait_for_state("late", "running"));
    CHECK(service.serial("organ") == organ_serial);
}

TEST_CASE("a node that waits for a file is told in the log once, and that the file has come")
{
    Service service;
    service.configure("decant.nodes = [ { name = late path = ~/Late.wav } ]");
    service.start();
    REQUIRE(service.wait_for_state("late", "failed"));
    for (int i = 0; i < 4; ++i) // it is not this that is waited for
        service.write_tone("Other" + std::to_string(i) + ".wav");
    service.write_tone("Late.wav");
    REQUIRE(service.wait_for_state("late", "running"));

    const auto said = service.process().errors();
    const auto first = said.find("does not exist");
    CHECK(first != std::string::npos);
    CHECK(said.find("does not exist", first + 1) == std::string::npos);
    CHECK_THAT(said, ContainsSubstring("Late.wav is there now"));
}

TEST_CASE("a node that failed is tried again on demand, and what cannot be done is said")
{
    Service service;
    std::ofstream(service.session().home() / "Empty.sfz") << "";
    service.configure("decant.nodes = [ { name = empty path = ~/Empty.sfz } ]");
    service.start();
    REQUIRE(service.wait_for_state("empty", "failed"));
    const auto decant = [&](const tests::Arguments& arguments) {
        tests::Arguments command{DECANT};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return service.session().run(command);
    };

    service.write_tone("Tone.wav");
    std::ofstream(service.session().home() / "Empty.sfz") << "<region> sample=Tone.wav\n";
    CHECK(decant({"enable", "empty"}).exit == 0);
    CHECK(service.wait_for_state("empty", "running"));

    CHECK(decant({"save"}).exit == 0);
    const auto nobody = decant({"save", "empty", "nobody"});
    CHECK(nobody.exit == 1);
    CHECK_THAT(nobody.errors, ContainsSubstring("node 'nobody': there is none of that name"));
    CHECK(decant({"enable"}).exit == 2);
}

} // namespace decant::service
