// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The verbs of `decant` that command a rack, with a real decantd on a real PipeWire.

#include "tests/service/running-service.hpp"
#include "tests/support/graph-client.hpp"
#include "tests/support/midi-players.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <pty.h>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace decant::service
{
namespace
{

using Catch::Matchers::ContainsSubstring;
using tests::wait_until;

constexpr const char* organ = "decant.nodes = [ { name = organ path = ~/Organ.wav } ]";

class Service : public RunningService
{
public:
    Service() { write_tone("Organ.wav"); }

    std::string organ_file() const { return (session().home() / "Organ.wav").string(); }
};

/// `decant watch --json` while it runs.
class Watcher
{
    std::unique_ptr<tests::ChildProcess> process_;

public:
    explicit Watcher(const Service& service) : process_(service.session().spawn({DECANT, "watch", "--json"}))
    {
    }

    std::vector<nlohmann::json> events() const
    {
        std::vector<nlohmann::json> result;
        std::istringstream lines(process_->output());
        for (std::string line; std::getline(lines, line);)
            if (auto event = nlohmann::json::parse(line, nullptr, false); !event.is_discarded())
                result.push_back(std::move(event));
        return result;
    }

    /// Whether an event comes that has all members of `wanted`.
    bool tells(const nlohmann::json& wanted) const
    {
        return wait_until([&] {
            for (const auto& event : events()) {
                auto merged = event;
                merged.merge_patch(wanted);
                if (merged == event)
                    return true;
            }
            return false;
        });
    }

    tests::ChildProcess& process() { return *process_; }
};

/// `decant top` in a terminal.
class Terminal
{
    int descriptor_ = -1;
    pid_t process_ = -1;
    std::string seen_;

public:
    explicit Terminal(const Service& service)
    {
        std::vector<std::string> variables;
        for (const auto& [name, value] : service.session().environment())
            variables.push_back(name + "=" + value);
        std::vector<char*> environment;
        for (auto& variable : variables)
            environment.push_back(variable.data());
        environment.push_back(nullptr);
        std::string program = DECANT;
        std::string verb = "top";
        std::array<char*, 3> arguments{program.data(), verb.data(), nullptr};
        winsize size{};
        size.ws_col = 100;
        size.ws_row = 10;
        process_ = ::forkpty(&descriptor_, nullptr, nullptr, &size);
        REQUIRE(process_ >= 0);
        if (process_ == 0) {
            ::execve(program.c_str(), arguments.data(), environment.data());
            ::_exit(127);
        }
        ::fcntl(descriptor_, F_SETFL, O_NONBLOCK);
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal()
    {
        if (process_ > 0) {
            ::kill(process_, SIGKILL);
            ::waitpid(process_, nullptr, 0);
        }
        ::close(descriptor_);
    }

    void type(const std::string& keys) const { REQUIRE(::write(descriptor_, keys.data(), keys.size()) > 0); }

    bool shows(const std::string& text)
    {
        return wait_until([&] {
            std::array<char, 4096> buffer{};
            for (ssize_t size = 0; (size = ::read(descriptor_, buffer.data(), buffer.size())) > 0;)
                seen_.append(buffer.data(), static_cast<std::size_t>(size));
            return seen_.find(text) != std::string::npos;
        });
    }

    /// The exit code.
    int wait()
    {
        int status = -1;
        REQUIRE(wait_until([&] { return ::waitpid(process_, &status, WNOHANG) == process_; }));
        process_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
};

} // namespace

TEST_CASE("what add writes plays at once, disable silences it, enable brings it back and remove takes it out")
{
    Service service;
    service.start();
    REQUIRE(wait_until([&] { return service.decant({"list"}).exit == 0; }));

    const auto added = service.decant({"add", service.organ_file(), "--name", "church"});
    INFO(added.errors);
    REQUIRE(added.exit == 0);
    CHECK(service.wait_for_state("church", "running"));
    CHECK(service.decant({"disable", "church"}).exit == 0);
    CHECK(service.listed("church").at("state") == "disabled");
    CHECK(service.decant({"restart", "church"}).exit == 1);
    CHECK(service.decant({"enable", "church"}).exit == 0);
    CHECK(service.wait_for_state("church", "running"));
    CHECK(service.decant({"remove", "church"}).exit == 0);
    CHECK(service.listed("church").is_null());
}

TEST_CASE("reload tells what is wrong in the configuration, and restart makes a node anew")
{
    Service service;
    service.configure(organ);
    service.start();
    REQUIRE(service.wait_for_state("organ", "running"));
    const auto serial = service.serial("organ");
    CHECK(service.decant({"reload"}).exit == 0);
    CHECK(service.serial("organ") == serial);

    CHECK(service.decant({"restart", "organ"}).exit == 0);
    CHECK(wait_until([&] {
        const auto now = service.serial("organ");
        return !now.is_null() && now != serial;
    }));
    const auto nobody = service.decant({"restart", "nobody"});
    CHECK(nobody.exit == 1);
    CHECK_THAT(nobody.errors, ContainsSubstring("there is none of that name"));

    service.configure(
        "decant.nodes = [ { name = organ path = ~/Organ.wav volum = 1 } { name = x path = ~/y.wav } ]");
    const auto wrong = service.decant({"reload"});
    CHECK(wrong.exit == 1);
    CHECK_THAT(wrong.errors, ContainsSubstring("rack.conf:1:75: node 'x': path"));
}

TEST_CASE("parameters are shown and set by name, and what cannot be is refused with a reason")
{
    Service service;
    service.configure(organ);
    service.start();
    REQUIRE(service.wait_for_state("organ", "running"));
    const auto value = [&](const std::string& name) {
        const auto result = service.decant({"params", "organ", "--json"});
        INFO(result.errors);
        for (const auto& parameter : nlohmann::json::parse(result.output))
            if (parameter.at("name") == name)
                return parameter.at("value").get<double>();
        return -1000.0;
    };

    const auto shown = nlohmann::json::parse(service.decant({"params", "organ", "--json"}).output);
    CHECK(shown.at(0) == nlohmann::json{{"name", "Volume"},
                                        {"value", 0.0},
                                        {"minimum", -144.0},
                                        {"maximum", 24.0},
                                        {"initial", 0.0},
                                        {"switch", false}});
    CHECK_THAT(service.decant({"params", "organ"}).output, ContainsSubstring("-144 … 24, starts at 0"));

    CHECK(service.decant({"set", "organ", "Volume=-6.5", "quality=3"}).exit == 0);
    CHECK(value("Volume") == -6.5);
    CHECK(value("Quality") == 3);
    const auto rounded = service.decant({"set", "organ", "Quality=2.5", "Volume=-6.5"});
    CHECK(rounded.exit == 0);
    CHECK(rounded.errors == "decant: 'Quality' is 3 now, the nearest to 2.5 that it takes\n");
    CHECK(value("Quality") == 3);

    const auto offered = service.decant({"complete", "set", "organ", "Vol"}).output;
    CHECK(offered.starts_with("Volume="));

    const auto error_of = [&](const tests::Arguments& arguments) {
        const auto result = service.decant(arguments);
        CHECK(result.exit == 1);
        return result.errors;
    };
    CHECK_THAT(error_of({"set", "organ", "Volum=1"}), ContainsSubstring("did you mean 'Volume'?"));
    CHECK_THAT(error_of({"set", "organ", "Volume=25"}),
               ContainsSubstring("'Volume' must be a number from -144 to 24, not '25'"));
    CHECK_THAT(error_of({"set", "organ", "Volume=loud"}), ContainsSubstring("not 'loud'"));
    CHECK_THAT(error_of({"preset", "list", "organ"}), ContainsSubstring("only plugins have presets"));
    CHECK_THAT(error_of({"set", "nobody", "Volume=1"}), ContainsSubstring("there is no node 'nobody'"));
    CHECK(value("Volume") == -6.5);
    CHECK(service.decant({"set", "organ", "Volume"}).exit == 2);

    CHECK(service.decant({"disable", "organ"}).exit == 0);
    CHECK_THAT(error_of({"params", "organ"}), ContainsSubstring("it is disabled; 'decant enable'"));
}

TEST_CASE("what others write beside the service's own is no node")
{
    Service service;
    service.configure(organ);
    service.start();
    REQUIRE(service.wait_for_state("organ", "running"));
    service.session().set_metadata("decant", "decant.ghost", R"({"type":"plugin"})", "Spa:String:JSON");
    service.session().set_metadata("decant", "decant.spirit", R"({"state":"hovering"})", "Spa:String:JSON");
    CHECK(service.listed("ghost").is_null());
    CHECK(service.listed("spirit").is_null());
    CHECK_FALSE(service.listed("organ").is_null());
}

TEST_CASE("watch tells of nodes, parameters, problems and the service's end, one object a line")
{
    Service service;
    service.configure(organ);
    service.start();
    REQUIRE(service.wait_for_state("organ", "running"));
    Watcher watcher(service);
    REQUIRE(watcher.tells({{"event", "node-added"}, {"node", "organ"}, {"state", "running"}}));
    CHECK(watcher.tells({{"event", "service-here"}}));

    REQUIRE(service.decant({"set", "organ", "Volume=-3"}).exit == 0);
    CHECK(
        watcher.tells({{"event", "parameter"}, {"node", "organ"}, {"parameter", "Volume"}, {"value", -3.0}}));

    service.configure(
        "decant.nodes = [ { name = choir path = ~/Organ.wav } { name = lost path = ~/Lost.wav } ]");
    CHECK(watcher.tells({{"event", "node-removed"}, {"node", "organ"}}));
    CHECK(watcher.tells({{"event", "node-added"}, {"node", "choir"}}));
    CHECK(watcher.tells({{"event", "node-added"}, {"node", "lost"}, {"state", "failed"}}));
    CHECK(watcher.tells({{"event", "problem"}}));

    service.process().stop();
    CHECK(watcher.tells({{"event", "service-gone"}}));
    service.start();
    CHECK(wait_until([&] {
        int here = 0;
        for (const auto& event : watcher.events())
            here += event.at("event") == "service-here" ? 1 : 0;
        return here == 2;
    }));
    service.session().kill_pipewire();
    CHECK(watcher.process().wait(tests::patience) == 3);
}

TEST_CASE("top shows the rack on a terminal, obeys its keys and gives the terminal back")
{
    Service service;
    service.configure(organ);
    service.start();
    REQUIRE(service.wait_for_state("organ", "running"));
    const auto serial = service.serial("organ");

    Terminal terminal(service);
    REQUIRE(terminal.shows("\x1b[?1049h"));
    CHECK(terminal.shows("decant: 1 node, 0 failed"));
    CHECK(terminal.shows("organ  running"));
    terminal.type("r");
    CHECK(terminal.shows("select a node first"));
    CHECK(terminal.shows("o editor  b bypass"));
    terminal.type("\x1b[B");
    CHECK(terminal.shows("\x1b[7morgan"));
    terminal.type("o");
    CHECK(terminal.shows("only plugins have editors"));
    terminal.type("b");
    CHECK(terminal.shows("only plugins can be bypassed"));
    terminal.type("r");
    CHECK(terminal.shows("done"));
    CHECK(wait_until([&] {
        const auto now = service.serial("organ");
        return !now.is_null() && now != serial;
    }));
    terminal.type("q");
    CHECK(terminal.shows("\x1b[?1049l"));
    CHECK(terminal.wait() == 0);
}

TEST_CASE("top prints the rack once for scripts, and says so where there is no terminal")
{
    Service service;
    service.configure(organ);
    service.start();
    REQUIRE(service.wait_for_state("organ", "running"));
    const auto json = nlohmann::json::parse(service.decant({"top", "--json"}).output);
    REQUIRE(json.size() == 1);
    CHECK(json.at(0).at("name") == "organ");
    CHECK(json.at(0).at("memory") > 0);
    CHECK_THAT(service.decant({"top", "--once"}).output, ContainsSubstring("organ  running"));
    const auto none = service.decant({"top"});
    CHECK(none.exit == 1);
    CHECK_THAT(none.errors, ContainsSubstring("--once or --json"));
}

TEST_CASE("panic ends every note that sounds")
{
    Service service;
    std::ofstream(service.session().home() / "Drone.sfz")
        << "<region> sample=Organ.wav loop_mode=loop_continuous ampeg_release=600\n";
    service.configure("decant.nodes = [ { name = drone path = ~/Drone.sfz } ]");
    service.start();
    REQUIRE(service.wait_for_state("drone", "running"));
    tests::GraphClient client(service.session());
    tests::MidiSource keys;
    keys.events = {{0, 0, {0x90, 60, 100}}};
    const tests::TestNode player(client, "keys", {.inputs = {}, .outputs = {}, .midi_out = true}, keys);
    const auto port = [&](const std::string& node, tests::Direction direction) {
        std::vector<tests::Port> ports;
        REQUIRE(wait_until([&] {
            ports = service.session().graph().ports_of(node, direction);
            return !ports.empty();
        }));
        return ports.front().path();
    };
    service.session().link(port("keys", tests::Direction::output),
                           port("decant.drone", tests::Direction::input));
    service.session().link(port("decant.drone", tests::Direction::output), "test-sink:playback_FL");
    const auto voices = [&] {
        return service.listed("drone").value("voices", 0);
    };
    // Nobody lets go of the key. Again, as a link loses what is sent before its ends are ready.
    REQUIRE(wait_until([&] {
        keys.send = true;
        return wait_until([&] { return voices() > 0; }, std::chrono::seconds(2));
    }));

    CHECK(service.decant({"panic", "drone"}).exit == 0);
    CHECK(wait_until([&] { return voices() == 0; }));
    CHECK(service.decant({"panic"}).exit == 0);
}

TEST_CASE("a client that may only look sees everything and changes nothing")
{
    Service service;
    service.session().start_wireplumber(); // which gives permissions
    service.configure(organ);
    service.start();
    REQUIRE(service.wait_for_state("organ", "running"));
    const auto folder = service.session().config_home() / "pipewire";

    std::filesystem::create_directories(folder / "client.conf.d");
    std::ofstream(folder / "client.conf.d/restricted.conf")
        << "context.properties = { pipewire.client.access = restricted }";
    CHECK_THAT(service.decant({"list"}).output, ContainsSubstring("organ"));
    CHECK_THAT(service.decant({"params", "organ"}).output, ContainsSubstring("Volume"));
    for (const tests::Arguments& arguments : std::vector<tests::Arguments>{
             {"set", "organ", "Volume=-6"}, {"panic"}, {"restart", "organ"}, {"reload"}}) {
        const auto result = service.decant(arguments);
        INFO(arguments.front() << ": " << result.errors);
        CHECK(result.exit == 1);
        CHECK_THAT(result.errors, ContainsSubstring("does not let this client change anything"));
    }
    std::filesystem::remove(folder / "client.conf.d/restricted.conf");
    CHECK_THAT(service.decant({"params", "organ"}).output, ContainsSubstring("0  -144"));
}

} // namespace decant::service
