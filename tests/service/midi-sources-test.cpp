// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Who plays a node of the rack, and goes.

#include "tests/service/running-service.hpp"
#include "tests/support/graph-client.hpp"
#include "tests/support/midi-players.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace decant::service
{
namespace
{

using Catch::Matchers::ContainsSubstring;
using tests::wait_until;

/// A rack with an instrument whose notes last as long as their keys are down.
class Rack : public RunningService
{
public:
    Rack()
    {
        write_tone("Organ.wav");
        std::ofstream(session().home() / "Drone.sfz")
            << "<region> sample=Organ.wav loop_mode=loop_continuous ampeg_release=0.001\n";
        configure("decant.nodes = [ { name = drone path = ~/Drone.sfz } ]");
        start();
        REQUIRE(wait_for_state("drone", "running"));
        session().link(port("decant.drone", tests::Direction::output), "test-sink:playback_FL");
    }

    std::string port(const std::string& node, tests::Direction direction) const
    {
        std::vector<tests::Port> ports;
        REQUIRE(wait_until([&] {
            ports = session().graph().ports_of(node, direction);
            return !ports.empty();
        }));
        return ports.front().path();
    }

    [[nodiscard]] int voices() const { return listed("drone").value("voices", 0); }
};

/// A keyboard that is plugged in while it lives.
class Keyboard
{
    Rack& rack_;
    tests::MidiSource keys_;
    std::unique_ptr<tests::TestNode> node_;

public:
    Keyboard(Rack& rack, tests::GraphClient& client, const std::string& name) : rack_(rack)
    {
        node_ = std::make_unique<tests::TestNode>(
            client, name, nodes::PortLayout{.inputs = {}, .outputs = {}, .midi_out = true}, keys_);
        rack.session().link(rack.port(name, tests::Direction::output),
                            rack.port("decant.drone", tests::Direction::input));
    }

    /// Again and again until it sounds, as a link loses what is sent before its ends are ready.
    [[nodiscard]] bool holds(std::uint8_t key, int voices)
    {
        keys_.events = {{0, 0, {0x80, key, 0}}, {0, 1, {0x90, key, 100}}};
        return wait_until([&] {
            keys_.send = true;
            return wait_until([&] { return rack_.voices() == voices; }, std::chrono::seconds(2));
        });
    }
};

} // namespace

TEST_CASE("the keys of a keyboard that is unplugged go up, and those that another held before stay down")
{
    Rack rack;
    tests::GraphClient client(rack.session());
    Keyboard first(rack, client, "first");
    REQUIRE(first.holds(48, 1));
    {
        Keyboard second(rack, client, "second");
        REQUIRE(second.holds(60, 2));
        REQUIRE(second.holds(64, 3));
    }
    CHECK(wait_until([&] { return rack.voices() == 1; }));
    CHECK(first.holds(50, 2));
}

TEST_CASE("a player that ends is worth a word in the log, and no warning")
{
    Rack rack;
    rack.configure("decant.nodes = [ { name = drone path = ~/Drone.sfz midi.from = [ player ] } ]");
    const auto warned = [&](std::size_t warnings) {
        return wait_until([&] { return rack.listed("drone").at("warnings").size() == warnings; });
    };
    REQUIRE(warned(1)); // it may be a slip
    tests::GraphClient client(rack.session());
    {
        const Keyboard player(rack, client, "player");
        REQUIRE(warned(0));
    }
    CHECK(warned(1));
    const auto said = rack.process().errors();
    const std::string text = "node 'drone': midi.from: nobody is called 'player'";
    CHECK_THAT(said, ContainsSubstring("warning: " + text));
    CHECK(said.find("warning: " + text) == said.rfind("warning: " + text));
    CHECK(said.find(text) != said.rfind(text));
}

} // namespace decant::service
