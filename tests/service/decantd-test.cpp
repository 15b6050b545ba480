// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/service/running-service.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace decant::service
{
namespace
{

using Catch::Matchers::ContainsSubstring;
using tests::wait_until;

constexpr std::chrono::seconds patience = tests::patience;

/// With a sound file to play.
class Service : public RunningService
{
public:
    Service() { write_tone("Organ.wav"); }
};

const std::string organ = "decant.nodes = [ { name = organ path = ~/Organ.wav output.to = [ test-sink ] } ]";

} // namespace

TEST_CASE("a sampler of the configuration becomes a node with its ports and properties")
{
    Service service;
    service.configure("decant.nodes = [ { name = organ path = ~/Organ.wav description = \"The organ\"\n"
                      "  midi.from = [ \"~Key.*\" ] output.to = [ default ] node.latency = 64/48000 } ]");
    service.start();

    REQUIRE(service.wait_for_state("organ", "running"));
    const auto node = service.listed("organ");
    CHECK(node.at("type") == "sampler");
    CHECK(node.at("description") == "The organ");
    CHECK(node.at("ports") ==
          nlohmann::json{{"inputs", 0}, {"outputs", 2}, {"midi-inputs", 1}, {"midi-outputs", 0}});
    CHECK(node.value("message", "").empty());
    CHECK(service.property("organ", "decant.midi.from") == R"(["~Key.*"])");
    CHECK(service.property("organ", "decant.output.to") == R"(["default"])");
    CHECK(service.property("organ", "decant.type") == "sampler");
    CHECK(service.property("organ", "node.latency") == "64/48000");
    CHECK(service.property("organ", "media.class").is_null());
    CHECK(service.property("organ", "application.name").is_null());
}

TEST_CASE("what cannot play is listed with the reason, and the others play")
{
    Service service;
    std::ofstream(service.session().home() / "Empty.sfz") << "";
    std::ofstream(service.session().home() / "Text.dll") << "this is no DLL";
    service.configure("decant.nodes = [ { name = missing path = ~/Nothing.sfz }\n"
                      "{ name = empty path = ~/Empty.sfz } { name = text path = ~/Text.dll }\n"
                      "{ name = off path = ~/Organ.wav enabled = false }\n"
                      "{ name = organ path = ~/Organ.wav midi.form = x } ]");
    service.start();

    REQUIRE(service.wait_for_state("organ", "running"));
    CHECK_THAT(service.listed("organ").at("message"), ContainsSubstring("did you mean 'midi.from'?"));
    CHECK(service.wait_for_state("missing", "failed"));
    CHECK_THAT(service.listed("missing").at("message"),
               ContainsSubstring("rack.conf:1:35: node 'missing': path"));
    CHECK(service.wait_for_state("empty", "failed"));
    CHECK_THAT(service.listed("empty").at("message"), ContainsSubstring("Empty.sfz"));
    CHECK(service.wait_for_state("text", "failed"));
    CHECK_THAT(service.listed("text").at("message"), ContainsSubstring("is no plugin"));
    CHECK(service.wait_for_state("off", "disabled"));
    CHECK_THAT(service.process().errors(), ContainsSubstring("rack.conf:1:35: node 'missing': path"));
}

TEST_CASE("an instrument whose file changes is played anew by the same node, and the old one until it can be")
{
    Service service;
    const auto file = service.session().home() / "Organ.sfz";
    std::ofstream(file) << "<region> sample=Organ.wav\n";
    service.configure("decant.nodes = [ { name = organ path = ~/Organ.sfz } ]");
    service.start();
    REQUIRE(service.wait_for_state("organ", "running"));
    const auto serial = service.serial("organ");
    const auto says = [&](std::string_view text) {
        return wait_until(
            [&] { return service.listed("organ").value("message", "").find(text) != std::string::npos; });
    };

    std::ofstream(file) << "<region> sample=Organ.wav\n<region> sample=None.wav\n";
    CHECK(says("one thing in it is not played as written"));
    std::ofstream(file) << "nothing\n";
    CHECK(says("cannot be played"));
    CHECK(service.listed("organ").at("state") == "running");
    std::ofstream(file) << "<region> sample=Organ.wav\n";
    CHECK(wait_until([&] { return service.listed("organ").value("message", "").empty(); }));
    CHECK(service.serial("organ") == serial);
}

TEST_CASE("a file below the folder of its instrument that comes or changes is heard")
{
    Service service;
    const auto home = service.session().home();
    std::filesystem::create_directories(home / "Samples/Organ");
    std::filesystem::create_directories(home / "Parts");
    std::ofstream(home / "Parts/regions.txt") << "<region> sample=Samples/Organ/Low.wav key=40\n";
    std::ofstream(home / "Organ.sfz") << "<region> sample=Organ.wav\n#include \"Parts/regions.txt\"\n";
    service.configure("decant.nodes = [ { name = organ path = ~/Organ.sfz } ]");
    service.start();
    REQUIRE(service.wait_for_state("organ", "running"));
    const auto says = [&](std::string_view text) {
        return wait_until([&] {
            const auto message = service.listed("organ").value("message", "");
            return text.empty() ? message.empty() : message.find(text) != std::string::npos;
        });
    };
    REQUIRE(says("one thing in it"));
    service.write_tone("Samples/Organ/Low.wav");
    CHECK(says(""));
    std::ofstream(home / "Parts/regions.txt") << "<region> sample=Samples/Organ/High.wav key=40\n";
    CHECK(says("one thing in it"));
}

TEST_CASE("an instrument that has other outputs when it is loaded again gets their ports")
{
    Service service;
    const auto file = service.session().home() / "Organ.sfz";
    std::ofstream(file) << "<region> sample=Organ.wav\n";
    service.configure("decant.nodes = [ { name = organ path = ~/Organ.sfz } ]");
    service.start();
    REQUIRE(service.wait_for_state("organ", "running"));
    const auto outputs = [&] {
        return service.listed("organ").at("ports").value("outputs", 0);
    };
    CHECK(outputs() == 2);
    std::ofstream(file) << "<region> sample=Organ.wav\n<region> sample=Organ.wav output=2\n";
    CHECK(wait_until([&] { return outputs() == 6; }));
    std::ofstream(file) << "<region> sample=Organ.wav\n";
    CHECK(wait_until([&] { return outputs() == 2; }));
}

TEST_CASE(
    "a sampler's parameters are its instrument's controllers, too, and what is set outlives the service")
{
    Service service;
    const auto file = service.session().home() / "Organ.sfz";
    std::ofstream(file) << "<control> set_cc20=64 label_cc20=Air set_cc64=0 label_cc64=Pedal\n"
                           "<region> sample=Organ.wav amplitude_oncc20=100 cutoff=800 cutoff_oncc21=1200\n";
    service.configure("decant.nodes = [ { name = organ path = ~/Organ.sfz } ]");
    service.start();
    REQUIRE(service.wait_for_state("organ", "running"));
    const auto value = [&](const std::string& name) {
        const auto list = service.parameters("organ");
        for (std::size_t index = 0; index + 1 < list.size(); index += 2)
            if (list[index] == name)
                return list[index + 1].get<double>();
        return -1000.0;
    };
    CHECK(value("Air") == 64);
    CHECK(value("CC 21") == 0);
    CHECK(value("Pedal") == 0);
    for (const char* const setting : {"Air=100", "Pedal=127", "A4=432", "Transposition=-12", "Quality=3"})
        CHECK(service.decant({"set", "organ", setting}).exit == 0);
    CHECK(wait_until([&] { return value("Quality") == 3; }));
    CHECK(value("Air") == 100);
    CHECK(std::abs(value("Tuning") + 31.77) < 0.01);

    // Another label is another name for the same controller.
    std::ofstream(file) << "<control> set_cc20=64 label_cc20=Breath set_cc64=0 label_cc64=Pedal\n"
                           "<region> sample=Organ.wav amplitude_oncc20=100\n";
    CHECK(wait_until([&] { return value("Breath") == 100; }));
    CHECK(value("CC 21") == -1000);

    service.process().signal(SIGTERM);
    const auto exit = service.process().wait(patience);
    INFO(service.process().errors());
    REQUIRE(exit.value_or(-1) == 0);
    service.start();
    REQUIRE(service.wait_for_state("organ", "running"));
    CHECK(wait_until([&] { return value("Breath") == 100; }));
    CHECK(value("A4") == 432);
    CHECK(value("Transposition") == -12);
    CHECK(value("Quality") == 3);
    CHECK(value("Volume") == 0);
    CHECK(value("Pedal") == 0); // that is up when nobody is there
}

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

TEST_CASE("every key that is wrong in a node is in its row")
{
    Service service;
    service.configure("decant.nodes = [ { name = organ path = ~/Organ.wav midi.form = a polyfony = 3 } ]");
    service.start();
    REQUIRE(service.wait_for_state("organ", "running"));
    const auto list = service.session().run({DECANT, "list"});
    CHECK_THAT(list.output, ContainsSubstring("did you mean 'midi.from'?") &&
                                ContainsSubstring("did you mean 'polyphony'?"));
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

TEST_CASE("a file that is put where it was missing is found at the next reload")
{
    Service service;
    service.configure("decant.nodes = [ { name = late path = ~/Late.wav } ]");
    service.start();
    REQUIRE(service.wait_for_state("late", "failed"));

    service.write_tone("Late.wav");
    service.process().signal(SIGHUP);

    CHECK(service.wait_for_state("late", "running"));
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

TEST_CASE("the service outlives PipeWire and brings its nodes back")
{
    Service service;
    service.configure(organ);
    service.start();
    REQUIRE(service.wait_for_state("organ", "running"));

    for (int i = 0; i < 3; ++i) {
        service.session().kill_pipewire();
        REQUIRE(wait_until([&] {
            const auto text = service.process().errors();
            return text.rfind("no PipeWire daemon answers") > text.rfind("connected to PipeWire");
        }));
        service.session().start_pipewire();
        CHECK(service.wait_for_state("organ", "running"));
    }
    CHECK_THAT(service.process().errors(), ContainsSubstring("systemctl --user start pipewire"));
    CHECK(service.process().running());
}

TEST_CASE("a second service is turned away, and welcome when the first is dead or with states of its own")
{
    Service service;
    service.configure(organ);
    service.start();
    REQUIRE(service.wait_for_state("organ", "running"));
    service.session().set_environment("PIPEWIRE_REMOTE", "nobody"); // who gets as far as that ends with 3

    const auto second = service.session().run({DECANTD, "--no-wait"});
    CHECK(second.exit == 1);
    CHECK_THAT(second.errors,
               ContainsSubstring("systemctl --user stop decant") && ContainsSubstring("XDG_STATE_HOME"));

    service.process().kill();
    CHECK(service.session().run({DECANTD, "--no-wait"}).exit == 3);

    service.start();
    service.session().set_environment("XDG_STATE_HOME", (service.session().home() / "more").string());
    CHECK(service.session().run({DECANTD, "--no-wait"}).exit == 3);
}

TEST_CASE("a second service on the same PipeWire is turned away, and welcome when the first has gone")
{
    Service service;
    service.configure(organ);
    service.start();
    REQUIRE(service.wait_for_state("organ", "running"));
    service.session().set_environment("XDG_STATE_HOME", (service.session().home() / "more").string());

    const auto second = service.session().run({DECANTD});
    CHECK(second.exit == 1);
    CHECK_THAT(second.errors, ContainsSubstring("another decantd plays on this PipeWire daemon already") &&
                                  ContainsSubstring("systemctl --user stop decant"));
    CHECK(service.listed("organ").at("state") == "running");

    service.process().kill();
    service.start();
    CHECK(service.wait_for_state("organ", "running"));
}

TEST_CASE("SIGTERM ends the service cleanly and takes its nodes along")
{
    Service service;
    service.configure(organ);
    service.start();
    REQUIRE(service.wait_for_state("organ", "running"));

    service.process().signal(SIGTERM);

    CHECK(service.process().wait(patience) == 0);
    CHECK(wait_until([&] { return !service.session().graph().find_node("decant.organ"); }));
    const auto result = service.session().run({DECANT, "list"});
    CHECK(result.exit == 3);
    CHECK_THAT(result.errors, ContainsSubstring("systemctl --user start decant"));
}

TEST_CASE("without PipeWire the commands say how to start it")
{
    Service service;
    service.session().kill_pipewire();

    const auto list = service.session().run({DECANT, "list"});
    CHECK(list.exit == 3);
    CHECK_THAT(list.errors, ContainsSubstring("systemctl --user start pipewire"));
    CHECK(service.session().run({DECANT, "save"}).exit == 3);
    const auto daemon = service.session().run({DECANTD, "--no-wait"});
    CHECK(daemon.exit == 3);
    CHECK_THAT(daemon.errors, ContainsSubstring("systemctl --user start pipewire"));
}

TEST_CASE("a service that waits for PipeWire starts when it comes, and can be ended before")
{
    Service service;
    service.configure(organ);
    service.session().kill_pipewire();
    service.start();
    REQUIRE(
        wait_until([&] { return service.process().errors().find("waiting for it") != std::string::npos; }));

    service.session().start_pipewire();
    CHECK(service.wait_for_state("organ", "running"));

    service.session().kill_pipewire();
    service.process().signal(SIGINT);
    CHECK(service.process().wait(patience) == 0);
}

TEST_CASE("wrong arguments and a missing decant.conf end with a message")
{
    Service service;
    CHECK(service.session().run({DECANTD, "--nowait"}).exit == 2);
    CHECK(service.session().run({DECANT, "lsit"}).exit == 2);
    CHECK(service.session().run({DECANTD, "--version"}).output.starts_with("decantd "));

    service.session().set_environment("DECANT_CONFIG_DIR", "/nonexistent");
    service.session().set_environment("PIPEWIRE_CONFIG_DIR", "/nonexistent");
    const auto result = service.session().run({DECANTD, "--no-wait"});
    CHECK(result.exit == 1);
    CHECK_THAT(result.errors, ContainsSubstring("there is no decant.conf in /nonexistent"));
}

TEST_CASE("the service manager is told of start, reload and end")
{
    Service service;
    service.configure(organ);
    const auto path = (service.session().home() / "notify").string();
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    service.session().set_environment("NOTIFY_SOCKET", path);
    std::string told;
    const auto wait_for = [&](const std::string& text) {
        return wait_until([&] {
            char buffer[4096];
            for (ssize_t size; (size = ::recv(socket, buffer, sizeof buffer, 0)) > 0;)
                told.append(buffer, static_cast<std::size_t>(size)).push_back('\n');
            const bool found = told.find(text) != std::string::npos;
            if (found)
                told.erase(0, told.find(text) + text.size());
            return found;
        });
    };

    service.start();
    CHECK(wait_for("READY=1"));
    CHECK(wait_for("STATUS=1 node"));
    service.process().signal(SIGHUP);
    CHECK(wait_for("RELOADING=1\nMONOTONIC_USEC="));
    CHECK(wait_for("READY=1"));
    service.process().signal(SIGTERM);
    CHECK(wait_for("STOPPING=1"));
    ::close(socket);
}

} // namespace decant::service
