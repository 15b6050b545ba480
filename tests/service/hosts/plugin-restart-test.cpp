// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Plugins that somebody restarts because they hang, or because their file is another one.

#include "tests/service/hosts/fake-host-world.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <string>

#include <signal.h>

namespace decant::service
{
namespace
{

using namespace std::chrono_literals;
namespace fake_parameter = tests::fake_parameter;

/// A gain of a half, which is saved, with a supervisor that would wait for it for minutes.
struct SavedGain : tests::FakeHostWorld {
    std::unique_ptr<PluginHost> host = start(patient());
    std::chrono::steady_clock::time_point restarted_at{};

    SavedGain()
    {
        REQUIRE(diary.has<HostReady>());
        host->connect(processor);
        host->set_parameter(fake_parameter::gain, 0.5);
        host->save();
        REQUIRE(diary.has<StateSaved>());
        REQUIRE(diary.all<StateSaved>()[0].problem.empty());
    }

    [[nodiscard]] PluginHostSettings patient() const
    {
        auto result = settings();
        result.patience.block = result.patience.timeouts.save = result.patience.timeouts.quit = 120s;
        return result;
    }

    void restart()
    {
        restarted_at = std::chrono::steady_clock::now();
        host->restart();
    }

    /// Within the time that a musician has, and with what was saved last.
    void check_return(const std::string& complaint)
    {
        REQUIRE(diary.has<HostReady>(2));
        CHECK(std::chrono::steady_clock::now() - restarted_at < 15s);
        CHECK(diary.all<HostReady>()[1].state_restored);
        CHECK(diary.all<HostReady>()[1].values.at(0) == 0.5);
        CHECK_THAT(diary.log(), Catch::Matchers::ContainsSubstring(complaint));
        CHECK(diary.all<HostRestarting>().empty()); // it is no failure, after which others would have to wait
    }
};

} // namespace

TEST_CASE("a plugin that hangs in a block is ended soon when somebody restarts it, and has its last state")
{
    SavedGain gain;
    tests::Player player(gain.processor);
    REQUIRE(player.hears(0.5F));
    gain.misbehave(tests::FakeMisbehaviour::hang);
    REQUIRE(tests::wait_until([&] { return gain.processor.stats().late > 0; }));

    gain.restart();
    gain.check_return("hangs in a block");
    CHECK(player.hears(0.5F));
}

TEST_CASE("a plugin that answers nothing is ended soon when somebody restarts it, and who waits for a save "
          "is told")
{
    SavedGain gain;
    REQUIRE(tests::children().size() == 1);
    REQUIRE(::kill(tests::children()[0], SIGSTOP) == 0);

    gain.restart();
    gain.check_return("hangs while being restarted");
    CHECK_FALSE(gain.diary.all<StateSaved>().back().problem.empty());
}

TEST_CASE("a plugin that is exchanged for another one does not get the values that were set of that")
{
    tests::FakeHostWorld world;
    auto settings = world.settings();
    settings.values = {{"Delay", 1}};
    auto host = world.start(settings);
    REQUIRE(world.diary.has<HostReady>());
    host->set_parameter(fake_parameter::gain, 0.25);
    host->set_parameter(fake_parameter::delay, 2);

    world.options = {"--id", "another"};
    host->restart();
    REQUIRE(world.diary.has<HostReady>(2));
    const auto ready = world.diary.all<HostReady>()[1];
    CHECK_FALSE(ready.state_restored);
    CHECK(ready.values.at(0) == 1); // as it comes
    REQUIRE(ready.description.parameters.at(1).name == "Delay");
    CHECK(ready.values.at(1) == 1); // as the configuration wants the plugin of this name

    world.options.clear();
    host->restart();
    REQUIRE(world.diary.has<HostReady>(3));
    CHECK(world.diary.all<HostReady>()[2].values.at(0) == 0.25); // it waited in the state
}

} // namespace decant::service
