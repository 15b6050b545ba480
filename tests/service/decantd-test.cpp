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

TEST_CASE("of a service that hangs the commands say that it does, and nothing of PipeWire")
{
    Service service;
    service.configure("decant.nodes = [ { name = organ path = ~/Organ.wav } ]");
    service.start();
    REQUIRE(service.wait_for_state("organ", "running"));
    service.process().signal(SIGSTOP);

    const auto list = service.decant({"list"});
    CHECK(list.exit == 3);
    CHECK_THAT(list.errors, ContainsSubstring("decantd does not answer") &&
                                ContainsSubstring("systemctl --user restart decant"));

    service.process().signal(SIGCONT);
    CHECK(service.wait_for_state("organ", "running"));
}

TEST_CASE("a service that goes on after somebody has given it up still answers everybody")
{
    Service service;
    service.configure("decant.nodes = [ { name = organ path = ~/Organ.wav } ]");
    service.start();
    REQUIRE(service.wait_for_state("organ", "running"));
    service.process().signal(SIGSTOP);
    REQUIRE(service.decant({"list"}).exit == 3);
    service.process().signal(SIGCONT);

    const auto saved = service.decant({"save"});
    INFO(saved.errors);
    CHECK(saved.exit == 0);
}

TEST_CASE("who watches a service that hangs and is started anew hears of the next one, too")
{
    Service service;
    service.configure("decant.nodes = [ { name = organ path = ~/Organ.wav } ]");
    service.start();
    REQUIRE(service.wait_for_state("organ", "running"));
    const auto watch = service.session().spawn({DECANT, "watch"});
    const auto watch_tells = [&watch](const std::string& text) {
        return wait_until([&] { return watch->output().find(text) != std::string::npos; });
    };
    REQUIRE(watch_tells("node-added   organ"));
    service.process().signal(SIGSTOP);
    REQUIRE(service.decant({"list"}).exit == 3);
    service.process().signal(SIGKILL);
    REQUIRE(watch_tells("service-gone"));

    service.configure("decant.nodes = [ { name = choir path = ~/Organ.wav } ]");
    service.start();
    CHECK(watch_tells("node-added   choir"));
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
