// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/wait-until.hpp"
#include "tests/wine-host/wine-host.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <variant>

namespace decant::tests
{
namespace
{

using Catch::Generators::from_range;
using Catch::Matchers::ContainsSubstring;

constexpr std::uint32_t rate = 48000;

void set_parameter(WineHost& host, std::uint32_t id, double value)
{
    host.run_block(64, rate,
                   [&](protocol::EventWriter& events) { REQUIRE(events.push_parameter(0, id, value)); });
}

protocol::FailureCode failure_of_state(WineHost& host, const std::vector<std::byte>& state)
{
    try {
        host.link().set_state(state);
    } catch (const bridge::HostError& error) {
        return error.failure;
    }
    return protocol::FailureCode::other;
}

TEST_CASE("a state saved in one host is restored in another, chunk or parameters",
          "[state][vst2][vst3][clap]")
{
    // Not the sine as VST3: DPF (1.6) takes the first parameter of an instrument for one of MIDI, and says 0.
    const auto* file = GENERATE("decant-test-gain.dll", "decant-test-sine.dll", "decant-test-mirror.dll",
                                "decant-test-gain.vst3", "decant-test-gain.clap", "decant-test-sine.clap");
    std::vector<std::byte> state;
    std::vector<double> values;
    {
        WineHost host;
        host.load(file);
        host.link().activate(rate, 64);
        set_parameter(host, 0, 0.125);
        state = host.link().state();
        values = host.link().values();
    }
    WineHost host;
    host.load(file);
    CHECK(host.link().values() != values);
    host.link().set_state(state);
    CHECK(host.link().values() == values);
    CHECK(host.link().state() == state);
}

TEST_CASE("a plugin that says that its state has changed is heard", "[state-changed][vst2][vst3][clap]")
{
    struct Change {
        const char* file;
        std::uint32_t parameter; ///< that makes it change besides
    };
    const auto change = GENERATE(Change{"decant-test-mirror.dll", 5}, Change{"decant-test-mirror.vst3", 2},
                                 Change{"decant-test-mirror.clap", 4});
    INFO(change.file);
    WineHost host;
    host.load(change.file);
    host.link().activate(rate, 64);
    const auto said = [&] {
        return std::any_of(host.heard().begin(), host.heard().end(), [](const bridge::Notification& each) {
            return std::holds_alternative<bridge::StateChanged>(each);
        });
    };
    CHECK_FALSE(said());
    set_parameter(host, change.parameter, 1);
    CHECK(wait_until(said));
}

TEST_CASE("a state of eight megabytes makes its way out and back")
{
    WineHost host;
    host.load("decant-test-shell.dll", "Double");
    const auto state = host.link().state();
    CHECK(state.size() > 8 * 1024 * 1024);
    CHECK(host.link().values() == std::vector{0.0});
    host.link().set_state(state);
    CHECK(host.link().values() == std::vector{1.0});
}

TEST_CASE("a state that is too large is refused, alone and of a chain together, and the plugin plays on")
{
    const auto refused = [](WineHost& host) {
        host.link().activate(rate, 64);
        try {
            (void)host.link().state(patience);
            FAIL("it was not refused");
        } catch (const bridge::HostError& error) {
            CHECK(error.code == bridge::HostErrorCode::failed);
            if (bits_under_test() == 64) // or there may be no memory for it
                CHECK_THAT(error.what(), ContainsSubstring("has more than the 255 MiB that Decant keeps"));
        }
        CHECK(host.run_block(64, rate).status == protocol::BlockStatus::done);
        CHECK_FALSE(host.link().values().empty());
    };
    const Environment large{{"DECANT_TEST_HOARD", "257"}};
    SECTION("VST2")
    {
        WineHost host({}, 0, large);
        host.load("decant-test-shell.dll", "Half");
        refused(host);
    }
    SECTION("VST3, of a plugin that does not ask whether it was written")
    {
        WineHost host({}, 0, large);
        host.load("decant-test-mirror.vst3", "Mirror");
        refused(host);
    }
    SECTION("a chain")
    {
        WineHost host({}, 0, {{"DECANT_TEST_HOARD", "129"}});
        host.load_chain(
            {{"one", "decant-test-shell.dll", "Half"}, {"two", "decant-test-mirror.vst3", "Mirror"}});
        refused(host);
    }
}

TEST_CASE("a state is restored while blocks run")
{
    const auto format = GENERATE(from_range(formats_under_test()));
    INFO(format.suffix);
    WineHost host;
    host.load(format.file("decant-test-gain"));
    host.link().activate(rate, 64);
    const auto state = host.link().state();
    set_parameter(host, 0, 0.125);
    host.link().set_state(state);
    CHECK(host.link().values() == std::vector{format.gain_range / 2});
    CHECK(host.run_block(64, rate).status == protocol::BlockStatus::done);
}

TEST_CASE("a plugin that says that its values have changed while a request is answered says it first")
{
    // DPF's VST3 plugins say so when they are made and when a state is set.
    WineHost host;
    host.load("decant-test-dial.vst3");
    const auto state = host.link().state();
    for (int round = 0; round < 20; ++round) {
        host.link().set_state(state);
        host.link().activate(rate, 64);
        const std::size_t said = host.heard().size();
        CHECK(said != 0);
        constexpr auto longer_than_notices_are_collected = std::chrono::milliseconds(25);
        CHECK_FALSE(
            wait_until([&] { return host.heard().size() != said; }, longer_than_notices_are_collected));
    }
}

TEST_CASE("a damaged or foreign state is refused and changes nothing", "[foreign-state][vst2][vst3][clap]")
{
    const auto format = GENERATE(from_range(formats_under_test()));
    INFO(format.suffix);
    WineHost other;
    other.load(format.file("decant-test-sine"));
    const auto foreign = other.link().state();

    WineHost host;
    host.load(format.file("decant-test-gain"));
    const auto good = host.link().state();
    host.link().activate(rate, 64);
    set_parameter(host, 0, 0.125);

    CHECK(failure_of_state(host, foreign) == protocol::FailureCode::state_mismatch);
    CHECK(failure_of_state(host, {}) == protocol::FailureCode::state_mismatch);
    CHECK(failure_of_state(host, std::vector(100000, std::byte{'x'})) ==
          protocol::FailureCode::state_mismatch);
    for (std::size_t place = 0; place < good.size(); place += 7) {
        auto damaged = good;
        damaged[place] ^= std::byte{0x10};
        CHECK(failure_of_state(host, damaged) == protocol::FailureCode::state_mismatch);
        CHECK(failure_of_state(host, {good.begin(), good.begin() + static_cast<std::ptrdiff_t>(place)}) ==
              protocol::FailureCode::state_mismatch);
    }
    CHECK(host.link().values() == std::vector{0.125});
    CHECK(host.run_block(64, rate).status == protocol::BlockStatus::done);
}

} // namespace
} // namespace decant::tests
