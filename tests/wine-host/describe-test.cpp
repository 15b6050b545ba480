// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/wine-host/wine-host.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <string>

namespace decant::tests
{
namespace
{

using Catch::Generators::from_range;

/// DPF makes it out of the unique ids of plugin and brand.
constexpr const char* gain_vst3_id = "445046206173636C6E47744400000000";

/// As the plugin's authors wrote it in tests/plugins/gain.
std::string id_of_gain(protocol::PluginFormat format)
{
    switch (format) {
    case protocol::PluginFormat::vst2:
        return "DtGn";
    case protocol::PluginFormat::vst3:
        return gain_vst3_id;
    case protocol::PluginFormat::clap:
        return "decant.test-gain";
    case protocol::PluginFormat::chain:
        break;
    }
    return {};
}

TEST_CASE("a host says its version, its width and Wine's version before anything else")
{
    WineHost host;
    const auto hello = host.link().wait_hello();
    CHECK(hello.version == protocol::version);
    CHECK(hello.bits == static_cast<std::uint32_t>(bits_under_test()));
    CHECK_FALSE(hello.wine.empty());
}

TEST_CASE("an effect is described with its ports, parameters and programs",
          "[ports][parameters][vst2][vst3][clap]")
{
    const auto format = GENERATE(from_range(formats_under_test()));
    INFO(format.suffix);
    WineHost host;
    host.link().wait_hello();
    const auto plugin = host.link().load(test_plugin(format.file("decant-test-gain")).string(), "");

    CHECK(plugin.format == format.format);
    CHECK(plugin.bits == static_cast<std::uint32_t>(bits_under_test()));
    CHECK(plugin.id == id_of_gain(format.format));
    CHECK(plugin.name == "Decant Test Gain");
    CHECK(plugin.vendor == "The Decant authors");
    if (format.format != protocol::PluginFormat::clap) // DPF (1.6) leaves it empty there
        CHECK(plugin.version == "1.2.3");
    CHECK_FALSE(plugin.instrument);
    CHECK_FALSE(plugin.midi_in);
    CHECK_FALSE(plugin.midi_out);
    if (format.format != protocol::PluginFormat::vst3) // whose editor has to be made before anybody knows
        CHECK_FALSE(plugin.has_editor);
    CHECK(plugin.latency == 0);
    REQUIRE(plugin.inputs.size() == 2);
    CHECK(plugin.inputs[0].position == "FL");
    CHECK(plugin.inputs[1].position == "FR");
    CHECK(plugin.inputs[0].group == plugin.inputs[1].group);
    CHECK(plugin.inputs[0].name != plugin.inputs[1].name);
    CHECK(plugin.outputs.size() == 2);
    REQUIRE(plugin.parameters.size() == 1);
    CHECK(plugin.parameters[0].name == "Gain");
    if (format.format != protocol::PluginFormat::clap) // has units as a part of written values, if at all
        CHECK(plugin.parameters[0].unit == "x");
    CHECK(plugin.parameters[0].minimum == 0);
    CHECK(plugin.parameters[0].maximum == format.gain_range);
    CHECK(plugin.parameters[0].initial == format.gain_range / 2);
    REQUIRE(plugin.in_file.size() == 1);
    CHECK(plugin.in_file[0].id == plugin.id);
    CHECK(plugin.in_file[0].name == plugin.name);
    host.link().quit();
    CHECK(host.process().wait(std::chrono::seconds(30)) == 0);
}

} // namespace
} // namespace decant::tests
