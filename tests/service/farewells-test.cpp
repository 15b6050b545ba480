// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/farewells.hpp"
#include "tests/service/hosts/fake-host-world.hpp"

#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <memory>
#include <utility>

namespace decant::service
{
namespace
{

using tests::wait_until;
namespace fake_parameter = tests::fake_parameter;

struct LeavingGain : tests::FakeHostWorld {
    Farewells farewells;
    pid_t process = 0;

    /// With a gain of a half, and stopped, so that it does not end until it is let go on.
    LeavingGain()
    {
        auto host = start(settings());
        REQUIRE(diary.has<HostReady>());
        auto own = std::make_unique<bridge::BridgeProcessor>(tests::gain_layout);
        host->connect(*own);
        host->set_parameter(fake_parameter::gain, 0.5);
        host->save();
        REQUIRE(diary.has<StateSaved>());
        host->set_parameter(fake_parameter::gain, 0.25);
        REQUIRE(tests::children().size() == 1);
        process = tests::children()[0];
        REQUIRE(::kill(process, SIGSTOP) == 0);
        farewells.take(std::move(host), std::move(own));
    }

    void go_on() const { REQUIRE(::kill(process, SIGCONT) == 0); }

    [[nodiscard]] bool over()
    {
        return wait_until([&] {
            farewells.tick();
            return farewells.empty();
        });
    }
};

} // namespace

TEST_CASE("a plugin that was taken out ends in its own time, with its state saved")
{
    LeavingGain gain;
    gain.farewells.tick();
    CHECK_FALSE(gain.farewells.empty());
    gain.go_on();
    CHECK(gain.over());
    CHECK(tests::children().empty());
    CHECK(gain.diary.all<StateSaved>().back().problem.empty());
}

TEST_CASE("who takes over the node of a plugin that has not ended has the state that it saves at its end")
{
    LeavingGain gain;
    const auto successor = gain.start(gain.settings());
    gain.go_on();
    REQUIRE(gain.diary.has<HostReady>(2));
    CHECK(gain.diary.all<HostReady>()[1].values.at(0) == 0.25);
    CHECK(gain.over());
}

TEST_CASE("who takes over a node and is taken out himself does not wait for the plugin before")
{
    LeavingGain gain;
    auto successor = gain.start(gain.settings());
    successor.reset();
    CHECK(gain.starts == 1);
    gain.farewells.tick();
    CHECK_FALSE(gain.farewells.empty());
    gain.go_on();
    CHECK(gain.over());
}

} // namespace decant::service
