// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/node-parameters.hpp"

#include "nodes/parameter-pods.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <array>

namespace decant::cli
{
namespace
{

using Catch::Matchers::ContainsSubstring;

/// Two of a plugin.
class Some : public nodes::Parameters
{
    std::array<nodes::ParameterInfo, 2> infos_{{{"Cutoff", -1, 4, 0.5, false}, {"Bypass", 0, 1, 0, true}}};

public:
    std::span<const nodes::ParameterInfo> infos() const override { return infos_; }
    double value(std::size_t index) const override { return index == 0 ? 0.25 : 1; }
    void set(std::size_t, double) override {}
};

const std::vector<ShownParameter> shown{{.name = "Cutoff", .minimum = -1, .maximum = 4},
                                        {.name = "cutoff 2"},
                                        {.name = "Bypass", .is_switch = true},
                                        {.name = "Gain"},
                                        {.name = "GAIN"}};

} // namespace

TEST_CASE("what a node shows of its parameters is read as it was meant")
{
    const Some some;
    const auto infos = nodes::build_parameter_infos(some);
    const auto cutoff = parse_parameter_info(infos[0].get());
    REQUIRE(cutoff);
    CHECK(cutoff->name == "Cutoff");
    CHECK(cutoff->minimum == -1);
    CHECK(cutoff->maximum == 4);
    CHECK(cutoff->initial == 0.5);
    CHECK_FALSE(cutoff->is_switch);
    const auto bypass = parse_parameter_info(infos[1].get());
    REQUIRE(bypass);
    CHECK(bypass->is_switch);
    CHECK(bypass->maximum == 1);

    const auto values = nodes::build_parameter_values(some);
    CHECK(parse_parameter_values(values.get()) ==
          std::map<std::string, double>{{"Cutoff", 0.25}, {"Bypass", 1}});
    CHECK_FALSE(parse_parameter_info(values.get()));
    CHECK_FALSE(parse_parameter_info(nullptr));
    CHECK(parse_parameter_values(infos[0].get()).empty());
    CHECK(parse_parameter_values(nullptr).empty());
}

TEST_CASE("a parameter is found by its name, also in other letters if that means one only")
{
    CHECK(parameter_named(shown, "Cutoff").name == "Cutoff");
    CHECK(parameter_named(shown, "CUTOFF").name == "Cutoff");
    CHECK(parameter_named(shown, "GAIN").name == "GAIN");
    CHECK_THROWS_WITH(parameter_named(shown, "gain"), ContainsSubstring("there is no parameter 'gain'"));
    CHECK_THROWS_WITH(parameter_named(shown, "Cutof"), ContainsSubstring("did you mean 'Cutoff'?"));
    CHECK_THROWS_WITH(parameter_named({}, "x"), ContainsSubstring("decant params"));
}

TEST_CASE("what is to be set is one value for each parameter, and what is wrong is said plainly")
{
    using Values = std::vector<std::pair<std::string, double>>;
    CHECK(assigned_values(shown, {"cutoff=0.5", "GAIN=1"}) == Values{{"Cutoff", 0.5}, {"GAIN", 1}});
    CHECK_THROWS_WITH(assigned_values(shown, {"Cutoff=1", "cutoff=0.125"}),
                      "'Cutoff=1' and 'cutoff=0.125' set the same parameter: give it one value");
    CHECK_THROWS_AS(assigned_values(shown, {"GAIN=1", "GAIN=1"}), std::invalid_argument);
    CHECK_THROWS_WITH(assigned_values(shown, {"=1"}), "'=1' must be PARAMETER=VALUE");
}

TEST_CASE("a value is a number within the range, or a word for the ends of a switch")
{
    CHECK(parameter_value(shown[0], "-0.5") == -0.5);
    CHECK(parameter_value(shown[0], "4") == 4);
    CHECK(parameter_value(shown[2], "on") == 1);
    CHECK(parameter_value(shown[2], "false") == 0);
    for (const char* wrong : {"", "5", "-1.01", "nan", "inf", "1x", "0,5"})
        CHECK_THROWS_WITH(parameter_value(shown[0], wrong), ContainsSubstring("a number from -1 to 4"));
    CHECK_THROWS_WITH(parameter_value(shown[2], "maybe"), ContainsSubstring("on or off"));
}

} // namespace decant::cli
