// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// States that cannot be saved for a while.

#include "service/hosts/state-file.hpp"
#include "tests/service/hosts/fake-host-world.hpp"
#include "tests/support/ordinary-user.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

using namespace decant;
using namespace decant::service;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using decant::tests::Player;
using decant::tests::wait_until;
namespace fake_parameter = decant::tests::fake_parameter;
namespace fs = std::filesystem;

namespace
{

/// One whose state cannot be written before clear().
struct BlockedWorld : tests::FakeHostWorld {
    const fs::path obstacle = fs::path(state_file) += ".new"; ///< in the way, for root too

    BlockedWorld() { fs::create_directory(obstacle); }
    void clear() const { fs::remove(obstacle); }

    [[nodiscard]] PluginHostSettings hasty_settings() const
    {
        auto result = settings();
        result.patience.settle = 50ms;
        return result;
    }

    [[nodiscard]] bool has_saved() const
    {
        return wait_until([&] {
            const auto saved = diary.all<StateSaved>();
            return std::ranges::any_of(saved, [](const auto& each) { return each.problem.empty(); });
        });
    }

    /// The gain with which the next session begins.
    [[nodiscard]] double next_gain()
    {
        const auto count = diary.all<HostReady>().size() + 1;
        const auto host = start(settings());
        REQUIRE(diary.has<HostReady>(count));
        return diary.all<HostReady>().back().values.at(0);
    }
};

std::size_t times(const std::string& text, const std::string& what)
{
    std::size_t count = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        ++count;
    return count;
}

} // namespace

TEST_CASE("a state that could not be saved is saved as soon as it can be, though nothing moves any more")
{
    BlockedWorld world;
    const auto host = world.start(world.hasty_settings());
    REQUIRE(world.diary.has<HostReady>());
    host->set_parameter(fake_parameter::gain, 0.375);
    REQUIRE(world.diary.has<StateSaved>(4));
    CHECK(times(world.diary.log(), "the state was not saved") == 1);
    CHECK_THAT(world.diary.log(), ContainsSubstring("the room on its disk. It is tried again.") &&
                                      !ContainsSubstring("saved again"));

    world.clear();

    REQUIRE(world.has_saved());
    CHECK(read_state_file(world.state_file).state);
    CHECK(times(world.diary.log(), "the state is saved again") == 1);
}

TEST_CASE("what could not be saved is saved at the end, also if the plugin was given up meanwhile")
{
    BlockedWorld world;
    auto host = world.start(world.hasty_settings());
    REQUIRE(world.diary.has<HostReady>());
    host->set_parameter(fake_parameter::gain, 0.375);
    REQUIRE(world.diary.has<StateSaved>());
    world.options = {"--version-number", "1000000"};
    host->restart();
    REQUIRE(world.diary.has<HostParked>());

    SECTION("and there is room again")
    {
        world.clear();
        host.reset();
        world.options.clear();
        CHECK(world.next_gain() == 0.375);
    }
    SECTION("and that is told if there still is none")
    {
        host.reset();
        CHECK_THAT(world.diary.log(), ContainsSubstring("the last state is not saved: cannot write"));
    }
}

TEST_CASE(
    "a plugin whose state directory is read-only comes with its state, plays, and is saved when it can be")
{
    BlockedWorld world;
    world.clear();
    {
        const auto host = world.start(world.hasty_settings());
        REQUIRE(world.diary.has<HostReady>());
        host->set_parameter(fake_parameter::gain, 0.375);
    }
    const tests::OrdinaryUser user;
    fs::permissions(world.directory.path(), fs::perms::owner_read | fs::perms::owner_exec);
    const auto host = world.start(world.hasty_settings());
    const bool ready = world.diary.has<HostReady>(2);
    const auto saved_before = world.diary.all<StateSaved>().size();
    Player player(world.processor);
    host->connect(world.processor);
    CHECK(player.hears(0.375F));
    host->set_parameter(fake_parameter::gain, 0.75);
    const bool tried = world.diary.has<StateSaved>(saved_before + 2);
    CHECK(player.hears(0.75F));
    fs::permissions(world.directory.path(), fs::perms::owner_all); // or it could not be removed

    REQUIRE(ready);
    REQUIRE(tried);
    CHECK_THAT(world.diary.all<StateSaved>().at(saved_before).problem,
               ContainsSubstring("cannot write the state") && ContainsSubstring("Permission denied") &&
                   ContainsSubstring("Check its permissions"));
    CHECK(world.diary.all<HostRestarting>().empty());
    CHECK(wait_until([&] { return world.diary.all<StateSaved>().back().problem.empty(); }));
    CHECK(times(world.diary.log(), "the state was not saved") == 1);
}

TEST_CASE("a plugin whose state has become too large keeps its last one, plays on, and is not asked in vain")
{
    BlockedWorld world;
    world.clear();
    {
        const auto host = world.start(world.hasty_settings());
        REQUIRE(world.diary.has<HostReady>());
        host->set_parameter(fake_parameter::gain, 0.375);
    }
    const auto kept = read_state_file(world.state_file).state.value().bytes;
    world.options = {"--state-bytes", "300000000"};
    const auto saved_before = world.diary.all<StateSaved>().size();

    const auto host = world.start(world.hasty_settings());
    REQUIRE(world.diary.has<HostReady>(2));
    Player player(world.processor);
    host->connect(world.processor);
    host->set_parameter(fake_parameter::gain, 0.75);

    REQUIRE(world.diary.has<StateSaved>(saved_before + 1));
    CHECK_THAT(world.diary.all<StateSaved>().back().problem, ContainsSubstring("too large"));
    CHECK_THAT(world.diary.log(), ContainsSubstring("the state was not saved, and the last one is kept") &&
                                      !ContainsSubstring("It is tried again"));
    CHECK(player.hears(0.75F));
    CHECK(world.diary.all<HostRestarting>().empty());
    CHECK(read_state_file(world.state_file).state.value().bytes == kept);
}

TEST_CASE(
    "what was set of a plugin that does not give its state at the end is there again in the next session")
{
    BlockedWorld world;
    world.clear();
    std::vector<std::byte> before;
    const auto session = [&](const std::vector<std::string>& options, double gain) {
        world.options = options;
        auto settings = world.hasty_settings();
        settings.patience.settle = 1h; // nothing is saved before the end
        settings.patience.unsaved = 1h;
        settings.patience.timeouts.save = 300ms;
        const auto count = world.diary.all<HostReady>().size() + 1;
        const auto host = world.start(settings);
        REQUIRE(world.diary.has<HostReady>(count));
        const auto begun_with = world.diary.all<HostReady>().back().values.at(0);
        host->set_parameter(fake_parameter::gain, gain);
        return begun_with;
    };
    SECTION("it has given one before")
    {
        session({}, 0.75);
        before = read_state_file(world.state_file).state.value().bytes;
        REQUIRE_FALSE(before.empty());
    }
    SECTION("it never gave one") {}

    session({"--save-hangs"}, 0.375);

    CHECK_THAT(world.diary.log(), ContainsSubstring("the last one is kept, with the parameters as they are"));
    CHECK(read_state_file(world.state_file).state.value().bytes == before);
    CHECK(session({}, 0.625) == 0.375);
    CHECK(read_state_file(world.state_file).state.value().values.empty());
    CHECK(session({}, 0.5) == 0.625);
}
