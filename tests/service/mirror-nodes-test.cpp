// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What goes between the graph and a Windows plugin besides audio, in each format, with plugins that show what
// they are given.

#include "service/hosts/thread-table.hpp"
#include "tests/service/running-service.hpp"
#include "tests/support/graph-client.hpp"
#include "tests/support/midi-players.hpp"
#include "tests/support/players.hpp"
#include "tests/support/process-table.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <vector>

namespace decant::service
{
namespace
{

using Catch::Generators::from_range;
using tests::Direction;
using tests::GraphClient;
using tests::MidiListener;
using tests::MidiMoment;
using tests::MidiSource;
using tests::TestNode;
using tests::wait_until;

using Moments = std::vector<MidiMoment>;

/// A plugin that gives back what it is given.
struct Mirror {
    std::string file; ///< with the plugin in it
    double latency;   ///< value of the parameter "Latency" that means 250 frames
    bool controllers; ///< whether MIDI that is no note comes back, or moves parameters
};

const std::vector<Mirror> mirrors{
    {"decant-test-mirror.dll", 0.25, true},
    {"decant-test-mirror.vst3#Mirror", 0.25, false},
    {"decant-test-mirror.clap#Mirror", 250, true},
};

const nodes::PortLayout mono_in{.inputs = {{"input", "MONO", ""}}, .outputs = {}};
const nodes::PortLayout midi_in{.inputs = {}, .outputs = {}, .midi_in = true, .midi_out = false};
const nodes::PortLayout midi_out{.inputs = {}, .outputs = {}, .midi_in = false, .midi_out = true};

/// What the threads of a process and of all that it has started do.
std::string threads_below(pid_t process)
{
    std::string text;
    for (const auto& thread : thread_table(process))
        text += fmt::format("\n{}: {}", process, thread);
    for (const pid_t child : tests::children_of(process))
        text += threads_below(child);
    return text;
}

std::string in_words(const Moments& moments)
{
    std::string text;
    for (const auto& moment : moments)
        text += fmt::format(" {}:{:02x}({})", moment.frame, moment.bytes.front(), moment.bytes.size());
    return text;
}

/// A service that plays one mirror.
class MirrorRack : public RunningService
{
public:
    GraphClient client{session()};

    explicit MirrorRack(const Mirror& mirror, const std::string& more = {})
    {
        configure(fmt::format(
            "decant.nodes = [ {{ name = mirror path = \"{}/{}\" prefix = \"{}\" tempo = 93.5 {} }} ]",
            std::getenv("DECANT_TEST_PLUGINS"), mirror.file, std::getenv("DECANT_TEST_PREFIX"), more));
        start();
        REQUIRE(wait_for_state("mirror", "running"));
    }

    void set(const std::string& parameter, double value)
    {
        const auto id = std::to_string(listed("mirror").at("id").get<int>());
        REQUIRE(session()
                    .run({"pw-cli", "s", id, "Props",
                          fmt::format("{{ params = [ \"{}\" {} ] }}", parameter, value)})
                    .exit == 0);
    }

    /// Waits for the condition; if in vain, the failure shows what the service knows.
    template <typename Condition>
    [[nodiscard]] bool comes_true(Condition&& condition)
    {
        if (wait_until(condition))
            return true;
        UNSCOPED_INFO(listed("mirror").dump(2)
                      << "\nin the graph: " << parameters("mirror").dump() << "\nlatency " << latency()
                      << "\n"
                      << process().errors() << process().output() << threads_below(process().id()));
        return false;
    }

    /// Of a parameter as the graph shows it.
    double value(const std::string& parameter) const
    {
        const auto list = parameters("mirror");
        for (std::size_t i = 0; i + 1 < list.size(); i += 2)
            if (list[i] == parameter)
                return list[i + 1].get<double>();
        return -1000;
    }

    /// Blocks that came too late so far.
    std::uint64_t late() const { return listed("mirror").at("late").get<std::uint64_t>(); }

    /// Frames of delay that the first output says the sound has had.
    std::uint32_t latency() const
    {
        const auto snapshot = session().graph();
        const auto port = snapshot.ports_of("decant.mirror", Direction::output).at(0).id;
        for (const auto& object : snapshot.dump())
            if (object.at("id") == port)
                for (const auto& latency : object["info"]["params"]["Latency"])
                    if (latency.at("direction") == "Output")
                        return latency.at("minRate");
        return 0;
    }
};

/// A keyboard and a listener around the mirror.
struct MidiLoop {
    MirrorRack& rack;
    MidiSource keys;
    MidiListener ears;
    TestNode source;
    TestNode sink;

    explicit MidiLoop(MirrorRack& mirror_rack)
        : rack(mirror_rack), source(rack.client, "keys", midi_out, keys),
          sink(rack.client, "ears", midi_in, ears)
    {
        rack.session().link("keys:midi_out", "decant.mirror:midi_in");
        rack.session().link("decant.mirror:midi_out", "ears:midi_in");
        REQUIRE(tests::midi_passes(keys, ears));
    }

    /// What comes back of `events`; all of it, if that is as many.
    Moments play(const Moments& events)
    {
        ears.forget();
        keys.events = events;
        keys.send = true;
        (void)wait_until([&] { return ears.heard().size() >= events.size(); }, std::chrono::seconds(5));
        return ears.heard();
    }

    /// Whether all events come back at their frames. If the machine had no time for their block, which is
    /// counted, the keys in it are not struck; then they are sent once more.
    bool gives_back(const Moments& events)
    {
        bool lost = false;
        const bool came = wait_until([&] {
            const auto late = rack.late();
            const auto heard = play(events);
            if (heard == events)
                return true;
            lost = !wait_until([&] { return rack.late() != late; }, std::chrono::seconds(5));
            if (lost)
                UNSCOPED_INFO("came back: " << in_words(heard));
            lost = lost || !tests::midi_passes(keys, ears);
            return lost;
        });
        return came && !lost;
    }
};

std::vector<std::uint8_t> sysex(std::size_t size)
{
    std::vector<std::uint8_t> bytes(size);
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<std::uint8_t>(i % 127);
    bytes.front() = 0xf0;
    bytes.back() = 0xf7;
    return bytes;
}

} // namespace

TEST_CASE("MIDI passes a Windows plugin in the graph with its frames, and a SysEx of 64 KiB whole")
{
    const auto mirror = GENERATE(from_range(mirrors));
    INFO(mirror.file);
    MirrorRack rack(mirror);
    MidiLoop loop(rack);

    const Moments notes{{0, 0, {0x90, 60, 100}},
                        {0, 17, sysex(64 * 1024)},
                        {0, 100, {0xa0, 60, 30}},
                        {0, 255, {0x80, 60, 64}}};
    CHECK(loop.gives_back(notes));

    if (!mirror.controllers)
        return; // they are parameters to VST3
    // MPE: each note on a channel of its own, with bend, pressure and timbre, as a zone of channels 2 to 4.
    const Moments expression{
        {0, 0, {0xb0, 101, 0}},  {0, 0, {0xb0, 100, 6}},  {0, 0, {0xb0, 6, 3}},    {0, 1, {0xe1, 0, 64}},
        {0, 1, {0xb1, 74, 64}},  {0, 1, {0xd1, 0}},       {0, 1, {0x91, 60, 100}}, {0, 2, {0x92, 64, 100}},
        {0, 2, {0xe2, 12, 70}},  {0, 30, {0xd1, 99}},     {0, 40, {0xb2, 74, 1}},  {0, 50, {0xe1, 127, 127}},
        {0, 60, {0x81, 60, 11}}, {0, 60, {0x82, 64, 12}}, {0, 70, {0xb5, 0, 1}},   {0, 70, {0xb5, 32, 2}},
        {0, 70, {0xc5, 42}},
    };
    CHECK(loop.gives_back(expression));
}

TEST_CASE("a parameter that a plugin moves itself is shown in the graph")
{
    const auto mirror = GENERATE(from_range(mirrors));
    INFO(mirror.file);
    MirrorRack rack(mirror);
    MidiLoop runs(rack);

    rack.set("Follow", 0.625);
    CHECK(rack.comes_true([&] { return rack.value("Echo") == 0.625; }));
    CHECK(rack.value("Follow") == 0.625);
}

TEST_CASE("a plugin's latency is on its ports, also when it changes")
{
    const auto mirror = GENERATE(from_range(mirrors));
    INFO(mirror.file);
    MirrorRack rack(mirror);
    MidiLoop runs(rack);
    CHECK(rack.latency() == 0);

    rack.set("Latency", mirror.latency);
    CHECK(rack.comes_true([&] { return rack.latency() == 250; }));
    rack.set("Latency", 0);
    CHECK(rack.comes_true([&] { return rack.latency() == 0; }));
}

TEST_CASE("a pipelined plugin is a quantum later, as its ports say, also when either changes")
{
    MirrorRack rack(mirrors.front(), "mode = pipelined");
    MidiLoop runs(rack);
    CHECK(rack.comes_true([&] { return rack.latency() == 256; }));
    rack.session().set_quantum(512);
    CHECK(rack.comes_true([&] { return rack.latency() == 512; }));
    rack.set("Latency", mirrors.front().latency);
    CHECK(rack.comes_true([&] { return rack.latency() == 512 + 250; }));
}

TEST_CASE("a plugin in a graph without a tempo is told the one of the configuration")
{
    const auto mirror = GENERATE(from_range(mirrors));
    INFO(mirror.file);
    MirrorRack rack(mirror);
    tests::Recorder recorder(4096);
    TestNode tape(rack.client, "recorder", mono_in, recorder);
    const auto outputs = rack.session().graph().ports_of("decant.mirror", Direction::output);
    // The mirror of VST2 tells the time on its second channel, the others on an output of its own.
    rack.session().link(outputs.at(mirror.file.ends_with(".dll") ? 1 : 2).path(), "recorder:input");

    CHECK(wait_until([&] {
        recorder.start();
        return wait_until([&] { return recorder.full(); }) &&
               std::count(recorder.tape().begin(), recorder.tape().end(), 93.5F) >= 2;
    }));
}

#ifdef JACK_TIMEBASE
namespace
{

/// What the mirror of VST2 was told of the time.
struct ToldTime {
    double tempo;    ///< quarter notes per minute
    double quarters; ///< from the beginning of the song
    double frame;
    bool playing;
    double numerator;
};

/// Records what comes from the second channel of the mirror, until a block of it is as `wanted`.
template <class Wanted>
[[nodiscard]] bool hears_time(tests::Recorder& recorder, Wanted&& wanted)
{
    ToldTime last{};
    const bool heard = wait_until([&] {
        if (!record(recorder))
            return false;
        const auto& tape = recorder.tape(); // it begins with a block
        constexpr int playing_flag = 1 << 1;
        last = {tape[0], tape[1], tape[2], (static_cast<int>(tape[4]) & playing_flag) != 0, tape[5]};
        return wanted(last);
    });
    UNSCOPED_INFO(fmt::format("told last: {} per minute, {} quarters at frame {}, playing: {}, {} in a bar",
                              last.tempo, last.quarters, last.frame, last.playing, last.numerator));
    return heard;
}

} // namespace

TEST_CASE(
    "a plugin is told tempo, beat and frame of a JACK client that is timebase master, and its own tempo when "
    "that has left")
{
    if (!std::filesystem::exists("/usr/bin/pw-jack"))
        SKIP("pw-jack is not installed");
    MirrorRack rack(mirrors.front());
    tests::Recorder recorder(256);
    TestNode tape(rack.client, "recorder", mono_in, recorder);
    rack.session().link(rack.session().graph().ports_of("decant.mirror", Direction::output).at(1).path(),
                        "recorder:input");
    CHECK(hears_time(recorder, [](const ToldTime& time) { return time.tempo == 93.5 && !time.playing; }));

    const auto master = rack.session().spawn({"pw-jack", JACK_TIMEBASE});
    INFO(master->errors());
    CHECK(hears_time(recorder, [](const ToldTime& time) {
        constexpr double quarters_per_minute = 90;
        const double quarters = time.frame / 48000 * quarters_per_minute / 60;
        return time.playing && time.tempo == quarters_per_minute && time.numerator == 7 &&
               time.quarters == Catch::Approx(quarters).margin(1e-4);
    }));

    master->signal(SIGUSR1);
    CHECK(hears_time(recorder, [](const ToldTime& time) { return time.playing && time.tempo == 93.5; }));

    master->stop();
    CHECK(master->wait(tests::patience) == 0);
    CHECK(hears_time(recorder, [](const ToldTime& time) { return !time.playing; }));
}
#endif

TEST_CASE("the ports of a plugin bear its own names, and those of a bus belong together")
{
    const auto* file = GENERATE("decant-test-busses.dll", "decant-test-mirror.vst3#Mirror",
                                "decant-test-mirror.clap#Mirror");
    INFO(file);
    const MirrorRack rack({file, 0, false});
    using Ports = std::vector<std::array<std::string, 3>>; // name, group, channel
    const auto ports = [&](Direction direction) {
        Ports found;
        for (const auto& port : rack.session().graph().ports_of("decant.mirror", direction))
            if (port.properties.value("format.dsp", "").find("audio") != std::string::npos)
                found.push_back({port.name, port.properties.value("port.group", ""),
                                 port.properties.value("audio.channel", "")});
        return found;
    };
    if (std::string_view(file).ends_with(".dll")) {
        CHECK(ports(Direction::input) == Ports{{"Kick in L", "Input 1", "FL"},
                                               {"Kick in R", "Input 1", "FR"},
                                               {"Snare in L", "Input 3", "FL"},
                                               {"Snare in R", "Input 3", "FR"},
                                               {"Key L", "Side chain", "FL"},
                                               {"Key R", "Side chain", "FR"}});
        CHECK(ports(Direction::output) == Ports{{"Kick L", "Output 1", "FL"},
                                                {"Kick R", "Output 1", "FR"},
                                                {"Snare L", "Output 3", "FL"},
                                                {"Snare R", "Output 3", "FR"}});
        return;
    }
    CHECK(ports(Direction::input) ==
          Ports{{"Main L", "Main", "FL"}, {"Main R", "Main", "FR"}, {"Key", "Key", "MONO"}});
    const auto outputs = ports(Direction::output);
    REQUIRE(outputs.size() == 3);
    CHECK(outputs[0][1] == "Main");
    CHECK(outputs[1][2] == "FR");
    CHECK(outputs[2] == std::array<std::string, 3>{"Time", "Time", "MONO"});
}

TEST_CASE("a plugin with more channels than a node may have shows sixty-four of each")
{
    const MirrorRack rack(mirrors.front());
    const auto listed = rack.listed("mirror").at("ports");
    CHECK(listed == nlohmann::json{{"inputs", 64}, {"outputs", 64}, {"midi-inputs", 1}, {"midi-outputs", 1}});
}

} // namespace decant::service
