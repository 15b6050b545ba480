// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/service/running-service.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <unistd.h>

namespace decant::service
{
namespace
{

using Catch::Matchers::ContainsSubstring;
using tests::wait_until;

/// Plays one instrument of a file.
class OrganService : public RunningService
{
public:
    explicit OrganService(const std::string& instrument)
    {
        write_tone("Organ.wav");
        write(instrument);
        configure("decant.nodes = [ { name = organ path = ~/Organ.sfz } ]");
        begin();
    }

    void begin()
    {
        start();
        REQUIRE(wait_for_state("organ", "running"));
    }

    void write(const std::string& instrument) { std::ofstream(session().home() / "Organ.sfz") << instrument; }

    /// Waits for a message of the node that has `text` in it; for none if that is empty.
    [[nodiscard]] bool says(std::string_view text)
    {
        return wait_until([&] {
            const auto message = listed("organ").value("message", "");
            return text.empty() ? message.empty() : message.find(text) != std::string::npos;
        });
    }
};

} // namespace

TEST_CASE("an instrument whose file changes is played anew by the same node, and the old one until it can be")
{
    OrganService service("<region> sample=Organ.wav\n");
    const auto serial = service.serial("organ");

    service.write("<region> sample=Organ.wav\n<region> sample=None.wav\n");
    CHECK(service.says("one thing in it is not played as written"));
    service.write("nothing\n");
    CHECK(service.says("cannot be played"));
    CHECK(service.listed("organ").at("state") == "running");
    service.write("<region> sample=Organ.wav\n");
    CHECK(service.says(""));
    CHECK(service.serial("organ") == serial);
}

TEST_CASE("a file below the folder of its instrument that comes or changes is heard")
{
    OrganService service("<region> sample=Organ.wav\n");
    const auto home = service.session().home();
    std::filesystem::create_directories(home / "Samples/Organ");
    std::filesystem::create_directories(home / "Parts");
    std::ofstream(home / "Parts/regions.txt") << "<region> sample=Samples/Organ/Low.wav key=40\n";
    service.write("<region> sample=Organ.wav\n#include \"Parts/regions.txt\"\n");

    REQUIRE(service.says("one thing in it"));
    service.write_tone("Samples/Organ/Low.wav");
    CHECK(service.says(""));
    std::ofstream(home / "Parts/regions.txt") << "<region> sample=Samples/Organ/High.wav key=40\n";
    CHECK(service.says("one thing in it"));
}

TEST_CASE("a folder that cannot be watched is told with the remedy, and its instrument plays")
{
    RunningService service;
    // In a user namespace of its own a process may lower its limits.
    const tests::Arguments without_watches{
        "unshare", "--user", "--map-root-user",
        "sh",      "-c",     "echo 0 > /proc/sys/user/max_inotify_watches && exec \"$@\"",
        "sh"};
    auto nothing = without_watches;
    nothing.emplace_back("true");
    if (service.session().run(nothing).exit != 0)
        SKIP("user namespaces are not allowed here");
    service.write_tone("Organ.wav");
    service.configure("decant.nodes = [ { name = organ path = ~/Organ.wav } ]");
    service.start_by(without_watches);

    REQUIRE(service.wait_for_state("organ", "running"));
    CHECK(wait_until([&] {
        const auto said = service.process().errors();
        return said.find("changes in " + service.session().home().string() +
                         " are not noticed: the limit on watched folders is reached") != std::string::npos;
    }));
    CHECK_THAT(service.process().errors(), ContainsSubstring("sysctl fs.inotify.max_user_watches") &&
                                               ContainsSubstring("'decant restart NODE' for an instrument"));

    // Once is enough.
    REQUIRE(service.decant({"reload"}).exit == 0);
    const auto said = service.process().errors();
    const std::string text = "the limit on watched folders";
    std::size_t times = 0;
    for (auto at = said.find(text); at != std::string::npos; at = said.find(text, at + 1))
        ++times;
    CHECK(times == 2); // of the configuration's folders, and of the instrument's
}

TEST_CASE("an instrument whose state directory is read-only plays, says so, and is saved when it can be")
{
    RunningService service;
    service.write_tone("Organ.wav");
    service.configure("decant.nodes = [ { name = organ path = ~/Organ.wav } ]");
    const auto states = service.session().state_home() / "decant";
    std::filesystem::create_directories(states);
    std::filesystem::permissions(states, std::filesystem::perms(0500));
    if (::geteuid() == 0) // who may write everywhere
        service.start_by({"setpriv", "--bounding-set", "-dac_override,-dac_read_search"});
    else
        service.start();
    REQUIRE(service.wait_for_state("organ", "running"));
    const auto warnings = [&service] {
        return service.listed("organ").at("warnings");
    };
    CHECK(warnings().empty());

    REQUIRE(service.decant({"set", "organ", "Volume=-6"}).exit == 0);
    CHECK(wait_until([&] { return warnings().size() == 1; }));
    CHECK_THAT(warnings().at(0).get<std::string>(),
               ContainsSubstring("its state was not saved: cannot write") &&
                   ContainsSubstring("Permission denied") && ContainsSubstring("Check its permissions"));
    const auto saved = service.decant({"save"});
    CHECK(saved.exit == 1);
    CHECK_THAT(saved.errors, ContainsSubstring("node 'organ': cannot write the state"));
    CHECK(service.listed("organ").at("state") == "running");

    std::filesystem::permissions(states, std::filesystem::perms(0700));
    CHECK(wait_until([&] { return warnings().empty(); }));
    CHECK(std::filesystem::exists(states / "organ.state"));
    CHECK_THAT(service.process().errors(), ContainsSubstring("node 'organ': the state is saved again"));
}

TEST_CASE("an instrument that a newer service has saved says so, and both keep what they have saved")
{
    OrganService service("<region> sample=Organ.wav\n");
    const auto end = [&service] {
        service.process().signal(SIGTERM);
        REQUIRE(service.process().wait(tests::patience) == 0);
    };
    const auto volume = [&service] {
        return service.parameters("organ").at(1).get<double>();
    };
    const auto file = service.session().state_home() / "decant/organ.state";
    REQUIRE(service.decant({"set", "organ", "Volume=-6"}).exit == 0);
    end();
    const auto change_version = [&file](char version) {
        const auto saved = std::filesystem::last_write_time(file);
        std::fstream(file, std::ios::binary | std::ios::in | std::ios::out).seekp(8).put(version);
        std::filesystem::last_write_time(file, saved);
    };
    const auto ours = static_cast<char>(std::ifstream(file, std::ios::binary).seekg(8).get());
    change_version(99);

    service.begin();
    CHECK_THAT(service.listed("organ").at("warnings").at(0).get<std::string>(),
               ContainsSubstring("organ.state was written by a newer decantd") &&
                   ContainsSubstring("update Decant"));
    CHECK(volume() == 0);
    REQUIRE(service.decant({"set", "organ", "Volume=-12"}).exit == 0);
    end();
    service.begin();
    CHECK(volume() == -12);
    end();

    change_version(ours); // it is back
    service.begin();
    CHECK(volume() == -6);
    CHECK_THAT(service.listed("organ").at("warnings").at(0).get<std::string>(),
               ContainsSubstring("an older decantd has saved another state since"));
}

TEST_CASE("an instrument that has other outputs when it is loaded again gets their ports")
{
    OrganService service("<region> sample=Organ.wav\n");
    const auto outputs = [&] {
        return service.listed("organ").at("ports").value("outputs", 0);
    };
    CHECK(outputs() == 2);
    service.write("<region> sample=Organ.wav\n<region> sample=Organ.wav output=2\n");
    CHECK(wait_until([&] { return outputs() == 6; }));
    service.write("<region> sample=Organ.wav\n");
    CHECK(wait_until([&] { return outputs() == 2; }));
}

TEST_CASE(
    "a sampler's parameters are its instrument's controllers, too, and what is set outlives the service")
{
    OrganService service("<control> set_cc20=64 label_cc20=Air set_cc64=0 label_cc64=Pedal\n"
                         "<region> sample=Organ.wav amplitude_oncc20=100 cutoff=800 cutoff_oncc21=1200\n");
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
    service.write("<control> set_cc20=64 label_cc20=Breath set_cc64=0 label_cc64=Pedal\n"
                  "<region> sample=Organ.wav amplitude_oncc20=100\n");
    CHECK(wait_until([&] { return value("Breath") == 100; }));
    CHECK(value("CC 21") == -1000);

    service.process().signal(SIGTERM);
    const auto exit = service.process().wait(tests::patience);
    INFO(service.process().errors());
    REQUIRE(exit.value_or(-1) == 0);
    service.begin();
    CHECK(wait_until([&] { return value("Breath") == 100; }));
    CHECK(value("A4") == 432);
    CHECK(value("Transposition") == -12);
    CHECK(value("Quality") == 3);
    CHECK(value("Volume") == 0);
    CHECK(value("Pedal") == 0); // that is up when nobody is there
}

TEST_CASE(
    "a node that PipeWire threw out is listed as failed, with the remedy, until it is in the graph again")
{
    OrganService service("<region> sample=Organ.wav\n");
    const auto throw_out = [&] {
        const auto id = service.listed("organ").at("id").dump();
        REQUIRE(service.session().run({"pw-cli", "destroy", id}).exit == 0);
        REQUIRE(service.wait_for_state("organ", "failed"));
        CHECK(service.says("'decant restart organ' brings it back"));
    };
    throw_out();
    service.write("<region> sample=Organ.wav\n<region> sample=None.wav\n");
    REQUIRE(wait_until([&] { return service.process().errors().find("None.wav") != std::string::npos; }));
    REQUIRE(service.decant({"panic"}).exit == 0); // which shows how all is
    CHECK(service.listed("organ").at("state") == "failed");

    REQUIRE(service.decant({"restart", "organ"}).exit == 0);
    CHECK(service.wait_for_state("organ", "running"));
    throw_out();
    service.session().kill_pipewire();
    service.session().start_pipewire();
    CHECK(service.wait_for_state("organ", "running"));
}

TEST_CASE("what was set of a sampler just before it is restarted is there afterwards, and so is its warning")
{
    OrganService service("<region> sample=Organ.wav\n");
    service.configure("decant.nodes = [ { name = organ path = ~/Organ.sfz volum = 1 } ]");
    REQUIRE(service.says("volum"));
    const auto serial = service.serial("organ");

    REQUIRE(service.decant({"set", "organ", "Volume=-12"}).exit == 0);
    REQUIRE(service.decant({"restart", "organ"}).exit == 0);

    REQUIRE(wait_until([&] {
        const auto now = service.serial("organ");
        return !now.is_null() && now != serial;
    }));
    REQUIRE(service.wait_for_state("organ", "running"));
    CHECK(service.parameters("organ").at(1) == -12);
    CHECK(service.says("volum"));
}

TEST_CASE("the configuration's volume counts when it has changed, and else what was set since")
{
    OrganService service("<region> sample=Organ.wav\n");
    const auto volume = [&] {
        return service.parameters("organ").at(1).get<double>();
    };
    const auto start_with = [&](const std::string& settings) {
        service.process().signal(SIGTERM);
        REQUIRE(service.process().wait(tests::patience));
        service.configure("decant.nodes = [ { name = organ path = ~/Organ.sfz " + settings + " } ]");
        service.begin();
        return volume();
    };
    REQUIRE(service.decant({"set", "organ", "Volume=-12"}).exit == 0);
    CHECK(start_with("") == -12);
    CHECK(start_with("volume = -6") == -6);
    CHECK(start_with("volume = -6") == -6);
    CHECK(start_with("") == 0); // and not what was set long ago
    REQUIRE(service.decant({"set", "organ", "Volume=-3"}).exit == 0);
    CHECK(start_with("") == -3);
}

} // namespace decant::service
