// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Programs of plugins and presets that plugins read by themselves, chosen by people and by MIDI.

#include "service/pipewire-handles.hpp"
#include "tests/service/gain-rack.hpp"
#include "tests/support/midi-players.hpp"
#include "tests/support/scratch-directory.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstdlib>
#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace decant::service
{
namespace
{

using Catch::Matchers::ContainsSubstring;
using tests::wait_until;

std::string path_in_tests(const std::string& file)
{
    return fmt::format("path = \"{}/{}\"", std::getenv("DECANT_TEST_PLUGINS"), file);
}

/// Counts how often a node tells the graph its parameters.
class PropsCounter
{
    tests::GraphClient& client_;
    std::unique_ptr<pw_registry, ProxyDeleter> registry_;
    Node node_;
    Listener listener_;
    std::atomic<unsigned> count_ = 0;

public:
    PropsCounter(tests::GraphClient& client, std::uint32_t node) : client_(client)
    {
        static constexpr auto events = [] {
            pw_node_events table{};
            table.version = PW_VERSION_NODE_EVENTS;
            table.param = [](void* data, int, std::uint32_t, std::uint32_t, std::uint32_t, const spa_pod*) {
                ++static_cast<PropsCounter*>(data)->count_;
            };
            return table;
        }();
        client.locked([&] {
            registry_.reset(pw_core_get_registry(client.core(), PW_VERSION_REGISTRY, 0));
            node_.reset(static_cast<pw_node*>(
                pw_registry_bind(registry_.get(), node, PW_TYPE_INTERFACE_Node, PW_VERSION_NODE, 0)));
            pw_node_add_listener(node_.get(), listener_.hook(), &events, this);
            std::uint32_t props = SPA_PARAM_Props;
            pw_node_subscribe_params(node_.get(), &props, 1);
            return 0;
        });
    }
    ~PropsCounter()
    {
        client_.locked([&] {
            listener_.remove();
            node_.reset();
            registry_.reset();
            return 0;
        });
    }
    PropsCounter(const PropsCounter&) = delete;
    PropsCounter& operator=(const PropsCounter&) = delete;

    [[nodiscard]] unsigned count() const { return count_; }
};

struct WithPrograms {
    std::string file;
    std::string shows; ///< parameter that another program changes
    double second;     ///< its value in the second program
    bool midi;         ///< whether the plugin itself takes MIDI
};

/// In a list of names and values, each behind its name; -1000 if it is not in it.
double value_of(const nlohmann::json& list, std::string_view name)
{
    for (std::size_t i = 0; i + 1 < list.size(); i += 2)
        if (list[i] == name)
            return list[i + 1].get<double>();
    return -1000;
}

} // namespace

TEST_CASE("a CLAP plugin reads a preset of its own form, and says in its own words what is wrong with one")
{
    RunningService rack;
    const tests::ScratchDirectory directory;
    rack.configure(
        node_of("presets", path_in_tests("decant-test-presets.clap"), "params = { Level = 0.25 }"));
    rack.start();
    REQUIRE(rack.wait_for_state("presets", "running"));
    const auto level = [&](double value) {
        return wait_until(
            [&] { return rack.parameters("presets") == nlohmann::json::array({"Level", value}); });
    };
    CHECK_THAT(rack.decant({"preset", "list", "presets"}).output,
               ContainsSubstring("1  Quiet") && ContainsSubstring("2  Loud"));
    CHECK(rack.decant({"preset", "load", "presets", "--program", "2"}).exit == 0);
    CHECK(level(0.75));

    const auto good = directory.write("mine.dtp", "decant preset\n0.125\n").string();
    CHECK(rack.decant({"preset", "load", "presets", good}).exit == 0);
    CHECK(level(0.125));
    const auto damaged =
        rack.decant({"preset", "load", "presets", directory.write("old.dtp", "decant preset\n").string()});
    CHECK(damaged.exit == 1);
    CHECK_THAT(damaged.errors, ContainsSubstring("does not take the preset: it is cut short"));
    const auto foreign =
        rack.decant({"preset", "load", "presets", directory.write("old.fxp", "CcnK").string()});
    CHECK(foreign.exit == 1);
    CHECK_THAT(foreign.errors,
               ContainsSubstring("presets of CLAP plugins are .clap-state files, or files of the "
                                 "plugin's own; .fxp is of VST2"));
    CHECK(level(0.125));
}

TEST_CASE("MIDI program changes select a plugin's programs, whether it takes MIDI or not")
{
    const auto plugin = GENERATE(WithPrograms{"decant-test-presets.clap", "Level", 0.75, false},
                                 WithPrograms{"decant-test-mirror.dll", "Echo", 1, true});
    INFO(plugin.file);
    RunningService rack;
    rack.configure(node_of("stomp", path_in_tests(plugin.file), "midi.programs = true"));
    rack.start();
    REQUIRE(rack.wait_for_state("stomp", "running"));
    tests::GraphClient client(rack.session());
    tests::MidiSource pedal;
    const nodes::PortLayout midi_out{.inputs = {}, .outputs = {}, .midi_in = false, .midi_out = true};
    const tests::TestNode source(client, "pedal", midi_out, pedal);
    rack.session().link("pedal:midi_out", "decant.stomp:midi_in");
    const auto shown = [&] {
        return value_of(rack.parameters("stomp"), plugin.shows);
    };
    const auto send = [&](std::uint8_t program) {
        pedal.events = {{0, 0, {0xc0, program}}};
        pedal.send = true;
        return wait_until([&] { return !pedal.send; });
    };
    // What is sent before the link carries anything is lost.
    CHECK(wait_until([&] {
        return send(1) &&
               wait_until([&] { return shown() == plugin.second; }, std::chrono::milliseconds(500));
    }));
    REQUIRE(send(77));
    CHECK(wait_until([&] {
        return rack.process().errors().find("program 78, which MIDI asks for, is not selected") !=
               std::string::npos;
    }));
    CHECK(shown() == plugin.second);
    CHECK(rack.listed("stomp").at("state") == "running");
}

TEST_CASE("a host that is killed while MIDI selects a program is back with that one or the last, and hears "
          "the next")
{
    GainRack rack("params = { Gain = 0.25 }", path_of("gain"),
                  fmt::format("{{ name = stomp {} prefix = \"{}\" midi.programs = true }}",
                              path_in_tests("decant-test-mirror.dll"), std::getenv("DECANT_TEST_PREFIX")));
    REQUIRE(rack.wait_for_state("stomp", "running"));
    tests::MidiSource pedal;
    const tests::TestNode source(rack.client, "pedal",
                                 {.inputs = {}, .outputs = {}, .midi_in = false, .midi_out = true}, pedal);
    rack.session().link("pedal:midi_out", "decant.stomp:midi_in");
    rack.session().link(
        "source:output",
        rack.session().graph().ports_of("decant.stomp", tests::Direction::input).at(0).path());
    const auto shown = [&] {
        return value_of(rack.parameters("stomp"), "Echo");
    };
    const auto send = [&](std::uint8_t program) {
        pedal.events = {{0, 0, {0xc0, program}}};
        pedal.send = true;
        return wait_until([&] { return !pedal.send; });
    };
    const auto selects = [&](std::uint8_t program) { // what is sent before the link carries anything is lost
        return wait_until([&] {
            return send(program) &&
                   wait_until([&] { return shown() == program; }, std::chrono::milliseconds(500));
        });
    };
    const auto late = rack.late();
    REQUIRE(selects(0));
    rack.listener.gain = 0.5F;
    rack.listener.listen(256, 48000);

    for (unsigned round = 1; round <= 4; ++round) {
        const std::uint8_t program = round % 2;
        REQUIRE(send(program));
        strike(rack, "stomp", std::chrono::milliseconds(10) * (round - 1)); // it is looked for each 20 ms
        REQUIRE(wait_until([&] { return rack.listed("stomp").at("restarts") == round; }));
        REQUIRE(rack.wait_for_state("stomp", "running"));
        const double value = shown();
        CHECK((value == 0 || value == 1));
        CHECK(selects(program));
    }
    // Of a host that is not there yet, too.
    strike(rack, "stomp", std::chrono::milliseconds(0));
    CHECK(selects(1));
    CHECK(rack.wait_for_state("stomp", "running"));

    const std::uint64_t damaged = rack.listener.damaged;
    CHECK(rack.listener.silent == 0);
    CHECK(wait_until([&] { return 3 * (rack.late() - late) >= damaged; })); // for want of a CPU alone
    CHECK(rack.hears(0.5F));
}

TEST_CASE("the parameters that a program moves are told to the graph together, before the command is over")
{
    RunningService rack;
    rack.configure(node_of("mirror", path_in_tests("decant-test-mirror.dll"), ""));
    rack.start();
    REQUIRE(rack.wait_for_state("mirror", "running"));
    tests::GraphClient client(rack.session());
    const PropsCounter props(client, rack.listed("mirror").at("id"));
    REQUIRE(wait_until([&] { return props.count() == 1; })); // as they are

    REQUIRE(rack.decant({"preset", "load", "mirror", "--program", "2"}).exit == 0);
    const auto now = rack.parameters("mirror");
    REQUIRE(now.size() > 8);
    CHECK(value_of(now, "Echo") == 1);
    CHECK(props.count() <= 3);
}

TEST_CASE("midi.programs on a plugin that has none is a warning")
{
    RunningService rack;
    rack.configure(node_of("mirror", path_in_tests("decant-test-mirror.clap"), "midi.programs = true"));
    rack.start();
    REQUIRE(rack.wait_for_state("mirror", "running"));
    CHECK(wait_until([&] { return rack.listed("mirror").at("warnings").size() == 1; }));
    CHECK_THAT(rack.listed("mirror").at("warnings").at(0).get<std::string>(),
               ContainsSubstring("midi.programs: the plugin has no programs"));
}

} // namespace decant::service
