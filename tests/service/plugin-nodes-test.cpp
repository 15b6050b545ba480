// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/bridge/host-thread.hpp"
#include "service/preset-exchange.hpp"
#include "service/realtime/wineservers.hpp"
#include "tests/service/running-service.hpp"

#include "tests/support/graph-client.hpp"
#include "tests/support/noise.hpp"
#include "tests/support/players.hpp"
#include "tests/support/process-table.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

namespace decant::service
{
namespace
{

using Catch::Matchers::ContainsSubstring;
using tests::GraphClient;
using tests::NoiseListener;
using tests::NoiseSource;
using tests::TestNode;
using tests::wait_until;

const nodes::PortLayout mono_in{.inputs = {{"input", "MONO", ""}}, .outputs = {}};
const nodes::PortLayout mono_out{.inputs = {}, .outputs = {{"output", "MONO", ""}}};

/// What says where a test plugin lies, "gain" or "sine".
std::string path_of(const std::string& plugin)
{
    return fmt::format("path = \"{}/decant-test-{}.dll\"", std::getenv("DECANT_TEST_PLUGINS"), plugin);
}

/// The configuration of a node, with `plugin` as its name.
std::string node_of(const std::string& plugin, const std::string& what, const std::string& more)
{
    return fmt::format("decant.nodes = [ {{ name = {} {} prefix = \"{}\" {} }} ]", plugin, what,
                       std::getenv("DECANT_TEST_PREFIX"), more);
}

/// The configuration of a test plugin.
std::string node(const std::string& plugin, const std::string& more = {})
{
    return node_of(plugin, path_of(plugin), more);
}

/// The hosts of the node "gain", which are called as it is.
std::vector<pid_t> hosts_of(RunningService& service)
{
    auto hosts = tests::children_of(service.process().id());
    std::erase_if(hosts, [](pid_t id) { return tests::name_of(id) != "gain"; });
    return hosts;
}

/// The gain plugin, whose parameter goes from 0 to 1 as VST2 has it and means 0 to 2, with noise going in and
/// a listener behind it.
class GainRack : public RunningService
{
public:
    GraphClient client{session()};
    NoiseSource noise;
    NoiseListener listener;
    std::unique_ptr<TestNode> source;
    std::unique_ptr<TestNode> recorder;

    explicit GainRack(const std::string& more = {}, const std::string& what = path_of("gain"))
    {
        configure(node_of("gain", what, more));
        start();
        REQUIRE(wait_for_state("gain", "running"));
        source = std::make_unique<TestNode>(client, "source", mono_out, noise);
        recorder = std::make_unique<TestNode>(client, "recorder", mono_in, listener);
        session().link("source:output", "decant.gain:" + port(tests::Direction::input));
        session().link("decant.gain:" + port(tests::Direction::output), "recorder:input");
    }

    std::string port(tests::Direction direction)
    {
        return session().graph().ports_of("decant.gain", direction).at(0).name;
    }

    std::uint64_t late() const { return listed("gain").at("late"); }
};

/// The thread of a host that runs the plugin; 0 if there is none.
pid_t audio_thread_of(pid_t host)
{
    for (const auto& thread : std::filesystem::directory_iterator(fmt::format("/proc/{}/task", host))) {
        std::string name;
        if (std::getline(std::ifstream(thread.path() / "comm"), name) && name == "decant-audio")
            return std::stoi(thread.path().filename().string());
    }
    return 0;
}

int priority_of(pid_t thread)
{
    const auto scheduling = bridge::scheduling_of(thread);
    return scheduling ? scheduling->priority : 0;
}

} // namespace

TEST_CASE("a plugin's thread is real-time by the limits, has that again when it was taken away, and "
          "wineserver comes below")
{
    GainRack rack;
    if (!wait_until([&] { return rack.listed("gain").value("rt", "") == "limits"; },
                    std::chrono::seconds(10)))
        SKIP("no real-time priorities here: the limit \"rtprio\" is too low (see decant doctor)");
    const auto hosts = hosts_of(rack);
    REQUIRE(hosts.size() == 1);
    const pid_t thread = audio_thread_of(hosts[0]);
    int before = 0;
    REQUIRE(wait_until([&] { return (before = priority_of(thread)) > 0; }));
    const auto server = wineserver_of(std::getenv("DECANT_TEST_PREFIX"));
    REQUIRE(server);
    CHECK(wait_until([&] { return priority_of(*server) == wineserver_priority(before); }));

    bridge::demote(thread);
    CHECK(wait_until([&] { return priority_of(thread) == before; }));
    CHECK(rack.listed("gain").value("rt", "") == "limits");
    CHECK_THAT(rack.process().errors(),
               ContainsSubstring("had lost its real-time priority, and has it again"));
}

TEST_CASE("noise passes a Windows effect bit by bit at every quantum and rate")
{
    GainRack rack("params = { Gain = 0.25 }");
    rack.listener.gain = 0.5F;

    for (const std::uint32_t rate : {44100u, 48000u, 96000u}) {
        rack.session().set_rate(rate);
        for (const std::uint32_t quantum : {32u, 64u, 256u, 1024u}) {
            INFO(quantum << " frames at " << rate << " Hz");
            rack.session().set_quantum(quantum);
            // The plugin is activated anew for a rate; until then the noise goes past it.
            rack.listener.listen(quantum, rate);
            REQUIRE(wait_until([&] { return rack.listener.exact >= 20; }));

            const auto late_before = rack.late();
            rack.listener.listen(quantum, rate);
            CHECK(wait_until([&] { return rack.listener.exact >= 50; }));
            // A block that is late is the input, faded in and out. On a busy machine that happens.
            const auto damaged = rack.listener.damaged.load();
            CHECK((damaged == 0 || wait_until([&] { return rack.late() > late_before; })));
        }
    }
}

TEST_CASE("noise passes a chain of two Windows effects bit by bit")
{
    const std::string path = path_of("gain");
    GainRack rack({}, "chain = [ { " + path + " params = { Gain = 0.25 } } { " + path +
                          " params = { Gain = 0.125 } } ]");
    rack.listener.gain = 0.5F * 0.25F;
    CHECK(hosts_of(rack).size() == 1);
    for (const std::uint32_t quantum : {64u, 1024u}) {
        INFO(quantum << " frames");
        rack.session().set_quantum(quantum);
        rack.listener.listen(quantum, 48000);
        CHECK(wait_until([&] { return rack.listener.exact >= 50; }));
    }
}

TEST_CASE("noise passes a Windows effect bit by bit that is awake when its blocks come")
{
    if (std::thread::hardware_concurrency() < 2)
        SKIP("needs two CPUs");
    GainRack rack("params = { Gain = 0.25 } wake = anticipate");
    rack.listener.gain = 0.5F;
    rack.session().set_quantum(256);
    CHECK(wait_until([&] { return rack.listed("gain").value("awake", 0.0) > 0; }));
    CHECK(rack.listed("gain").at("wake") == "anticipate");
    rack.listener.listen(256, 48000);
    CHECK(wait_until([&] { return rack.listener.exact >= 50; }));

    // A neighbour in each data loop: there is no CPU left that has nothing else to do.
    std::string both =
        fmt::format("{0} prefix = \"{1}\"", path_of("gain"), std::getenv("DECANT_TEST_PREFIX"));
    std::string nodes = "{ name = gain " + both + " params = { Gain = 0.25 } wake = anticipate }";
    for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i)
        nodes += fmt::format("{{ name = neighbour{} {} wake = sleep }}", i, both);
    rack.configure("decant.nodes = [ " + nodes + " ]");
    CHECK(wait_until([&] { return rack.listed("gain").value("wake", "") == "sleep"; }));
    rack.listener.listen(256, 48000);
    CHECK(wait_until([&] { return rack.listener.exact >= 50; }));
}

TEST_CASE("a killed host costs the node neither its place nor its links, and comes back with its parameters")
{
    GainRack rack("params = { Gain = 0.25 }");
    rack.listener.gain = 0.5F;
    rack.listener.listen(256, 48000);
    REQUIRE(wait_until([&] { return rack.listener.exact >= 20; }));
    const auto serial = rack.serial("gain");
    const auto links = rack.session().graph().links();
    const auto hosts = hosts_of(rack);
    REQUIRE(hosts.size() == 1);
    const auto cycles = [&] {
        return (*rack.recorder)->counters().cycles.load();
    };

    ::kill(hosts.front(), SIGKILL);

    const auto cycles_then = cycles();
    CHECK(wait_until([&] { return cycles() > cycles_then + 50; })); // the graph runs on
    CHECK(wait_until([&] { return rack.listed("gain").at("restarts") == 1; }));
    CHECK(rack.wait_for_state("gain", "running"));
    rack.listener.listen(256, 48000);
    CHECK(wait_until([&] { return rack.listener.exact >= 20; }));
    CHECK(rack.serial("gain") == serial);
    CHECK(rack.session().graph().links() == links);
    CHECK(hosts_of(rack) != hosts);
}

TEST_CASE("a parameter that is set in the graph is heard, shown, and back after a restart of the service")
{
    GainRack rack;
    CHECK(rack.parameters("gain") == nlohmann::json::array({"Gain", 0.5}));
    rack.listener.listen(256, 48000);
    REQUIRE(wait_until([&] { return rack.listener.exact >= 20; }));

    const auto id = rack.listed("gain").at("id").get<int>();
    CHECK(rack.session()
              .run({"pw-cli", "s", std::to_string(id), "Props", R"({ params = [ "Gain" 0.125 ] })"})
              .exit == 0);

    rack.listener.gain = 0.25F;
    rack.listener.listen(256, 48000);
    CHECK(wait_until([&] { return rack.listener.exact >= 20; }));
    CHECK(wait_until([&] { return rack.parameters("gain") == nlohmann::json::array({"Gain", 0.125}); }));

    rack.process().signal(SIGTERM);
    REQUIRE(rack.process().wait(tests::patience) == 0);
    CHECK(hosts_of(rack).empty());
    rack.start();
    REQUIRE(rack.wait_for_state("gain", "running"));
    CHECK(rack.parameters("gain") == nlohmann::json::array({"Gain", 0.125}));
    rack.session().link("source:output", "decant.gain:" + rack.port(tests::Direction::input));
    rack.session().link("decant.gain:" + rack.port(tests::Direction::output), "recorder:input");
    rack.listener.listen(256, 48000);
    CHECK(wait_until([&] { return rack.listener.exact >= 20; }));
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
    rack.listener.gain = 0.5F;
    rack.listener.listen(256, 48000);
    CHECK(wait_until([&] { return rack.listener.exact >= 20; }));

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

TEST_CASE("a plugin that cannot be a sink for want of inputs plays, with a warning")
{
    RunningService service;
    service.configure(node("sine", "as = sink"));
    service.start();
    REQUIRE(service.wait_for_state("sine", "running"));
    CHECK(wait_until([&] {
        return service.listed("sine").at("warnings").dump().find("take as = sink out") != std::string::npos;
    }));
    CHECK(service.listed("sine").at("state") == "running");
}

TEST_CASE("a plugin that is bypassed leaves its input, until it is heard again")
{
    GainRack rack("params = { Gain = 0.25 }");
    const auto hears = [&rack](float gain) {
        return wait_until([&] { // blocks that went out before the change are still to come
            rack.listener.gain = gain;
            rack.listener.listen(256, 48000);
            return wait_until([&] { return rack.listener.exact >= 20; }, std::chrono::seconds(2));
        });
    };
    rack.session().set_quantum(256);
    CHECK(hears(0.5F));
    CHECK(rack.decant({"bypass", "gain"}).exit == 0);
    CHECK(hears(1));
    CHECK(wait_until([&] { return rack.listed("gain").value("bypassed", false); }));
    CHECK_THAT(rack.decant({"top", "--once"}).output, ContainsSubstring("bypassed"));
    CHECK(rack.decant({"bypass", "gain", "off"}).exit == 0);
    CHECK(hears(0.5F));
    CHECK(rack.decant({"bypass", "gain", "never"}).exit == 2);
}

TEST_CASE("a change of a parameter in the configuration does not interrupt the plugin")
{
    GainRack rack("params = { Gain = 0.25 }");
    rack.listener.gain = 0.5F;
    rack.listener.listen(256, 48000);
    REQUIRE(wait_until([&] { return rack.listener.exact >= 20; }));
    const auto serial = rack.serial("gain");
    const auto hosts = hosts_of(rack);

    rack.configure(node("gain", "params = { gain = 1 } output.to = [ test-sink ]"));

    rack.listener.gain = 2;
    CHECK(wait_until([&] { return rack.property("gain", "decant.output.to") == R"(["test-sink"])"; }));
    rack.listener.listen(256, 48000);
    CHECK(wait_until([&] { return rack.listener.exact >= 20; }));
    CHECK(rack.serial("gain") == serial);
    CHECK(hosts_of(rack) == hosts);
}

TEST_CASE("a Windows synth plays the pitch of the key and ends with it")
{
    RunningService service;
    service.configure(node("sine"));
    service.start();
    REQUIRE(service.wait_for_state("sine", "running"));
    GraphClient client(service.session());
    tests::Keyboard keyboard;
    tests::Recorder recorder(48000);
    TestNode tape(client, "recorder", mono_in, recorder);
    TestNode keys(client, "keys", {.inputs = {}, .outputs = {}, .midi_in = false, .midi_out = true},
                  keyboard);
    service.session().link(
        "decant.sine:" +
            service.session().graph().ports_of("decant.sine", tests::Direction::output).at(0).name,
        "recorder:input");
    service.session().link("keys:midi_out", "decant.sine:midi_in");

    REQUIRE(tests::play_until_heard(keyboard, {0x90, 69, 100}, recorder));
    CHECK(tests::frequency_of(recorder.tape(), recorder.rate()) == Catch::Approx(440).margin(0.5));

    REQUIRE(keyboard.play({0x80, 69, 0}));
    CHECK(wait_until([&] { return tests::record(recorder) && tests::peak_of(recorder.tape()) == 0; }));
}

} // namespace decant::service
