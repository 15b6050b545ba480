// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Plugins that can have other channels than those that they come with.

#include "tests/wine-host/wine-host.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <cstddef>
#include <string>
#include <vector>

namespace decant::tests
{
namespace
{

using protocol::ChannelLayout;

constexpr std::uint32_t rate = 48000;

struct Plugin {
    std::string file;
    std::vector<std::string> surround; ///< its channels of 5.1
    bool plays_inputs;                 ///< each on the output of its number, or on the last one
};

const std::vector<Plugin> plugins{
    {"decant-test-speakers.dll", {"FL", "FR", "FC", "LFE", "RL", "RR"}, true},
    {"decant-test-mirror.vst3", {"FL", "FR", "FC", "LFE", "RL", "RR"}, false},
    {"decant-test-speakers.clap", {"FL", "FR", "SL", "SR", "FC", "LFE"}, true},
};

protocol::PluginDescription load(WineHost& host, const Plugin& plugin, ChannelLayout inputs,
                                 ChannelLayout outputs)
{
    const protocol::LoadedPart part{"", test_plugin(plugin.file).string(), "", inputs, outputs};
    host.link().wait_hello();
    return host.link().load(std::span(&part, 1));
}

/// The positions of the channels of the first bus.
std::vector<std::string> main_bus(const std::vector<protocol::PortDescription>& ports)
{
    std::vector<std::string> positions;
    for (const auto& port : ports)
        if (port.group == ports.front().group)
            positions.push_back(port.position);
    return positions;
}

using Positions = std::vector<std::string>;

TEST_CASE("a plugin is made surround, and each channel has its speaker", "[channels][vst2][vst3][clap]")
{
    const auto plugin = GENERATE(from_range(plugins));
    INFO(plugin.file);
    WineHost host;
    const auto loaded = load(host, plugin, ChannelLayout::surround_5_1, ChannelLayout::surround_5_1);
    CHECK(main_bus(loaded.inputs) == plugin.surround);
    CHECK(main_bus(loaded.outputs) == plugin.surround);
    host.link().activate(rate, 64);
    for (std::size_t channel = 0; channel < 6; ++channel)
        host.region().audio_in[channel].fill(static_cast<float>(channel));
    REQUIRE(host.run_block(64, rate).status == protocol::BlockStatus::done);
    for (std::size_t channel = 2; channel < 6; ++channel)
        CHECK(host.region().audio_out[channel][63] == static_cast<float>(channel));
}

TEST_CASE("a plugin is made one from mono to stereo", "[channels][vst2][vst3][clap]")
{
    const auto plugin = GENERATE(from_range(plugins));
    INFO(plugin.file);
    WineHost host;
    const auto loaded = load(host, plugin, ChannelLayout::mono, ChannelLayout::own);
    CHECK(main_bus(loaded.inputs) == Positions{"MONO"});
    CHECK(main_bus(loaded.outputs) == Positions{"FL", "FR"});
    host.link().activate(rate, 64);
    host.region().audio_in[0].fill(0.5F);
    REQUIRE(host.run_block(64, rate).status == protocol::BlockStatus::done);
    if (plugin.plays_inputs)
        CHECK(host.region().audio_out[1][63] == 0.5F);
}

TEST_CASE("channels that a plugin does not have leave it as it comes", "[channels][vst2][vst3][clap]")
{
    const auto plugin = GENERATE(from_range(plugins));
    INFO(plugin.file);
    WineHost host;
    const auto loaded = load(host, plugin, ChannelLayout::quad, ChannelLayout::surround_7_1);
    CHECK(main_bus(loaded.inputs) == Positions{"FL", "FR"});
    CHECK(main_bus(loaded.outputs) == Positions{"FL", "FR"});
    host.link().activate(rate, 64);
    CHECK(host.run_block(64, rate).status == protocol::BlockStatus::done);
}

TEST_CASE("the components of an ambisonic port are in their order", "[ports][clap]")
{
    WineHost host;
    const auto plugin = host.load("decant-test-speakers.clap");
    REQUIRE(plugin.outputs.size() == 6);
    CHECK(plugin.outputs[2].name == "Scene 1");
    CHECK(plugin.outputs[5].position == "AUX3");
    CHECK(plugin.outputs[5].group == "Scene");
}

} // namespace
} // namespace decant::tests
