// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What people do to a plugin that plays: parameters, states, presets, bypass.

#include "service/preset-exchange.hpp"
#include "tests/service/gain-rack.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

namespace decant::service
{
namespace
{

using Catch::Matchers::ContainsSubstring;
using tests::wait_until;

} // namespace

TEST_CASE("a parameter that is set in the graph is heard, shown, and back after a restart of the service")
{
    GainRack rack;
    CHECK(rack.parameters("gain") == nlohmann::json::array({"Gain", 0.5}));
    REQUIRE(rack.hears(1));

    const auto id = rack.listed("gain").at("id").get<int>();
    CHECK(rack.session()
              .run({"pw-cli", "s", std::to_string(id), "Props", R"({ params = [ "Gain" 0.125 ] })"})
              .exit == 0);

    CHECK(rack.hears(0.25F));
    CHECK(wait_until([&] { return rack.parameters("gain") == nlohmann::json::array({"Gain", 0.125}); }));

    rack.process().signal(SIGTERM);
    REQUIRE(rack.process().wait(tests::patience) == 0);
    CHECK(hosts_of(rack).empty());
    rack.start();
    REQUIRE(rack.wait_for_state("gain", "running"));
    CHECK(rack.parameters("gain") == nlohmann::json::array({"Gain", 0.125}));
    rack.session().link("source:output", "decant.gain:" + rack.port(tests::Direction::input));
    rack.session().link("decant.gain:" + rack.port(tests::Direction::output), "recorder:input");
    CHECK(rack.hears(0.25F));
}

TEST_CASE("a plugin whose file is away when it has to be started again is played when the file is back")
{
    RunningService service;
    const auto file = service.session().home() / "Gain.dll";
    const auto put_it_there = [&] {
        std::filesystem::copy_file(
            std::filesystem::path(std::getenv("DECANT_TEST_PLUGINS")) / "decant-test-gain.dll", file);
    };
    put_it_there();
    service.configure(node_of("gain", "path = ~/Gain.dll", ""));
    service.start();
    REQUIRE(service.wait_for_state("gain", "running"));
    const auto hosts = hosts_of(service);
    REQUIRE(hosts.size() == 1);

    std::filesystem::remove(file); // which nobody hears yet
    REQUIRE(kill(hosts[0], SIGKILL) == 0);
    REQUIRE(service.wait_for_state("gain", "failed"));
    put_it_there();

    CHECK(service.wait_for_state("gain", "running"));
}

TEST_CASE("a parameter that the plugin does not have is listed with the nearest one, until it is corrected")
{
    RunningService service;
    service.configure(node("gain", "params = { Gian = 0.25 }"));
    service.start();
    REQUIRE(service.wait_for_state("gain", "running"));
    const auto warnings = [&] {
        return service.listed("gain").at("warnings");
    };
    CHECK(wait_until([&] { return warnings().size() == 1; }));
    CHECK_THAT(warnings().at(0).get<std::string>(),
               ContainsSubstring("no parameter 'Gian'; did you mean 'Gain'?"));
    CHECK_THAT(service.process().errors(), ContainsSubstring("no parameter 'Gian'; did you mean 'Gain'?"));

    service.configure(node("gain", "params = { Gain = 0.25 }"));
    CHECK(wait_until([&] { return warnings().empty(); }));
}

TEST_CASE("a state that cannot be saved at the end is told with the remedy, and the last one is kept")
{
    RunningService service;
    service.configure(node("gain", "params = { Gain = 0.25 }"));
    service.start();
    REQUIRE(service.wait_for_state("gain", "running"));
    REQUIRE(service.session().run({DECANT, "save"}).exit == 0);
    const auto file = service.session().home() / "state/decant/gain.state";
    const auto content = [&file] {
        std::ifstream in(file, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(in), {});
    };
    const auto before = content();
    REQUIRE_FALSE(before.empty());
    std::filesystem::create_directory(file.string() + ".new"); // in the way of the next one

    service.configure(node("gain", "params = { Gain = 0.75 }")); // and nobody plays it
    REQUIRE(wait_until([&] { return service.parameters("gain") == nlohmann::json::array({"Gain", 0.75}); }));
    CHECK(service.session().run({DECANT, "save"}).exit == 1);
    CHECK(wait_until([&] {
        return service.session().run({DECANT, "list"}).output.find("its state was not saved: cannot write") !=
               std::string::npos;
    }));
    service.process().signal(SIGTERM);

    CHECK(service.process().wait(tests::patience) == 0);
    CHECK_THAT(service.process().errors(),
               ContainsSubstring("node 'gain': the state was not saved, and the last one is kept: ") &&
                   ContainsSubstring("Check its permissions and the room on its disk"));
    CHECK(content() == before);

    std::filesystem::remove(file.string() + ".new");
    service.start();
    REQUIRE(service.wait_for_state("gain", "running"));
    service.process().signal(SIGTERM);
    CHECK(service.process().wait(tests::patience) == 0);
    CHECK(content() != before);
}

TEST_CASE("a plugin that has not come with its last state is listed with the reason")
{
    RunningService service;
    const auto file = service.session().state_home() / "decant/gain.state";
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << "no state";
    service.configure(node("gain", "params = { Gain = 0.25 }"));
    service.start();
    REQUIRE(service.wait_for_state("gain", "running"));
    CHECK_THAT(service.listed("gain").at("warnings").at(0).get<std::string>(),
               ContainsSubstring("gain.state is damaged; it is kept as"));
}

TEST_CASE("a preset is saved and loaded by the command, and the node plays it")
{
    GainRack rack("params = { Gain = 0.25 }");
    const tests::TemporaryDirectory directory;
    const auto preset = (directory.path() / "half.fxp").string();
    CHECK(rack.decant({"preset", "save", "gain", preset}).exit == 0);
    CHECK(std::filesystem::file_size(preset) > 60);
    CHECK(rack.decant({"preset", "save", "gain", preset}).exit == 1); // it is there
    CHECK(rack.decant({"preset", "save", "gain", preset, "--force"}).exit == 0);

    rack.configure(node("gain", "params = { Gain = 0.5 }"));
    REQUIRE(wait_until([&] { return rack.parameters("gain") == nlohmann::json::array({"Gain", 0.5}); }));
    CHECK(rack.decant({"preset", "load", "gain", preset}).exit == 0);
    CHECK(wait_until([&] { return rack.parameters("gain") == nlohmann::json::array({"Gain", 0.25}); }));
    CHECK(rack.hears(0.5F));

    const auto refused = [&](const tests::Arguments& arguments, const std::string& why) {
        const auto result = rack.decant(arguments);
        INFO(result.errors);
        CHECK(result.exit == 1);
        CHECK(result.errors.find(why) != std::string::npos);
        CHECK(result.errors.find("preset-") ==
              std::string::npos); // as the file is called that is handed over
        CHECK(result.errors.find(".part") == std::string::npos);
    };
    std::filesystem::resize_file(preset, 30);
    refused({"preset", "load", "gain", preset}, "damaged or cut short");
    refused({"preset", "save", "gain", (directory.path() / "half.vstpreset").string()}, ".fxp and .fxb");
    refused({"preset", "save", "gain", (directory.path() / "half.txt").string()}, "ends with .fxp");
    refused({"preset", "save", "gain", (directory.path() / "no/half.fxp").string()}, "its directory exists");
    refused({"preset", "load", "nobody", preset}, "there is none of that name");
    CHECK(rack.parameters("gain") == nlohmann::json::array({"Gain", 0.25}));
    CHECK(std::filesystem::is_empty(
        std::filesystem::path(rack.session().environment().at("XDG_RUNTIME_DIR")) / "decant"));
}

TEST_CASE("a request in the metadata names no file outside")
{
    CHECK_THROWS(exchanged_preset("../secret.fxp"));
    CHECK_THROWS(exchanged_preset("/etc/passwd"));
    CHECK_THROWS(exchanged_preset(".hidden"));
    CHECK_THROWS(exchanged_preset(""));
}

TEST_CASE("a plugin that is bypassed leaves its input, until it is heard again")
{
    GainRack rack("params = { Gain = 0.25 }");
    rack.session().set_quantum(256);
    CHECK(rack.hears(0.5F));
    CHECK(rack.decant({"bypass", "gain"}).exit == 0);
    CHECK(rack.hears(1));
    CHECK(wait_until([&] { return rack.listed("gain").value("bypassed", false); }));
    CHECK_THAT(rack.decant({"top", "--once"}).output, ContainsSubstring("bypassed"));
    CHECK(rack.decant({"bypass", "gain", "off"}).exit == 0);
    CHECK(rack.hears(0.5F));
    CHECK(rack.decant({"bypass", "gain", "never"}).exit == 2);
}

TEST_CASE("a change of a parameter in the configuration does not interrupt the plugin")
{
    GainRack rack("params = { Gain = 0.25 }");
    REQUIRE(rack.hears(0.5F));
    const auto serial = rack.serial("gain");
    const auto hosts = hosts_of(rack);

    rack.configure(node("gain", "params = { gain = 1 } output.to = [ test-sink ]"));

    CHECK(wait_until([&] { return rack.property("gain", "decant.output.to") == R"(["test-sink"])"; }));
    CHECK(rack.hears(2));
    CHECK(rack.serial("gain") == serial);
    CHECK(hosts_of(rack) == hosts);
}

} // namespace decant::service
