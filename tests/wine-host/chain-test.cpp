// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/wait-until.hpp"
#include "tests/wine-host/wine-host.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <numeric>
#include <string>
#include <vector>

namespace decant::tests
{
namespace
{

using Catch::Matchers::ContainsSubstring;
using protocol::BlockStatus;
using protocol::LoadedPart;

constexpr std::uint32_t rate = 48000;
constexpr std::uint32_t frames = 64;

const LoadedPart first_gain{"one", "decant-test-gain.dll", ""};
const LoadedPart second_gain{"two", "decant-test-gain.dll", ""};
const LoadedPart mirror{"mirror", "decant-test-mirror.dll", ""};
const LoadedPart sine{"sine", "decant-test-sine.dll", ""};

/// The id of the parameter with this name in the chain.
std::uint32_t id_of(const protocol::PluginDescription& plugin, const std::string& name)
{
    const auto found = std::find_if(plugin.parameters.begin(), plugin.parameters.end(),
                                    [&name](const auto& parameter) { return parameter.name == name; });
    REQUIRE(found != plugin.parameters.end());
    return found->id;
}

void set(WineHost& host, std::uint32_t id, double value)
{
    REQUIRE(
        host.run_block(frames, rate,
                       [&](protocol::EventWriter& events) { REQUIRE(events.push_parameter(0, id, value)); })
            .status == BlockStatus::done);
}

void fill_inputs(WineHost& host)
{
    for (std::uint32_t i = 0; i < frames; ++i)
        for (std::size_t channel = 0; channel < 2; ++channel)
            host.region().audio_in[channel][i] =
                static_cast<float>((i + channel * 1000 + 1) * 2654435761u) * 0x1p-32f;
}

/// Whether the first channel is the input times `gain`, every bit of it.
bool amplifies(WineHost& host, float gain)
{
    auto& region = host.region();
    return std::equal(region.audio_in[0].begin(), region.audio_in[0].begin() + frames,
                      region.audio_out[0].begin(), [gain](float in, float out) { return in * gain == out; });
}

TEST_CASE("a chain is one plugin with all parameters, which bear their plugin's name")
{
    WineHost host;
    const auto plugin = host.load_chain({first_gain, mirror, second_gain});
    CHECK(plugin.format == protocol::PluginFormat::chain);
    CHECK_THAT(plugin.name, ContainsSubstring(" > Mirror > "));
    CHECK(plugin.midi_in);
    CHECK(id_of(plugin, "mirror:Latency") == 1);
    CHECK(id_of(plugin, "one:Gain") == 0);
    CHECK(id_of(plugin, "two:Gain") == 7);
    CHECK(host.link().values().size() == plugin.parameters.size());
}

TEST_CASE("audio passes through every plugin of a chain, bit by bit, at every size")
{
    WineHost host;
    const auto plugin = host.load_chain({first_gain, second_gain, {"three", "decant-test-gain.dll", ""}});
    host.link().activate(rate, protocol::max_frames);
    fill_inputs(host);
    for (const std::uint32_t size : {1u, 64u, 1024u, protocol::max_frames})
        CHECK(host.run_block(size, rate).status == BlockStatus::done);
    CHECK(amplifies(host, 1));
    set(host, id_of(plugin, "one:Gain"), 0.25); // the plugin's gain is twice that
    CHECK(amplifies(host, 0.5f));
    set(host, id_of(plugin, "three:Gain"), 0.125);
    CHECK(amplifies(host, 0.125f));
    CHECK(host.link().values() == std::vector{0.25, 0.5, 0.125});
}

TEST_CASE("an instrument plays into the effects behind it")
{
    const auto play = [](WineHost& host) {
        host.link().activate(rate, frames);
        const auto reply = host.run_block(frames, rate, [](protocol::EventWriter& events) {
            const std::uint8_t note[] = {0x90, 69, 127};
            REQUIRE(events.push_midi(0, note));
        });
        CHECK(reply.status == BlockStatus::done);
        return std::vector(host.region().audio_out[0].begin(), host.region().audio_out[0].begin() + frames);
    };
    WineHost alone;
    alone.load("decant-test-sine.dll");
    const auto sound = play(alone);
    REQUIRE(std::any_of(sound.begin(), sound.end(), [](float sample) { return sample != 0; }));

    WineHost chained;
    const auto plugin = chained.load_chain({sine, first_gain});
    CHECK(plugin.inputs.empty());
    CHECK(plugin.instrument);
    CHECK(play(chained) == sound);
}

TEST_CASE("MIDI goes through plugins that send it and past those that do not, with its frames")
{
    WineHost host;
    const auto plugin = host.load_chain({first_gain, mirror, second_gain});
    REQUIRE(plugin.midi_out);
    host.link().activate(rate, frames);
    const std::uint8_t note[] = {0x90, 60, 100};
    const auto reply = host.run_block(frames, rate, [&](protocol::EventWriter& events) {
        REQUIRE(events.push_midi(7, note));
        REQUIRE(events.push_parameter(9, id_of(plugin, "two:Gain"), 0.25));
        REQUIRE(events.push_midi(63, note));
    });
    protocol::EventReader reader(host.region().events_out, reply.event_bytes);
    protocol::EventView event{};
    for (const std::uint32_t frame : {7u, 63u}) {
        REQUIRE(reader.next(event, frames));
        CHECK(event.frame == frame);
        CHECK(std::equal(event.midi().begin(), event.midi().end(), std::begin(note), std::end(note)));
    }
    CHECK_FALSE(reader.next(event, frames));
    CHECK(host.link().values().back() == 0.25);
}

TEST_CASE("latencies of a chain add up, and their changes are told")
{
    WineHost host;
    const auto plugin = host.load_chain({mirror, {"other", "decant-test-mirror.dll", ""}});
    host.link().activate(rate, frames);
    CHECK(plugin.latency == 0);
    set(host, id_of(plugin, "mirror:Latency"), 0.1);
    set(host, id_of(plugin, "other:Latency"), 0.02);
    CHECK(host.region().result.latency == 120);
    CHECK(wait_until([&] {
        const auto& heard = host.heard();
        return std::any_of(heard.begin(), heard.end(), [](const auto& said) {
            const auto* latency = std::get_if<bridge::LatencyChanged>(&said);
            return latency != nullptr && latency->frames == 120;
        });
    }));
}

TEST_CASE("a changed chain keeps the states that still have their plugin")
{
    std::vector<std::byte> state;
    {
        WineHost host;
        const auto plugin = host.load_chain({first_gain, mirror, second_gain});
        host.link().activate(rate, frames);
        set(host, id_of(plugin, "one:Gain"), 0.25);
        set(host, id_of(plugin, "two:Gain"), 0.125);
        set(host, id_of(plugin, "mirror:Echo"), 0.75);
        state = host.link().state();
        host.link().set_state(state);
        CHECK(host.link().state() == state);
    }
    const auto restored = [&state](std::vector<LoadedPart> parts, const std::string& parameter) {
        WineHost host;
        const auto plugin = host.load_chain(std::move(parts));
        host.link().set_state(state);
        return host.link().values()[id_of(plugin, parameter)];
    };
    CHECK(restored({second_gain, first_gain}, "one:Gain") == 0.25); // changed places
    CHECK(restored({second_gain, first_gain}, "two:Gain") == 0.125);
    CHECK(restored({sine, second_gain}, "two:Gain") == 0.125); // one came, two went
    CHECK(restored({{"new", "decant-test-gain.dll", ""}, second_gain}, "new:Gain") == 0.25); // renamed
    CHECK(restored({first_gain, sine}, "one:Gain") == 0.25);
}

TEST_CASE("a damaged state of a chain is refused, as is that of a single plugin")
{
    WineHost single;
    single.load("decant-test-gain.dll");
    WineHost host;
    host.load_chain({first_gain, second_gain});
    auto state = host.link().state();
    state[state.size() / 2] ^= std::byte{1};
    CHECK_THROWS_AS(host.link().set_state(state), bridge::HostError);
    CHECK_THROWS_AS(host.link().set_state(single.link().state()), bridge::HostError);
    CHECK_THROWS_AS(single.link().set_state(host.link().state()), bridge::HostError);
}

TEST_CASE("a chain whose plugin cannot be loaded says which one")
{
    WineHost host;
    CHECK_THROWS_WITH(host.load_chain({first_gain, {"bad", "broken-no-entry.dll", ""}}),
                      ContainsSubstring("in the chain, bad") && ContainsSubstring("broken-no-entry.dll"));
    CHECK(host.link().load(test_plugin("decant-test-gain.dll").string(), "").inputs.size() > 0);
}

} // namespace
} // namespace decant::tests
