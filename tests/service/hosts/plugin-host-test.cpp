// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/bridge/bridge-setup.hpp"
#include "nodes/bridge/futex.hpp"
#include "service/hosts/plugin-host.hpp"
#include "service/hosts/state-file.hpp"
#include "tests/service/hosts/plugin-audience.hpp"
#include "tests/support/fake-host.hpp"
#include "tests/support/private-session.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include <signal.h>

using namespace decant;
using namespace decant::service;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using decant::tests::Diary;
using decant::tests::FakeMisbehaviour;
using decant::tests::Player;
using decant::tests::TemporaryDirectory;
using decant::tests::wait_until;
namespace fake_parameter = decant::tests::fake_parameter;

namespace
{

constexpr bridge::BridgeLayout gain_layout{.inputs = 2, .outputs = 2, .midi_in = true, .midi_out = true};

struct World {
    TemporaryDirectory directory;
    std::filesystem::path state_file = directory.path() / "gain.state";
    Diary diary;
    bridge::BridgeProcessor processor{gain_layout};
    std::vector<std::string> options;  ///< of the fake host
    std::atomic<bool> display = false; ///< there is one
    std::atomic<int> starts = 0;

    [[nodiscard]] PluginHostSettings settings(const std::string& plugin = "gain") const
    {
        PluginHostSettings result;
        result.plugin.path = directory.path() / (plugin + ".dll");
        result.state_file = state_file;
        result.patience.block = 400ms;
        result.patience.settle = 500ms;
        result.patience.restarts = {20ms, 3, 60s};
        return result;
    }

    [[nodiscard]] std::unique_ptr<PluginHost> start(PluginHostSettings settings)
    {
        return std::make_unique<PluginHost>(
            std::move(settings), [this](HostEvent event) { diary.write(std::move(event)); },
            [this](const PluginFile&, const Progress&) {
                ++starts;
                HostCommand command{{tests::fake_host_program()}, {{"WINEPREFIX", "/a/prefix"}}};
                command.arguments.insert(command.arguments.end(), options.begin(), options.end());
                if (display)
                    command.environment["DISPLAY"] = ":9";
                return command;
            });
    }
};

/// The one host that runs.
pid_t only_child()
{
    const auto children = tests::children();
    REQUIRE(children.size() == 1);
    return children[0];
}

void misbehave(World& world, FakeMisbehaviour how)
{
    REQUIRE(world.processor.set_parameter(fake_parameter::misbehave, static_cast<double>(how)));
}

} // namespace

TEST_CASE("a plugin comes up and is played through its processor")
{
    World world;
    auto host = world.start(world.settings());
    REQUIRE(world.diary.has<HostReady>());
    CHECK(world.diary.all<HostReady>()[0].description.inputs.size() == 2);
    CHECK_THAT(world.diary.log(), ContainsSubstring("loading gain"));

    Player player(world.processor);
    host->connect(world.processor);
    host->set_parameter(fake_parameter::gain, 0.25);
    CHECK(player.hears(0.25F));

    host->disconnect();
    CHECK(player.hears(1)); // dry
}

TEST_CASE("the configuration's values are set by name, and an unknown name is told")
{
    World world;
    auto settings = world.settings();
    settings.values = {{"GAIN", 0.5}, {"Gian", 1}};
    auto host = world.start(settings);
    REQUIRE(world.diary.has<HostReady>());
    Player player(world.processor);
    host->connect(world.processor);

    CHECK(player.hears(0.5F));
    CHECK_THAT(world.diary.log(), ContainsSubstring("no parameter 'Gian'"));
}

TEST_CASE("what a plugin says of its values while it is made does not undo what was set")
{
    World world;
    world.options = {"--tells-gain"}; // as DPF's VST3 plugins do
    auto settings = world.settings();
    settings.values = {{"gain", 0.5}};
    auto host = world.start(settings);
    REQUIRE(world.diary.has<HostReady>());
    Player player(world.processor);
    host->connect(world.processor);
    CHECK(player.hears(0.5F));
    host->set_parameter(fake_parameter::gain, 0.25);
    REQUIRE(player.hears(0.25F));

    misbehave(world, FakeMisbehaviour::crash);

    REQUIRE(world.diary.has<HostReady>(2));
    CHECK(player.hears(0.25F));
    CHECK(world.diary.all<HostReady>()[1].values.at(0) == 0.25);
}

TEST_CASE("a plugin that crashes comes back with its parameters, and says what killed it")
{
    World world;
    auto host = world.start(world.settings());
    REQUIRE(world.diary.has<HostReady>());
    Player player(world.processor);
    host->connect(world.processor);
    host->set_parameter(fake_parameter::gain, 0.25);
    REQUIRE(player.hears(0.25F));

    misbehave(world, FakeMisbehaviour::crash);

    REQUIRE(world.diary.has<HostReady>(2));
    CHECK_THAT(world.diary.all<HostRestarting>()[0].reason, ContainsSubstring("signal 11"));
    CHECK(player.hears(0.25F));
}

TEST_CASE("a plugin that crashes comes back with the state that it had, although nobody set a parameter")
{
    World world;
    auto host = world.start(world.settings());
    REQUIRE(world.diary.has<HostReady>());
    Player player(world.processor);
    host->connect(world.processor);
    REQUIRE(world.processor.set_parameter(fake_parameter::gain, 0.75)); // behind the supervisor's back
    REQUIRE(player.hears(0.75F));
    host->save();
    REQUIRE(world.diary.has<StateSaved>());

    misbehave(world, FakeMisbehaviour::crash);

    REQUIRE(world.diary.has<HostReady>(2));
    CHECK(world.diary.all<HostReady>()[1].state_restored);
    CHECK(player.hears(0.75F));
}

TEST_CASE("a host that is killed from outside is replaced")
{
    World world;
    auto settings = world.settings();
    auto host = world.start(settings);
    for (std::size_t round = 1; round <= 3; ++round) {
        REQUIRE(world.diary.has<HostReady>(round));
        REQUIRE(::kill(only_child(), SIGKILL) == 0);
        REQUIRE(world.diary.has<HostRestarting>(round));
    }
    CHECK_THAT(world.diary.all<HostRestarting>()[0].reason, ContainsSubstring("signal 9"));
}

TEST_CASE("a plugin that hangs in a block is killed and replaced")
{
    World world;
    auto host = world.start(world.settings());
    REQUIRE(world.diary.has<HostReady>());
    Player player(world.processor);
    host->connect(world.processor);
    host->set_parameter(fake_parameter::gain, 0.5);
    REQUIRE(player.hears(0.5F));

    misbehave(world, FakeMisbehaviour::hang);

    REQUIRE(world.diary.has<HostReady>(2));
    CHECK_THAT(world.diary.all<HostRestarting>()[0].reason, ContainsSubstring("hangs in a block"));
    CHECK(player.hears(0.5F));
}

TEST_CASE("a plugin that ends its process quietly is replaced as well")
{
    World world;
    auto host = world.start(world.settings());
    REQUIRE(world.diary.has<HostReady>());
    Player player(world.processor);
    host->connect(world.processor);
    misbehave(world, FakeMisbehaviour::exit);
    REQUIRE(world.diary.has<HostReady>(2));
    CHECK_THAT(world.diary.all<HostRestarting>()[0].reason, ContainsSubstring("ended with status 0"));
}

TEST_CASE("a plugin that crashes again and again is parked with the reason, until it is restarted")
{
    World world;
    auto host = world.start(world.settings("crash-on-load"));
    REQUIRE(world.diary.has<HostParked>());

    CHECK(world.diary.all<HostRestarting>().size() == 3);
    CHECK(world.starts == 4);
    const auto reason = world.diary.all<HostParked>()[0].reason;
    CHECK_THAT(reason, ContainsSubstring("crash-on-load.dll") && ContainsSubstring("signal 11") &&
                           ContainsSubstring("It has failed 4 times") && ContainsSubstring("decant enable"));

    host->restart();
    REQUIRE(world.diary.has<HostParked>(2));
    CHECK(world.starts == 8);
}

TEST_CASE("a plugin that cannot be loaded is parked at once")
{
    World world;
    const std::string plugin = GENERATE(as<std::string>(), "refuse", "not-a-plugin", "missing");
    auto host = world.start(world.settings(plugin));
    REQUIRE(world.diary.has<HostParked>());
    CHECK(world.diary.all<HostRestarting>().empty());
    CHECK_THAT(world.diary.all<HostParked>()[0].reason, ContainsSubstring(plugin + ".dll"));
}

TEST_CASE("a plugin that hangs while it loads is given up")
{
    World world;
    auto settings = world.settings("hang-on-load");
    settings.patience.timeouts.load = 100ms;
    settings.patience.restarts.most = 1;
    auto host = world.start(settings);
    REQUIRE(world.diary.has<HostParked>());
    CHECK_THAT(world.diary.all<HostParked>()[0].reason, ContainsSubstring("does not answer"));
    CHECK_THAT(world.diary.log(), ContainsSubstring("while it hangs: fake-host sleeps"));
}

TEST_CASE("a host that says nothing, or is of another build, is given up")
{
    World world;
    auto settings = world.settings();
    settings.patience.timeouts.hello = 100ms;
    settings.patience.restarts.most = 0;
    SECTION("mute")
    {
        world.options = {"--mute"};
        auto host = world.start(settings);
        REQUIRE(world.diary.has<HostParked>());
        CHECK_THAT(world.diary.all<HostParked>()[0].reason,
                   ContainsSubstring("has not come up") &&
                       ContainsSubstring("'WINEPREFIX=/a/prefix wineserver -k' ends"));
    }
    SECTION("another version")
    {
        settings.patience.timeouts.hello = 30s;
        world.options = {"--version-number", "999"};
        auto host = world.start(settings);
        REQUIRE(world.diary.has<HostParked>());
        CHECK_THAT(world.diary.all<HostParked>()[0].reason, ContainsSubstring("Install Decant again"));
    }
}

TEST_CASE("a stop in the middle of a long load does not wait for it")
{
    World world;
    auto host = world.start(world.settings("hang-on-load"));
    REQUIRE(wait_until([&] { return world.starts == 1; }));
    std::this_thread::sleep_for(50ms); // somewhere between the start and the load; any moment is as good

    const auto before = std::chrono::steady_clock::now();
    host.reset();
    CHECK(std::chrono::steady_clock::now() - before < 10s);
    CHECK(world.diary.all<HostParked>().empty());
}

TEST_CASE("a clean stop saves the state and the next session has it")
{
    World world;
    {
        auto host = world.start(world.settings());
        REQUIRE(world.diary.has<HostReady>());
        CHECK_FALSE(world.diary.all<HostReady>()[0].state_restored);
        Player player(world.processor);
        host->connect(world.processor);
        REQUIRE(world.processor.set_parameter(fake_parameter::gain, 0.125));
        REQUIRE(player.hears(0.125F));
    }
    REQUIRE(std::filesystem::exists(world.state_file));

    auto host = world.start(world.settings());
    REQUIRE(world.diary.has<HostReady>(2));
    CHECK(world.diary.all<HostReady>()[1].state_restored);
    Player player(world.processor);
    host->connect(world.processor);
    CHECK(player.hears(0.125F));
}

TEST_CASE("a parameter that is set while nothing plays the plugin is in its state")
{
    World world;
    {
        auto host = world.start(world.settings());
        REQUIRE(world.diary.has<HostReady>());
        SECTION("its node is idle")
        {
            host->connect(world.processor);
        }
        SECTION("it has no node yet") {}
        host->set_parameter(fake_parameter::gain, 0.375);
    }
    auto host = world.start(world.settings());
    REQUIRE(world.diary.has<HostReady>(2));
    Player player(world.processor);
    host->connect(world.processor);
    CHECK(player.hears(0.375F));
}

TEST_CASE("what was set on an idle node is in the state that is saved on demand, and played later")
{
    World world;
    auto host = world.start(world.settings());
    REQUIRE(world.diary.has<HostReady>());
    host->connect(world.processor);
    host->set_parameter(fake_parameter::gain, 0.375);
    host->save();
    REQUIRE(world.diary.has<StateSaved>());
    const auto first = read_state_file(world.state_file).state.value().bytes;
    host->set_parameter(fake_parameter::gain, 0.25);
    host->save();
    REQUIRE(world.diary.has<StateSaved>(2));
    CHECK(read_state_file(world.state_file).state.value().bytes != first);

    Player player(world.processor);
    CHECK(player.hears(0.25F));
    CHECK(world.processor.stats().dropped == 0);
}

TEST_CASE("a change of a parameter reaches the disk without being asked")
{
    World world;
    auto host = world.start(world.settings());
    REQUIRE(world.diary.has<HostReady>());
    host->set_parameter(fake_parameter::gain, 0.5);
    REQUIRE(world.diary.has<StateSaved>());
    CHECK(read_state_file(world.state_file).state);
}

TEST_CASE("a parameter that the plugin moves itself is told, and survives a crash")
{
    World world;
    auto host = world.start(world.settings());
    REQUIRE(world.diary.has<HostReady>());
    Player player(world.processor);
    host->connect(world.processor);

    REQUIRE(world.processor.set_parameter(fake_parameter::touch, 0.375));
    REQUIRE(world.diary.has<bridge::ParameterChanged>());
    CHECK(world.diary.all<bridge::ParameterChanged>()[0].id == fake_parameter::gain);
    CHECK(world.diary.all<bridge::ParameterChanged>()[0].value == 0.375);

    misbehave(world, FakeMisbehaviour::crash);
    REQUIRE(world.diary.has<HostReady>(2));
    CHECK(player.hears(0.375F));
}

TEST_CASE("a damaged state is kept aside, and the plugin starts as it comes")
{
    World world;
    std::ofstream(world.state_file) << "not a state";
    auto host = world.start(world.settings());
    REQUIRE(world.diary.has<HostReady>());
    CHECK_FALSE(world.diary.all<HostReady>()[0].state_restored);
    CHECK_THAT(world.diary.log(), ContainsSubstring("damaged") && ContainsSubstring("gain.state.aside-1"));
    CHECK(std::filesystem::exists(world.directory.path() / "gain.state.aside-1"));
}

TEST_CASE("the state of another plugin, or one that the plugin refuses, is kept aside")
{
    World world;
    SavedState state{"vst2:something else", {std::byte{1}}};
    SECTION("another plugin's") {}
    SECTION("refused")
    {
        auto host = world.start(world.settings());
        REQUIRE(world.diary.has<HostReady>());
        host.reset();
        state.plugin = read_state_file(world.state_file).state.value().plugin;
    }
    write_state_file(world.state_file, state);
    const auto ready = world.diary.all<HostReady>().size() + 1;

    auto host = world.start(world.settings());
    REQUIRE(world.diary.has<HostReady>(ready));
    CHECK_FALSE(world.diary.all<HostReady>().back().state_restored);
    CHECK(std::filesystem::exists(world.directory.path() / "gain.state.aside-1"));
    CHECK_THAT(world.diary.log(), ContainsSubstring("The plugin starts as it comes"));
}

TEST_CASE("a state that cannot be written is told and the plugin plays on")
{
    World world;
    std::filesystem::create_directory(std::filesystem::path(world.state_file) += ".new");
    auto host = world.start(world.settings());
    REQUIRE(world.diary.has<HostReady>());
    const auto ticket = host->save();
    REQUIRE(
        wait_until([&] { return world.diary.log().find("the state was not saved") != std::string::npos; }));
    REQUIRE(world.diary.has<StateSaved>());
    CHECK(world.diary.all<StateSaved>()[0].ticket == ticket);
    CHECK_FALSE(world.diary.all<StateSaved>()[0].problem.empty());
    CHECK(world.diary.all<HostRestarting>().empty());
}

TEST_CASE(
    "a plugin that does not answer when it is asked for its state plays on, and a stop does not wait for it")
{
    World world;
    world.options = {"--save-hangs"};
    auto settings = world.settings();
    settings.patience.timeouts.save = 300ms;
    auto host = world.start(settings);
    REQUIRE(world.diary.has<HostReady>());
    Player player(world.processor);
    host->connect(world.processor);
    host->set_parameter(fake_parameter::gain, 0.5);
    REQUIRE(player.hears(0.5F));

    const auto ticket = host->save();

    REQUIRE(wait_until([&] {
        const auto saved = world.diary.all<StateSaved>();
        return !saved.empty() && saved.back().ticket == ticket;
    }));
    CHECK_THAT(world.diary.all<StateSaved>().back().problem, ContainsSubstring("does not answer"));
    CHECK(world.diary.all<HostRestarting>().empty());
    CHECK(player.hears(0.5F));

    // And if it hangs in its blocks as well, it is replaced as quickly as any other.
    misbehave(world, FakeMisbehaviour::hang);
    host->save();
    const auto before = std::chrono::steady_clock::now();
    REQUIRE(world.diary.has<HostReady>(2));
    CHECK(std::chrono::steady_clock::now() - before < 10s);
    CHECK(player.hears(0.5F));

    host.reset();
    CHECK(std::chrono::steady_clock::now() - before < 20s);
}

TEST_CASE("a parameter that never comes to rest is saved all the same")
{
    World world;
    auto settings = world.settings();
    settings.patience.unsaved = 1s;
    auto host = world.start(settings);
    REQUIRE(world.diary.has<HostReady>());

    CHECK(wait_until([&] {
        host->set_parameter(fake_parameter::gain, world.starts % 2 == 0 ? 0.5 : 0.25);
        return !world.diary.all<StateSaved>().empty();
    }));
}

TEST_CASE("a state of thirty megabytes is kept")
{
    World world;
    world.options = {"--state-bytes", "30000000"};
    auto host = world.start(world.settings());
    REQUIRE(world.diary.has<HostReady>());
    host->save();
    REQUIRE(world.diary.has<StateSaved>());
    CHECK(read_state_file(world.state_file).state.value().bytes.size() >= 30'000'000);
}

TEST_CASE("another rate or block size activates the plugin anew")
{
    World world;
    auto settings = world.settings();
    settings.values = {{"gain", 0.5}};
    settings.max_frames = 32; // smaller than the player's blocks
    auto host = world.start(settings);
    REQUIRE(world.diary.has<HostReady>());
    Player player(world.processor);
    host->connect(world.processor);
    REQUIRE(wait_until([&] { return world.processor.stats().not_active > 0; }));
    CHECK(player.heard() == 1); // dry

    host->set_format(48000, 64);
    CHECK(player.hears(0.5F));

    player.set_rate(96000);
    CHECK(player.hears(1));
    host->set_format(96000, 64);
    CHECK(player.hears(0.5F));
}

TEST_CASE("a parameter that is set while a plugin restarts itself reaches it afterwards")
{
    World world;
    auto host = world.start(world.settings());
    REQUIRE(world.diary.has<HostReady>());
    Player player(world.processor);
    host->connect(world.processor);
    REQUIRE(player.hears(1));
    REQUIRE(world.processor.set_parameter(fake_parameter::pause, 1));
    REQUIRE(wait_until([&] { return world.processor.stats().not_active > 0; }));

    host->set_parameter(fake_parameter::gain, 0.25);
    CHECK(player.hears(0.25F));
}

TEST_CASE("a restart on demand keeps the state")
{
    World world;
    auto host = world.start(world.settings());
    REQUIRE(world.diary.has<HostReady>());
    Player player(world.processor);
    host->connect(world.processor);
    REQUIRE(world.processor.set_parameter(fake_parameter::gain, 0.625));
    REQUIRE(player.hears(0.625F));

    host->restart();

    REQUIRE(world.diary.has<HostReady>(2));
    CHECK(world.diary.all<HostRestarting>().empty());
    CHECK(player.hears(0.625F));
}

TEST_CASE("thousands of changes at once all arrive, though the processor's queue is short")
{
    World world;
    auto host = world.start(world.settings());
    REQUIRE(world.diary.has<HostReady>());
    host->connect(world.processor);
    for (int i = 0; i < 20'000; ++i) // nothing takes them yet
        host->set_parameter(fake_parameter::gain, i % 2 == 0 ? 0.5 : 0.25);
    Player player(world.processor);
    CHECK(player.hears(0.25F));
}

TEST_CASE("sixteen plugins stop at the same time")
{
    std::vector<std::unique_ptr<World>> worlds;
    std::vector<std::unique_ptr<PluginHost>> hosts;
    for (int i = 0; i < 16; ++i) {
        worlds.push_back(std::make_unique<World>());
        hosts.push_back(worlds.back()->start(worlds.back()->settings()));
    }
    for (const auto& world : worlds)
        REQUIRE(world->diary.has<HostReady>());
    for (const auto& host : hosts)
        host->stop();
    hosts.clear();
    for (const auto& world : worlds)
        CHECK(std::filesystem::exists(world->state_file));
}

TEST_CASE("an editor opens where it was, also in the next host")
{
    World world;
    world.display = true;
    auto host = world.start(world.settings());
    REQUIRE(world.diary.has<HostReady>());

    host->ask(EditorWish{});
    REQUIRE(world.diary.has<WishDone>());
    CHECK(world.diary.all<WishDone>()[0].problem.empty());
    REQUIRE(world.diary.all<bridge::EditorChanged>().size() == 1);
    CHECK(world.diary.all<bridge::EditorChanged>()[0].open);
    CHECK(world.diary.all<bridge::EditorChanged>()[0].place == protocol::EditorPlace{107, 200, 300, 400});

    host->ask(EditorWish{.open = false});
    REQUIRE(world.diary.has<WishDone>(2));
    CHECK_FALSE(world.diary.all<bridge::EditorChanged>()[1].open);

    host.reset();
    host = world.start(world.settings());
    REQUIRE(world.diary.has<HostReady>(2));
    host->ask(EditorWish{});
    REQUIRE(world.diary.has<WishDone>(3));
    CHECK(world.diary.all<bridge::EditorChanged>()[2].place == protocol::EditorPlace{114, 200, 300, 400});
}

TEST_CASE("without a display an editor is refused with the remedy, and the plugin plays on")
{
    World world;
    auto host = world.start(world.settings());
    REQUIRE(world.diary.has<HostReady>());
    Player player(world.processor);
    host->connect(world.processor);
    host->set_parameter(fake_parameter::gain, 0.25);
    REQUIRE(player.hears(0.25F));

    host->ask(EditorWish{});

    REQUIRE(world.diary.has<WishDone>());
    CHECK_THAT(world.diary.all<WishDone>()[0].problem, ContainsSubstring("import-environment DISPLAY"));
    CHECK(player.hears(0.25F));
    CHECK(world.diary.all<HostReady>().size() == 1);
}

TEST_CASE("a host that came up without a display gives way, with its state, to one that opens the editor")
{
    World world;
    auto host = world.start(world.settings());
    REQUIRE(world.diary.has<HostReady>());
    Player player(world.processor);
    host->connect(world.processor);
    host->set_parameter(fake_parameter::gain, 0.25);
    REQUIRE(player.hears(0.25F));

    world.display = true; // somebody has logged in
    host->ask(EditorWish{});

    REQUIRE(world.diary.has<WishDone>());
    CHECK(world.diary.all<WishDone>()[0].problem.empty());
    CHECK(world.diary.all<HostReady>().size() == 2);
    CHECK(world.diary.all<bridge::EditorChanged>().size() == 1);
    CHECK_THAT(world.diary.log(), ContainsSubstring("loaded anew, with its state, to open its editor"));
    CHECK(player.hears(0.25F));
}
