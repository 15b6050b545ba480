// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/service/hosts/fake-host-world.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <signal.h>

using namespace decant;
using namespace decant::service;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using decant::tests::FakeMisbehaviour;
using decant::tests::PlayedGain;
using decant::tests::Player;
using decant::tests::wait_until;
using World = decant::tests::FakeHostWorld;
namespace fake_parameter = decant::tests::fake_parameter;

namespace
{

/// The one host that runs.
pid_t only_child()
{
    const auto children = tests::children();
    REQUIRE(children.size() == 1);
    return children[0];
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

    world.misbehave(FakeMisbehaviour::crash);

    REQUIRE(world.diary.has<HostReady>(2));
    CHECK(player.hears(0.25F));
    CHECK(world.diary.all<HostReady>()[1].values.at(0) == 0.25);
}

TEST_CASE("a plugin that crashes comes back with its parameters, and says what killed it")
{
    PlayedGain gain;
    gain.host->set_parameter(fake_parameter::gain, 0.25);
    REQUIRE(gain.player.hears(0.25F));

    gain.misbehave(FakeMisbehaviour::crash);

    REQUIRE(gain.diary.has<HostReady>(2));
    CHECK_THAT(gain.diary.all<HostRestarting>()[0].reason, ContainsSubstring("signal 11"));
    CHECK(gain.player.hears(0.25F));
}

TEST_CASE("a plugin that crashes comes back with the state that it had, although nobody set a parameter")
{
    PlayedGain gain;
    REQUIRE(gain.processor.set_parameter(fake_parameter::gain, 0.75)); // behind the supervisor's back
    REQUIRE(gain.player.hears(0.75F));
    gain.host->save();
    REQUIRE(gain.diary.has<StateSaved>());

    gain.misbehave(FakeMisbehaviour::crash);

    REQUIRE(gain.diary.has<HostReady>(2));
    CHECK(gain.diary.all<HostReady>()[1].state_restored);
    CHECK(gain.player.hears(0.75F));
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
    PlayedGain gain;
    gain.host->set_parameter(fake_parameter::gain, 0.5);
    REQUIRE(gain.player.hears(0.5F));

    gain.misbehave(FakeMisbehaviour::hang);

    REQUIRE(gain.diary.has<HostReady>(2));
    CHECK_THAT(gain.diary.all<HostRestarting>()[0].reason, ContainsSubstring("hangs in a block"));
    CHECK(gain.player.hears(0.5F));
}

TEST_CASE("a plugin that hangs in a block is replaced as soon if the rate changes meanwhile, or it is asked "
          "for more")
{
    PlayedGain gain;
    gain.host->set_parameter(fake_parameter::gain, 0.5);
    REQUIRE(gain.player.hears(0.5F));
    gain.misbehave(FakeMisbehaviour::hang);
    REQUIRE(wait_until([&] { return gain.processor.stats().late > 0; }));

    if (GENERATE(true, false)) {
        gain.player.set_rate(44100);
        gain.host->set_format(44100, 8192);
    } else {
        gain.host->ask(SelectProgram{1});
    }

    REQUIRE(gain.diary.has<HostRestarting>());
    CHECK_THAT(gain.diary.all<HostRestarting>()[0].reason, ContainsSubstring("hangs in a block"));
    REQUIRE(gain.diary.has<HostReady>(2));
    CHECK(gain.player.hears(0.5F));
}

TEST_CASE("of a chain that fails every plugin is named, as any of them may be to blame")
{
    World world;
    auto settings = world.settings();
    for (const auto* name : {"gain", "gain2"})
        settings.plugin.chain.push_back({name, world.directory.path() / name += ".dll", ""});
    auto host = world.start(settings);
    REQUIRE(world.diary.has<HostReady>());
    Player player(world.processor);
    host->connect(world.processor);
    SECTION("it hangs")
    {
        world.misbehave(FakeMisbehaviour::hang);
    }
    SECTION("it crashes")
    {
        world.misbehave(FakeMisbehaviour::crash);
    }
    REQUIRE(world.diary.has<HostRestarting>());
    CHECK_THAT(world.diary.all<HostRestarting>()[0].reason, StartsWith("gain.dll > gain2.dll: "));
}

TEST_CASE("a plugin that ends its process quietly is replaced as well")
{
    PlayedGain gain;
    gain.misbehave(FakeMisbehaviour::exit);
    REQUIRE(gain.diary.has<HostReady>(2));
    CHECK_THAT(gain.diary.all<HostRestarting>()[0].reason, ContainsSubstring("ended with status 0"));
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
        CHECK_THAT(world.diary.all<HostParked>()[0].reason,
                   ContainsSubstring(std::string(how_to_install_hosts())));
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

TEST_CASE("a stop while a prefix is made gives that up")
{
    World world;
    std::atomic<bool> makes = false;
    auto host = std::make_unique<PluginHost>(
        world.settings(), [&](HostEvent event) { world.diary.write(std::move(event)); },
        [&](const PluginFile&, const Progress& progress) -> HostCommand {
            makes = true;
            (void)wait_until([&] { return progress.given_up(); });
            throw PluginError("the prefix is not ready");
        });
    REQUIRE(wait_until([&] { return makes.load(); }));

    const auto before = std::chrono::steady_clock::now();
    host.reset();
    CHECK(std::chrono::steady_clock::now() - before < 10s);
    CHECK(world.diary.all<HostParked>().empty());
}

TEST_CASE("a parameter that is set while a plugin restarts itself reaches it afterwards")
{
    PlayedGain gain;
    REQUIRE(gain.player.hears(1));
    REQUIRE(gain.processor.set_parameter(fake_parameter::pause, 1));
    REQUIRE(wait_until([&] { return gain.processor.stats().not_active > 0; }));

    gain.host->set_parameter(fake_parameter::gain, 0.25);
    CHECK(gain.player.hears(0.25F));
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
