// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Whatever a plugin does, the music of the others goes on.

#include "tests/end-to-end/rack.hpp"
#include "tests/plugins/wild/acts.hpp"
#include "tests/support/graph-client.hpp"
#include "tests/support/noise.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <filesystem>
#include <fmt/format.h>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace decant::tests
{
namespace
{

using Catch::Matchers::ContainsSubstring;

const nodes::PortLayout stereo_in{.inputs = {{"FL", "FL", ""}, {"FR", "FR", ""}}, .outputs = {}};
const nodes::PortLayout stereo_out{.inputs = {}, .outputs = {{"FL", "FL", ""}, {"FR", "FR", ""}}};

constexpr std::uint32_t quantum = 1024;
constexpr std::uint32_t rate = 48000;
constexpr float wild_gain = 0.5F;
constexpr float witness_gain = 0.25F;

std::string node(const std::string& name, const std::string& file, const std::string& more = {})
{
    return fmt::format("{{ name = {} type = plugin path = \"{}\" {} }}\n", name, test_plugin(file).string(),
                       more);
}

/// Noise -> some wild plugins and a well-behaved one, the witness -> a listener each.
struct Scene {
    PrivateSession session{{.session_manager = false, .quantum = quantum, .rate = rate}};
    Rack rack{session,
              "decant.nodes = [ " + node("witness", "decant-test-gain.dll", "params = { Gain = 0.125 }") +
                  node("wild", "decant-test-wild.dll") + node("wilder", "decant-test-wild.dll") +
                  node("box", "decant-test-wild-box.dll") + node("wide", "decant-test-wild-wide.dll") + "]"};
    GraphClient client{session};
    NoiseSource noise_source;
    std::map<std::string, NoiseListener> heard;
    TestNode source{client, "source", stereo_out, noise_source};
    std::map<std::string, std::unique_ptr<TestNode>> tapes;

    /// Of the witness, when the watch over it began.
    std::uint64_t late = 0;
    std::uint64_t missed = 0;

    Scene()
    {
        for (const auto* name : {"witness", "wild", "wilder", "box", "wide"}) {
            INFO(name);
            REQUIRE(rack.wait_for(name, "running"));
        }
        for (const auto* name : {"witness", "wild", "wilder", "wide"}) {
            auto& listener = heard[name];
            listener.gain = name == std::string("witness") ? witness_gain : wild_gain;
            tapes[name] = std::make_unique<TestNode>(client, fmt::format("of-{}", name), stereo_in, listener);
            const auto inputs = rack.ports(name, Direction::input);
            const auto outputs = rack.ports(name, Direction::output);
            REQUIRE(inputs.size() == 2);
            REQUIRE(outputs.size() >= 2);
            for (const std::size_t i : {0u, 1u}) {
                const std::string channel = i == 0 ? ":FL" : ":FR";
                session.link("source" + channel, inputs[i]);
                session.link(outputs[i], fmt::format("of-{}{}", name, channel));
            }
        }
        rack.set_parameter("wild", "Level", wild_gain);
        rack.set_parameter("wilder", "Level", wild_gain);
        rack.set_parameter("wide", "Level", wild_gain);
    }

    [[nodiscard]] nlohmann::json status(const std::string& name, const char* key) const
    {
        const auto all = rack.nodes();
        const auto found = all.find(name);
        return found == all.end() ? nlohmann::json() : found->second.value(key, nlohmann::json());
    }
    [[nodiscard]] std::uint64_t restarts(const std::string& name) const
    {
        const auto count = status(name, "restarts");
        return count.is_number() ? count.get<std::uint64_t>() : 0;
    }

    /// Cycles that the graph began before a node between source and tape had come to run: the machine's.
    [[nodiscard]] std::uint64_t missed_cycles()
    {
        const auto xruns = status("witness", "xruns");
        return source->counters().missed + (*tapes["witness"])->counters().missed +
               (xruns.is_number() ? xruns.get<std::uint64_t>() : 0);
    }
    [[nodiscard]] std::uint64_t late_of_witness() const
    {
        const auto count = status("witness", "late");
        return count.is_number() ? count.get<std::uint64_t>() : 0;
    }

    [[nodiscard]] bool plays(const std::string& name)
    {
        heard[name].listen(quantum, rate);
        return wait_until([&] { return heard[name].exact >= 10; });
    }

    void watch_witness()
    {
        late = late_of_witness();
        missed = missed_cycles();
        heard["witness"].listen(quantum, rate);
    }

    /// What the witness must be: there in every cycle, next to next, and exact. A block that its own host
    /// answered late for want of a CPU damages itself and the crossfades beside it, and is counted.
    void check_witness()
    {
        auto& witness = heard["witness"];
        CHECK(witness.silent == 0);
        const std::uint64_t damaged = witness.damaged;
        const std::uint64_t jumps = witness.jumps;
        CHECK(witness.exact > 0);
        // The status is a second old at most.
        CHECK(wait_until([&] { return 3 * (late_of_witness() - late) >= damaged; }));
        CHECK(wait_until([&] { return missed_cycles() - missed + 3 * (late_of_witness() - late) >= jumps; }));
    }
};

/// Frames, as the outputs of a node tell it to whom they play.
std::optional<int> latency_of(const PrivateSession& session, const std::string& node)
{
    const auto graph = session.graph();
    const auto outputs = graph.ports_of(node, Direction::output);
    for (const auto& object : graph.dump())
        if (!outputs.empty() && object.at("id") == outputs[0].id)
            for (const auto& latency : object["info"]["params"]["Latency"])
                if (latency.at("direction") == "Output")
                    return latency.at("minRate").get<int>();
    return std::nullopt;
}

void act(const Scene& scene, const std::string& name, WildAct what)
{
    scene.rack.set_parameter(name, "Act", static_cast<double>(what) / wild_steps);
}

struct Case {
    const char* what;
    WildAct act;
    const char* reason; ///< that `decant list` gives while the host is replaced
};

/// The plugin dies of it, and comes back with its parameters.
void check_death(Scene& scene, const std::string& name, const Case& death)
{
    INFO(death.what << " in " << name);
    REQUIRE(scene.plays(name));
    const auto restarts = scene.restarts(name);
    const auto host = scene.rack.host_of(name);
    REQUIRE(host);
    const auto said = scene.rack.service().errors().size();
    scene.watch_witness();

    act(scene, name, death.act);

    REQUIRE(wait_until([&] { return scene.restarts(name) > restarts; }, std::chrono::seconds(20)));
    REQUIRE(scene.rack.wait_for(name, "running"));
    CHECK(scene.rack.host_of(name) != host);
    CHECK(scene.plays(name)); // at the level that was set in the graph
    CHECK(scene.rack.parameter(name, "Act") == 0);
    scene.check_witness();
    CHECK_THAT(scene.rack.service().errors().substr(said), ContainsSubstring(death.reason));
}

/// The plugin survives it, and so does its sound.
void check_survival(Scene& scene, const std::string& name, WildAct what, const char* text,
                    const std::function<bool()>& meanwhile)
{
    INFO(text << " in " << name);
    REQUIRE(scene.plays(name));
    const auto restarts = scene.restarts(name);
    const auto host = scene.rack.host_of(name);
    const auto done = scene.rack.parameter(name, "Done");
    REQUIRE(done >= 0);
    scene.watch_witness();
    scene.heard[name].listen(quantum, rate);

    act(scene, name, what);

    CHECK(wait_until(meanwhile));
    CHECK(wait_until([&] { return scene.rack.parameter(name, "Done") != done; }));
    CHECK(scene.plays(name));
    CHECK(scene.restarts(name) == restarts);
    CHECK(scene.rack.host_of(name) == host);
    scene.check_witness();
}

/// Behind the last of 64 outputs ends what a host shares with the service: what lies there is chance.
void check_overrun_of_all(Scene& scene)
{
    REQUIRE(scene.plays("wide"));
    const auto restarts = scene.restarts("wide");
    const auto done = scene.rack.parameter("wide", "Done");
    REQUIRE(done >= 0);
    scene.watch_witness();
    act(scene, "wide", WildAct::overrun);
    CHECK(wait_until(
        [&] { return scene.restarts("wide") > restarts || scene.rack.parameter("wide", "Done") == 1 - done; },
        std::chrono::seconds(20)));
    REQUIRE(scene.rack.wait_for("wide", "running"));
    CHECK(scene.plays("wide"));
    scene.check_witness();
}

} // namespace

TEST_CASE("nothing that a plugin does stops the others, and it comes back as it was")
{
    Scene scene;
    auto& rack = scene.rack;
    auto& heard = scene.heard;
    const auto xruns_before = scene.session.driver_xruns();
    const auto always = [] {
        return true;
    };

    // A dialog at load cannot be answered where there is no screen; the plugin plays all the same.
    CHECK(rack.nodes()["box"]["state"] == "running");
    CHECK(rack.ports("wide", Direction::output).size() == 64);

    check_survival(scene, "wild", WildAct::not_a_number, "no numbers",
                   [&] { return heard["wild"].silent > 0; });
    check_survival(scene, "wild", WildAct::denormals, "denormals", [&] { return heard["wild"].damaged > 0; });
    check_survival(scene, "wild", WildAct::parameter_storm, "a storm of parameters",
                   [&] { return rack.parameter("wild", "Whirl") > 0; });
    check_survival(scene, "wild", WildAct::event_storm, "a million events", always);
    check_survival(scene, "wild", WildAct::overrun, "writing beyond its output", always);
    check_survival(scene, "wild", WildAct::latency, "another latency",
                   [&] { return latency_of(scene.session, "decant.wild") == 480; });

    const Case deaths[] = {
        {"an access violation", WildAct::access_violation, "access violation"},
        {"a stack overflow", WildAct::stack_overflow, "stack overflow"},
        {"an exception", WildAct::exception, "exception"},
        {"an exit", WildAct::exit, "ended with status 0"},
        {"a sleep of five seconds", WildAct::sleep, "hangs in a block"},
        {"an endless loop", WildAct::endless_loop, "hangs in a block"},
    };
    bool first = true;
    for (const auto& death : deaths) {
        check_death(scene, first ? "wild" : "wilder", death);
        first = !first;
    }

    check_overrun_of_all(scene);

    // Ten megabytes of state survive a crash.
    {
        check_survival(scene, "wild", WildAct::heavy, "a heavy state", always);
        const auto saved = rack.decant({"save", "wild"});
        INFO(saved.errors);
        REQUIRE(saved.exit == 0);
        const auto state = scene.session.state_home() / "decant/wild.state";
        CHECK(std::filesystem::file_size(state) > 10 * 1024 * 1024);
        const auto restarts = scene.restarts("wild");
        REQUIRE(::kill(rack.host_of("wild").value(), SIGKILL) == 0);
        CHECK(wait_until([&] { return scene.restarts("wild") > restarts; }, std::chrono::seconds(30)));
        REQUIRE(rack.wait_for("wild", "running"));
        CHECK(scene.plays("wild"));
        REQUIRE(rack.decant({"save", "wild"}).exit == 0);
        CHECK(std::filesystem::file_size(state) > 10 * 1024 * 1024);

        // A plugin that does not answer when it is asked for its state plays on all the while.
        act(scene, "wild", WildAct::save_hang);
        CHECK(wait_until([&] { return rack.parameter("wild", "Act") == 0; }));
        CHECK(wait_until([&] { return rack.decant({"save", "wild"}).exit == 1; }));
        CHECK(scene.plays("wild"));
    }

    // With the end above, as often as a plugin may.
    for (const int signal : {SIGKILL, SIGSTOP, SIGKILL, SIGSTOP}) {
        INFO("signal " << signal);
        REQUIRE(scene.plays("wide"));
        const auto restarts = scene.restarts("wide");
        scene.watch_witness();
        REQUIRE(::kill(rack.host_of("wide").value(), signal) == 0);
        CHECK(wait_until([&] { return scene.restarts("wide") > restarts; }));
        REQUIRE(rack.wait_for("wide", "running"));
        CHECK(scene.plays("wide"));
        scene.check_witness();
    }

    // One that dies too often is left in peace until somebody says so.
    const auto message = [&] {
        return scene.status("wilder", "message").get<std::string>();
    };
    for (int i = 0; i < 8 && scene.status("wilder", "state") != "failed"; ++i) {
        const auto host = rack.host_of("wilder");
        if (host)
            ::kill(*host, SIGKILL);
        CHECK(wait_until(
            [&] {
                const auto now = rack.host_of("wilder");
                return scene.status("wilder", "state") == "failed" || (now && now != host);
            },
            std::chrono::seconds(30)));
    }
    CHECK(scene.status("wilder", "state") == "failed");
    CHECK_THAT(message(), ContainsSubstring("decant enable"));
    CHECK(rack.decant({"enable", "wilder"}).exit == 0);
    CHECK(rack.wait_for("wilder", "running"));
    CHECK(scene.plays("wilder"));
    CHECK(rack.decant({"enable", "nobody"}).exit == 1);

    scene.watch_witness();
    CHECK(scene.plays("witness"));
    // One block for each time that a plugin was waited for.
    const auto xruns = scene.session.driver_xruns() - xruns_before;
    WARN("the driver counted " << xruns << " xruns");
    CHECK(xruns <= 20);
}

} // namespace decant::tests
