// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/service/hosts/fake-host-world.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace decant;
using namespace decant::service;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using decant::tests::PlayedGain;
using decant::tests::Player;
using World = decant::tests::FakeHostWorld;
namespace fake_parameter = decant::tests::fake_parameter;

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
    PlayedGain gain;
    gain.host->set_parameter(fake_parameter::gain, 0.25);
    REQUIRE(gain.player.hears(0.25F));

    gain.host->ask(EditorWish{});

    REQUIRE(gain.diary.has<WishDone>());
    CHECK_THAT(gain.diary.all<WishDone>()[0].problem, ContainsSubstring("import-environment DISPLAY"));
    CHECK(gain.player.hears(0.25F));
    CHECK(gain.diary.all<HostReady>().size() == 1);
}

TEST_CASE("a host that came up without a display gives way, with its state, to one that opens the editor")
{
    PlayedGain gain;
    gain.host->set_parameter(fake_parameter::gain, 0.25);
    REQUIRE(gain.player.hears(0.25F));

    gain.display = true; // somebody has logged in
    gain.host->ask(EditorWish{});

    REQUIRE(gain.diary.has<WishDone>());
    CHECK(gain.diary.all<WishDone>()[0].problem.empty());
    CHECK(gain.diary.all<HostReady>().size() == 2);
    CHECK(gain.diary.all<bridge::EditorChanged>().size() == 1);
    CHECK_THAT(gain.diary.log(), ContainsSubstring("loaded anew, with its state, to open its editor"));
    CHECK(gain.player.hears(0.25F));
}

TEST_CASE("what is asked of a plugin that is just being restarted is done by the next host")
{
    World world;
    world.display = true;
    auto host = world.start(world.settings());
    REQUIRE(world.diary.has<HostReady>());

    host->restart();
    const auto ticket = host->ask(EditorWish{});

    REQUIRE(world.diary.has<WishDone>());
    CHECK(world.diary.all<WishDone>()[0].ticket == ticket);
    CHECK(world.diary.all<WishDone>()[0].problem.empty());
    CHECK(world.diary.all<HostReady>().size() == 2);
    CHECK(world.diary.all<bridge::EditorChanged>().size() == 1);
}
