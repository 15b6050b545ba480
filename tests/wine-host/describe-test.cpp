// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/wine-host/wine-host.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

namespace decant::tests
{
namespace
{

using Catch::Matchers::StartsWith;

TEST_CASE("a host says its version, its width and Wine's version before anything else")
{
    WineHost host;
    const auto hello = host.link().wait_hello();
    CHECK(hello.version == protocol::version);
    CHECK(hello.bits == 64);
    CHECK_FALSE(hello.wine.empty());
}

TEST_CASE("an effect is described with its ports, parameters and programs")
{
    WineHost host;
    host.link().wait_hello();
    const auto plugin = host.link().load(test_plugin("decant-test-gain.dll").string(), "");

    CHECK(plugin.format == protocol::PluginFormat::vst2);
    CHECK(plugin.bits == 64);
    CHECK(plugin.id == "DtGn");
    CHECK(plugin.name == "Decant Test Gain");
    CHECK(plugin.vendor == "The Decant authors");
    CHECK(plugin.version == "1.2.3");
    CHECK_FALSE(plugin.instrument);
    CHECK_FALSE(plugin.midi_in);
    CHECK_FALSE(plugin.midi_out);
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
    CHECK(plugin.parameters[0].unit == "x");
    CHECK(plugin.parameters[0].minimum == 0);
    CHECK(plugin.parameters[0].maximum == 1);
    CHECK(plugin.parameters[0].initial == 0.5); // VST2 knows no other range; it is 1.0 of 0..2
    host.link().quit();
    CHECK(host.process().wait(std::chrono::seconds(30)) == 0);
}

} // namespace
} // namespace decant::tests
