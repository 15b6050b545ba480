// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/filter-node.hpp"

#include "tests/support/graph-client.hpp"
#include "tests/support/noise.hpp"
#include "tests/support/private-session.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <vector>

namespace decant::nodes
{
namespace
{

using Client = tests::GraphClient;
using Node = tests::TestNode;
using tests::NoiseListener;
using tests::NoiseSource;
using tests::PrivateSession;
using tests::wait_until;

PortLayout mono_in()
{
    return {.inputs = {{"input", "MONO", ""}}, .outputs = {}};
}

PortLayout mono_out()
{
    return {.inputs = {}, .outputs = {{"output", "MONO", ""}}};
}

class Copy : public Processor
{
public:
    void process(const Cycle& cycle) noexcept override
    {
        for (std::size_t i = 0; i < cycle.outputs.size(); ++i)
            std::copy_n(cycle.inputs[i], cycle.frames, cycle.outputs[i]);
    }
};

} // namespace

TEST_CASE("noise passes a node bit by bit at every quantum and rate")
{
    const PrivateSession session({.session_manager = false});
    Client client(session);
    NoiseSource noise_source;
    Copy copy;
    NoiseListener listener;
    Node source(client, "source", mono_out(), noise_source);
    PortLayout through{.inputs = mono_in().inputs, .outputs = mono_out().outputs};
    Node filter(client, "filter", through, copy);
    Node recorder(client, "recorder", mono_in(), listener);
    session.link("source:output", "filter:input");
    session.link("filter:output", "recorder:input");

    for (const std::uint32_t rate : {44100u, 48000u, 96000u}) {
        session.set_rate(rate);
        for (const std::uint32_t quantum : {32u, 64u, 256u, 1024u}) {
            INFO(quantum << " frames at " << rate << " Hz");
            const auto missed_before = source->counters().missed + filter->counters().missed;
            session.set_quantum(quantum);
            listener.listen(quantum, rate);
            const bool enough = wait_until([&] { return listener.exact >= 50; });
            const auto missed = source->counters().missed + filter->counters().missed - missed_before;
            CHECK(enough);
            CHECK(listener.damaged == 0);
            // A busy machine may run a cycle late; but then somebody missed it. The first block is one jump.
            CHECK(listener.jumps <= 1 + 2 * missed);
        }
    }
}

TEST_CASE("the ports of a node are in step with each other, however often they are linked anew")
{
    const PrivateSession session({.session_manager = false});
    Client client(session);
    NoiseSource noise;
    NoiseListener listener;
    // As fast as it goes: thousands of cycles fall into the time that a link takes to be made.
    const auto freewheels = [](auto& setup) {
        setup.properties["node.group"] = "pipewire.freewheel";
    };
    const PortLayout stereo_out{.inputs = {}, .outputs = {{"FL", "FL", ""}, {"FR", "FR", ""}}};
    const PortLayout stereo_in{.inputs = {{"FL", "FL", ""}, {"FR", "FR", ""}}, .outputs = {}};
    Node source(client, "source", stereo_out, noise, nullptr, freewheels);
    Node sink(client, "sink", stereo_in, listener, nullptr, freewheels);
    for (int round = 0; round < 40; ++round) {
        INFO("round " << round);
        session.link("source:FL", "sink:FL");
        session.link("source:FR", "sink:FR");
        REQUIRE(wait_until([&] { return sink->counters().frames > 0; }));
        listener.listen(sink->counters().frames, 48000);
        CHECK(wait_until([&] { return listener.exact >= 20; }, std::chrono::seconds(5)));
        session.unlink("source:FL", "sink:FL");
        session.unlink("source:FR", "sink:FR");
    }
}

namespace
{

/// Remembers what an unlinked node is given.
class Prober : public Processor
{
public:
    std::atomic<bool> silent = false;
    std::atomic<bool> in_time = false;
    std::atomic<bool> apart = false;

    void process(const Cycle& cycle) noexcept override
    {
        silent = std::all_of(cycle.inputs.begin(), cycle.inputs.end(), [&](const float* input) {
            return std::all_of(input, input + cycle.frames, [](float sample) { return sample == 0; });
        });
        for (auto* output : cycle.outputs)
            std::fill_n(output, cycle.frames, 1.0F);
        apart = cycle.outputs[0] != cycle.outputs[1];
        in_time = cycle.deadline_nsec > cycle.start_nsec &&
                  cycle.deadline_nsec - cycle.start_nsec < 1'000'000'000ull * cycle.frames / cycle.rate;
    }
};

} // namespace

TEST_CASE("a node without links hears silence and may write what it likes")
{
    const PrivateSession session({.session_manager = false});
    Client client(session);
    Prober prober;
    const PortLayout stereo{.inputs = {{"in_l", "FL", ""}, {"in_r", "FR", ""}},
                            .outputs = {{"out_l", "FL", ""}, {"out_r", "FR", ""}}};
    Node node(client, "lonely", stereo, prober, nullptr,
              [](auto& setup) { setup.properties["node.always-process"] = "true"; });

    REQUIRE(wait_until([&] { return node->counters().cycles > 10; }));
    CHECK(prober.silent);
    CHECK(prober.apart);
    CHECK(prober.in_time);
    CHECK(node->counters().busy_nsec > 0);
    CHECK(node->counters().period_nsec > node->counters().busy_nsec);
}

namespace
{

class Knobs : public Parameters
{
    std::array<ParameterInfo, 2> infos_{ParameterInfo{"Gain", 0, 2, 1, false},
                                        ParameterInfo{"Bypass", 0, 1, 0, true}};
    std::array<std::atomic<double>, 2> values_{1.0, 0.0};

public:
    std::span<const ParameterInfo> infos() const override { return infos_; }
    double value(std::size_t index) const override { return values_.at(index); }
    void set(std::size_t index, double value) override { values_.at(index) = value; }
};

nlohmann::json params_of(const PrivateSession& session, const std::string& name, const char* id)
{
    const auto node = session.graph().find_node(name);
    return node ? node->at("info").at("params").value(id, nlohmann::json::array()) : nlohmann::json::array();
}

} // namespace

TEST_CASE("parameters are shown, set by pw-cli and shown again")
{
    const PrivateSession session({.session_manager = false});
    Client client(session);
    Copy copy;
    Knobs knobs;
    Node node(client, "effect", {.inputs = mono_in().inputs, .outputs = mono_out().outputs}, copy, &knobs);
    REQUIRE(wait_until([&] { return params_of(session, "effect", "PropInfo").size() == 2; }));
    CHECK(params_of(session, "effect", "PropInfo")[0].at("name") == "Gain");
    const auto shown = [&] {
        return params_of(session, "effect", "Props").at(0).at("params");
    };
    CHECK(shown() == nlohmann::json::array({"Gain", 1.0, "Bypass", false}));

    const auto id = std::to_string(client.locked([&] { return node->id(); }));
    CHECK(session.run({"pw-cli", "s", id, "Props", R"({ params = [ "Gain" 0.5 "Bypass" true ] })"}).exit ==
          0);

    CHECK(wait_until([&] { return knobs.value(0) == 0.5 && knobs.value(1) == 1; }));
    CHECK(wait_until([&] { return shown() == nlohmann::json::array({"Gain", 0.5, "Bypass", true}); }));

    knobs.set(0, 1.5);
    client.locked([&] { node->publish_parameters(); });
    CHECK(wait_until([&] { return shown() == nlohmann::json::array({"Gain", 1.5, "Bypass", true}); }));
}

TEST_CASE("a node's latency is seen on the ports behind it, also when it changes")
{
    const PrivateSession session({.session_manager = false});
    Client client(session);
    Copy copy;
    const PortLayout mono{.inputs = mono_in().inputs, .outputs = mono_out().outputs};
    Node first(client, "first", mono, copy, nullptr, [](auto& setup) { setup.latency = 100; });
    Node second(client, "second", mono, copy);
    session.link("first:output", "second:input");
    // What has been delayed on the way to a port, in frames.
    const auto delay_at = [&](const std::string& path) -> std::uint32_t {
        const auto snapshot = session.graph();
        for (const auto& object : snapshot.dump())
            if (object.value("type", "").ends_with(":Port") &&
                object["info"]["props"].value("port.alias", "") == path)
                for (const auto& latency : object["info"]["params"]["Latency"])
                    if (latency.at("direction") == "Output")
                        return latency.at("minRate");
        return 0;
    };

    CHECK(wait_until([&] { return delay_at("second:output") == 100; }));

    client.locked([&] { second->set_latency(28); });
    CHECK(wait_until([&] { return delay_at("second:output") == 128; }));
    CHECK(delay_at("first:output") == 100);
}

TEST_CASE("nodes come and go while the others play")
{
    const PrivateSession session({.session_manager = false});
    Client client(session);
    NoiseSource noise_source;
    NoiseListener listener;
    Copy copy;
    Node source(client, "source", mono_out(), noise_source);
    Node recorder(client, "recorder", mono_in(), listener);
    session.link("source:output", "recorder:input");
    listener.listen(256, 48000);
    REQUIRE(wait_until([&] { return listener.exact > 10; }));

    for (int i = 0; i < 10; ++i) {
        Node passing(client, "passing", {.inputs = mono_in().inputs, .outputs = mono_out().outputs}, copy);
        session.link("source:output", "passing:input");
        REQUIRE(wait_until([&] { return passing->counters().cycles > 3; }));
    }

    CHECK(listener.damaged == 0);
    const auto exact = listener.exact.load();
    CHECK(wait_until([&] { return listener.exact > exact + 10; }));
}

TEST_CASE("a node survives the death of the daemon and can be destroyed after it")
{
    PrivateSession session({.session_manager = false});
    Client client(session);
    Copy copy;
    Node node(client, "orphan", {.inputs = mono_in().inputs, .outputs = mono_out().outputs}, copy);
    REQUIRE(wait_until([&] { return client.locked([&] { return node->id(); }) != PW_ID_ANY; }));

    session.kill_pipewire();

    CHECK(wait_until([&] { return client.locked([&] { return !node->error().empty(); }); }));
}

} // namespace decant::nodes
