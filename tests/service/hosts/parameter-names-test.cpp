// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/hosts/host-command.hpp"
#include "service/hosts/parameter-names.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <limits>

using namespace decant;
using namespace decant::service;
using Catch::Matchers::ContainsSubstring;

namespace
{

protocol::PluginDescription plugin_with(std::initializer_list<const char*> names)
{
    protocol::PluginDescription plugin;
    plugin.name = "Synth";
    for (const char* name : names) {
        auto& parameter = plugin.parameters.emplace_back();
        parameter.id = static_cast<std::uint32_t>(plugin.parameters.size());
        parameter.name = name;
    }
    return plugin;
}

} // namespace

TEST_CASE("a parameter is found by its exact name before one that differs in case")
{
    const auto plugin = plugin_with({"CUTOFF", "Cutoff", "Resonance"});
    CHECK(parameter_named(plugin, "Cutoff").id == 2);
    CHECK(parameter_named(plugin, "cutoff").id == 1);
    CHECK(parameter_named(plugin, "resonance").id == 3);
}

TEST_CASE("an unknown parameter is answered with the nearest name")
{
    const auto plugin = plugin_with({"Cutoff", "Resonance"});
    CHECK_THROWS_WITH(parameter_named(plugin, "Cutof"),
                      ContainsSubstring("Synth has no parameter 'Cutof'") && ContainsSubstring("'Cutoff'"));
    CHECK_THROWS_WITH(parameter_named(plugin, "Wobble"), ContainsSubstring("no parameter 'Wobble'"));
    CHECK_THROWS_AS(parameter_named({}, ""), PluginError);
}

TEST_CASE("a parameter is still the same that has its number and its name, whatever has come before it")
{
    const auto before = plugin_with({"Cutoff", "Resonance", "Gain"});
    CHECK(parameters_in_both(before, plugin_with({"Cutoff", "Drive", "Gain"})) ==
          std::set{before.parameters[0].id, before.parameters[2].id});
    CHECK(parameters_in_both(before, plugin_with({"Drive", "Cutoff", "Resonance", "Gain"})).empty());
    CHECK(parameters_in_both(before, before).size() == 3);
}

TEST_CASE("a value out of range is answered with the range")
{
    protocol::ParameterDescription parameter;
    parameter.name = "Gain";
    parameter.minimum = -60;
    parameter.maximum = 6;

    CHECK(value_within(parameter, -60) == -60);
    CHECK(value_within(parameter, 6) == 6);
    CHECK_THROWS_WITH(value_within(parameter, 7), ContainsSubstring("-60 to 6"));
    CHECK_THROWS_AS(value_within(parameter, std::numeric_limits<double>::quiet_NaN()), PluginError);
}
