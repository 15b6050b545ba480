// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A rack while time runs faster, as when a mix is exported, and when that begins and ends.

#include "tests/end-to-end/room.hpp"
#include "tests/support/midi-players.hpp"
#include "tests/support/players.hpp"

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <csignal>
#include <fmt/format.h>
#include <string>

namespace decant::tests
{
namespace
{

constexpr std::uint32_t quantum = 1024;
constexpr const char* freewheel_group = "pipewire.freewheel";

/// How VST2 calls what the mirror is told; in its second output at this place.
constexpr std::size_t process_level = 6;
constexpr float in_real_time = 2;
constexpr float offline = 4;

const nodes::PortLayout mono_in{.inputs = {{"input", "MONO", ""}}, .outputs = {}};

/// Noise goes through a gain and through a mirror, and notes through the mirror.
struct Studio {
    PrivateSession session{{.session_manager = false, .quantum = quantum}};
    Rack rack{session, fmt::format("decant.nodes = [ {} {{ name = mirror path = \"{}\" }} ]", node_of_gain(),
                                   test_plugin("decant-test-mirror.dll").string())};
    Room room{session};
    MidiSource keys;
    MidiListener ears;
    NoiseListener witness;
    Recorder told{quantum};
    TestNode keyboard{
        room.client, "keys", {.inputs = {}, .outputs = {}, .midi_in = false, .midi_out = true}, keys};
    TestNode head{
        room.client, "ears", {.inputs = {}, .outputs = {}, .midi_in = true, .midi_out = false}, ears};
    TestNode beside{room.client, "witness", mono_in, witness};
    TestNode notes{room.client, "told", mono_in, told};

    Studio()
    {
        REQUIRE(rack.wait_for("gain", "running"));
        REQUIRE(rack.wait_for("mirror", "running"));
        room.wire(session, rack);
        const auto outputs = rack.ports("mirror", Direction::output);
        session.link("source:FL", rack.ports("mirror", Direction::input).at(0));
        session.link(outputs.at(0), "witness:input");
        session.link(outputs.at(1), "told:input");
        session.link("keys:midi_out", "decant.mirror:midi_in");
        session.link("decant.mirror:midi_out", "ears:midi_in");
        REQUIRE(room.plays(quantum));
        REQUIRE(midi_passes(keys, ears));
    }

    /// As a JACK client does it with jack_set_freewheel(): all that is linked to it follows.
    void freewheel(bool on)
    {
        room.client.locked([&] { room.source->set_properties({{"node.group", on ? freewheel_group : ""}}); });
        INFO((on ? "on" : "off"));
        REQUIRE(wait_until(
            [&] { return record(told) && told.tape()[process_level] == (on ? offline : in_real_time); }));
    }

    /// What the keyboard sends and the ears hear, among other things. What a plugin says in a block that is
    /// late for want of a CPU is not heard, and said again.
    [[nodiscard]] bool plays(const MidiMoment& message)
    {
        const auto heard = [&] {
            const auto all = ears.heard();
            return !all.empty() && all.back() == message;
        };
        std::uint64_t late = 0;
        do {
            late = count("mirror", "late");
            keys.events = {message};
            keys.send = true;
            if (wait_until(heard, std::chrono::seconds(2)))
                return true;
        } while (count("mirror", "late") > late);
        return false;
    }

    [[nodiscard]] std::uint64_t count(const char* node, const char* what) const
    {
        return rack.nodes().at(node).at(what).get<std::uint64_t>();
    }

    /// As it is now: decantd publishes once in a second, and before it answers.
    [[nodiscard]] std::uint64_t new_count(const char* node, const char* what)
    {
        REQUIRE(rack.decant({"reload"}).exit == 0);
        return count(node, what);
    }

    void listen()
    {
        room.listener.listen(quantum, 48000);
        witness.listen(quantum, 48000);
    }

    /// Whether the gain is in time, but for want of a CPU.
    void check_live()
    {
        const auto late = count("gain", "late");
        room.listener.listen(quantum, 48000);
        CHECK(hears(room.listener, 100));
        CHECK(room.listener.silent == 0);
        const std::uint64_t damaged = room.listener.damaged;
        CHECK(wait_until([&] { return 3 * (count("gain", "late") - late) >= damaged; }));
    }
};

/// Whether each block was there, next to next, and no bit of it was lost.
void check_whole(const NoiseListener& listener)
{
    CHECK(listener.exact > 0);
    CHECK(listener.damaged == 0);
    CHECK(listener.jumps == 0);
    CHECK(listener.silent == 0);
}

} // namespace

TEST_CASE("freewheeling waits for the plugin: no block is late, however fast time runs")
{
    PrivateSession session({.session_manager = false, .quantum = 256});
    Rack rack(session, rack_of_gain("node.group = pipewire.freewheel"));
    REQUIRE(rack.wait_for("gain", "running"));
    Room room(session, "pipewire.freewheel");
    room.wire(session, rack);
    REQUIRE(wait_until([&] { return room.tape->counters().cycles > 100; }));
    REQUIRE(room.plays(256));

    const auto late = rack.nodes()["gain"]["late"].get<std::uint64_t>();
    room.listener.listen(256, 48000);
    CHECK(wait_until([&] { return room.listener.exact >= 2'000; }));
    CHECK(room.listener.damaged == 0);
    CHECK(room.listener.jumps == 0);
    CHECK(room.listener.silent == 0);
    CHECK(wait_until([&] { return rack.nodes()["gain"]["late"] == late; }));
}

TEST_CASE("time runs faster for a while: nothing is late or lost in it, and deadlines hold before and after")
{
    Studio studio;
    for (int i = 0; i < 3; ++i) {
        studio.check_live();
        studio.ears.forget();
        CHECK(studio.plays({0, 3, {0x90, 60, 100}}));

        studio.freewheel(true);
        studio.listen();
        CHECK(studio.plays({0, 900, {0x80, 60, 64}}));
        CHECK(hears(studio.room.listener, 2'000));
        check_whole(studio.room.listener);
        check_whole(studio.witness);

        studio.freewheel(false);
        CHECK(studio.ears.heard().size() == 2);
    }
    studio.check_live();
    CHECK(studio.count("gain", "restarts") == 0);
    CHECK(studio.count("mirror", "restarts") == 0);
}

TEST_CASE("faster than real time a plugin that takes a second for a block is waited for")
{
    Studio studio;
    const auto host = studio.rack.host_of("gain");
    REQUIRE(host);
    studio.freewheel(true);
    studio.listen();
    REQUIRE(::kill(*host, SIGSTOP) == 0);
    const auto stopped = std::chrono::steady_clock::now();
    CHECK(wait_until([&] { return std::chrono::steady_clock::now() - stopped >= std::chrono::seconds(1); }));
    REQUIRE(::kill(*host, SIGCONT) == 0);
    const auto before = studio.room.listener.exact.load();
    CHECK(hears(studio.room.listener, before + 100));
    check_whole(studio.room.listener);
    check_whole(studio.witness);
    CHECK(studio.count("gain", "restarts") == 0);
    studio.freewheel(false);
    studio.check_live();
}

TEST_CASE("faster than real time a plugin that hangs is replaced, and no other loses a block")
{
    Studio studio;
    studio.freewheel(true);
    const auto late = studio.new_count("gain", "late");
    studio.listen();
    const auto host = studio.rack.host_of("gain");
    REQUIRE(host);
    REQUIRE(::kill(*host, SIGSTOP) == 0);
    CHECK(wait_until([&] { return studio.count("gain", "restarts") == 1; }));
    REQUIRE(studio.rack.wait_for("gain", "running"));
    check_whole(studio.witness);
    CHECK(studio.room.plays(quantum)); // with its parameter
    CHECK(studio.new_count("gain", "late") == late);
    check_whole(studio.room.listener);

    studio.freewheel(false);
    studio.check_live();
    CHECK(studio.plays({0, 3, {0x90, 60, 100}}));
}

} // namespace decant::tests
