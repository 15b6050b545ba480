// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/hosts/state-file.hpp"
#include "tests/service/hosts/fake-host-world.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

using namespace decant;
using namespace decant::service;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using decant::tests::FakeMisbehaviour;
using decant::tests::PlayedGain;
using decant::tests::Player;
using decant::tests::wait_until;
using World = decant::tests::FakeHostWorld;
namespace fake_parameter = decant::tests::fake_parameter;

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

TEST_CASE(
    "the configuration's value of a parameter counts when it has changed, and else what was moved since")
{
    World world;
    const auto first_gain = [&](double configured, double moved,
                                const std::function<void(PluginHost&)>& also = {}) {
        auto settings = world.settings();
        settings.values = {{"Gain", configured}};
        const auto count = world.diary.all<HostReady>().size() + 1;
        auto host = world.start(std::move(settings));
        REQUIRE(world.diary.has<HostReady>(count));
        host->set_parameter(fake_parameter::gain, moved);
        if (also)
            also(*host);
        return world.diary.all<HostReady>().back().values.at(0);
    };
    CHECK(first_gain(0.5, 0.75) == 0.5);
    CHECK(first_gain(0.5, 0.625) == 0.75);
    CHECK(first_gain(0.25, 1.0) == 0.25);
    const auto changed_while_it_plays = [](PluginHost& host) {
        host.set_configured({{"Gain", 0.125}});
        host.set_parameter(fake_parameter::gain, 0.125);
        host.set_parameter(fake_parameter::gain, 0.875);
    };
    CHECK(first_gain(0.25, 1.5, changed_while_it_plays) == 1.0);
    CHECK(first_gain(0.125, 1.0) == 0.875);
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

TEST_CASE("what is no parameter's reaches the disk when the plugin says that it has changed")
{
    PlayedGain gain;
    REQUIRE(gain.processor.set_parameter(fake_parameter::latency, 64)); // nobody is told of the parameter
    CHECK(gain.diary.has<StateSaved>());
}

TEST_CASE("a latency that a plugin knows only when it is active is the one that it is shown with")
{
    World world;
    world.options = {"--tells-gain"};
    auto host = world.start(world.settings());
    REQUIRE(world.diary.has<HostReady>());
    CHECK(world.diary.all<HostReady>()[0].description.latency == 64);
}

TEST_CASE("a parameter that the plugin moves itself is told, and survives a crash")
{
    PlayedGain gain;

    REQUIRE(gain.processor.set_parameter(fake_parameter::touch, 0.375));
    REQUIRE(gain.diary.has<bridge::ParameterChanged>());
    CHECK(gain.diary.all<bridge::ParameterChanged>()[0].id == fake_parameter::gain);
    CHECK(gain.diary.all<bridge::ParameterChanged>()[0].value == 0.375);

    gain.misbehave(FakeMisbehaviour::crash);
    REQUIRE(gain.diary.has<HostReady>(2));
    CHECK(gain.player.hears(0.375F));
}

TEST_CASE("a damaged state is kept aside, and the plugin starts as it comes")
{
    World world;
    std::ofstream(world.state_file) << "not a state";
    auto host = world.start(world.settings());
    REQUIRE(world.diary.has<HostReady>());
    CHECK_FALSE(world.diary.all<HostReady>()[0].state_restored);
    CHECK_THAT(world.diary.log(), ContainsSubstring("damaged") && ContainsSubstring("gain.state.aside-1"));
    REQUIRE(world.diary.all<HostReady>()[0].complaints.size() == 1);
    CHECK_THAT(world.diary.all<HostReady>()[0].complaints[0], ContainsSubstring("damaged"));
    CHECK(std::filesystem::exists(world.directory.path() / "gain.state.aside-1"));
}

TEST_CASE("what cannot be read in the place of a state stays, and whoever saves is told why")
{
    World world;
    std::filesystem::create_directory(world.state_file);
    auto host = world.start(world.settings());
    REQUIRE(world.diary.has<HostReady>());
    host->save();
    REQUIRE(world.diary.has<StateSaved>());
    CHECK_THAT(world.diary.all<StateSaved>()[0].problem,
               ContainsSubstring("gain.state: Is a directory") && ContainsSubstring("restart of decantd"));
    CHECK(std::filesystem::is_directory(world.state_file));
}

TEST_CASE("the state of another plugin waits for that")
{
    World world;
    const SavedState others{"vst2:something else", {std::byte{1}}};
    write_state_file(world.state_file, others);
    {
        auto host = world.start(world.settings());
        REQUIRE(world.diary.has<HostReady>());
        CHECK_FALSE(world.diary.all<HostReady>().back().state_restored);
    }
    CHECK_THAT(world.diary.log(), ContainsSubstring("belongs to another plugin (vst2:something else)") &&
                                      ContainsSubstring("The plugin starts as it comes"));
    CHECK(read_state_file_of(world.state_file, others.plugin).state.value().bytes == others.bytes);
}

TEST_CASE("a state that the plugin refuses is kept aside")
{
    World world;
    {
        auto host = world.start(world.settings());
        REQUIRE(world.diary.has<HostReady>());
    }
    const auto plugin = read_state_file(world.state_file).state.value().plugin;
    write_state_file(world.state_file, {plugin, {std::byte{1}}});

    auto host = world.start(world.settings());
    REQUIRE(world.diary.has<HostReady>(2));
    CHECK_FALSE(world.diary.all<HostReady>().back().state_restored);
    CHECK(std::filesystem::exists(world.directory.path() / "gain.state.aside-1"));
    CHECK_THAT(world.diary.log(), ContainsSubstring("The plugin starts as it comes"));
    REQUIRE(world.diary.all<HostReady>().back().complaints.size() == 1);
    CHECK_THAT(world.diary.all<HostReady>().back().complaints[0], ContainsSubstring("the state is kept as"));
}

TEST_CASE(
    "a plugin that takes another one's place is saved, also if that one left no more than its state before")
{
    World world;
    const SavedState others{"vst2:something else", {std::byte{1}}};
    write_state_file(world.state_file, others);
    write_state_file(world.state_file, {others.plugin, {std::byte{2}}});
    std::filesystem::remove(world.state_file); // it was set aside, and then the power went
    {
        auto host = world.start(world.settings());
        REQUIRE(world.diary.has<HostReady>());
        host->set_parameter(fake_parameter::gain, 0.25);
    }
    CHECK(read_state_file(world.state_file).state.value().plugin != others.plugin);
    auto host = world.start(world.settings());
    REQUIRE(world.diary.has<HostReady>(2));
    CHECK(world.diary.all<HostReady>()[1].values.at(0) == 0.25);
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
    world.misbehave(FakeMisbehaviour::hang);
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

TEST_CASE("a restart on demand keeps the state")
{
    PlayedGain gain;
    REQUIRE(gain.processor.set_parameter(fake_parameter::gain, 0.625));
    REQUIRE(gain.player.hears(0.625F));

    gain.host->restart();

    REQUIRE(gain.diary.has<HostReady>(2));
    CHECK(gain.diary.all<HostRestarting>().empty());
    CHECK(gain.player.hears(0.625F));
}
