// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/parameter-pods.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <spa/param/props.h>
#include <spa/pod/builder.h>
#include <spa/pod/parser.h>

namespace decant::nodes
{
namespace
{

class Values : public Parameters
{
    std::array<ParameterInfo, 2> infos_{ParameterInfo{"Gain", -60, 12, 0, false},
                                        ParameterInfo{"Bypass", 0, 1, 0, true}};

public:
    std::array<double, 2> values{0, 0};

    std::span<const ParameterInfo> infos() const override { return infos_; }
    double value(std::size_t index) const override { return values.at(index); }
    void set(std::size_t index, double value) override { values.at(index) = value; }
};

/// Props as a client sends them; `fill` adds the content of the list.
template <class Fill>
std::size_t apply(Values& values, Fill fill)
{
    std::array<std::uint8_t, 1024> memory{};
    spa_pod_builder builder{};
    spa_pod_frame object{}, list{};
    spa_pod_builder_init(&builder, memory.data(), memory.size());
    spa_pod_builder_push_object(&builder, &object, SPA_TYPE_OBJECT_Props, SPA_PARAM_Props);
    spa_pod_builder_prop(&builder, SPA_PROP_params, 0);
    spa_pod_builder_push_struct(&builder, &list);
    fill(&builder);
    spa_pod_builder_pop(&builder, &list);
    const auto* props = static_cast<const spa_pod*>(spa_pod_builder_pop(&builder, &object));
    return apply_parameter_values(props, values);
}

} // namespace

TEST_CASE("a parameter is set by any kind of number")
{
    Values values;
    CHECK(apply(values, [](auto* b) {
              spa_pod_builder_string(b, "Gain");
              spa_pod_builder_double(b, -6.5);
              spa_pod_builder_string(b, "Bypass");
              spa_pod_builder_bool(b, true);
          }) == 2);
    CHECK(values.values == std::array<double, 2>{-6.5, 1});

    CHECK(apply(values, [](auto* b) {
              spa_pod_builder_string(b, "Gain");
              spa_pod_builder_int(b, 3);
              spa_pod_builder_string(b, "Bypass");
              spa_pod_builder_float(b, 0);
          }) == 2);
    CHECK(values.values == std::array<double, 2>{3, 0});
}

TEST_CASE("a value beyond the range is clamped to it")
{
    Values values;
    apply(values, [](auto* b) {
        spa_pod_builder_string(b, "Gain");
        spa_pod_builder_float(b, 1e30f);
    });
    CHECK(values.values[0] == 12);
}

TEST_CASE("unknown names and senseless values are left out, the others count")
{
    Values values;
    CHECK(apply(values, [](auto* b) {
              spa_pod_builder_string(b, "Grain");
              spa_pod_builder_float(b, 1);
              spa_pod_builder_string(b, "Gain");
              spa_pod_builder_float(b, NAN);
              spa_pod_builder_string(b, "Gain");
              spa_pod_builder_string(b, "loud");
              spa_pod_builder_string(b, "Bypass");
              spa_pod_builder_int(b, 1);
          }) == 1);
    CHECK(values.values == std::array<double, 2>{0, 1});

    CHECK(apply(values, [](auto* b) {
              spa_pod_builder_int(b, 1);
              spa_pod_builder_int(b, 1);
          }) == 0);
    CHECK(apply(values, [](auto* b) { spa_pod_builder_string(b, "Gain"); }) == 0);
    CHECK(apply_parameter_values(nullptr, values) == 0);
}

TEST_CASE("the values that a node shows are those that set it back")
{
    Values shown;
    shown.values = {-3.5, 1};
    Values restored;

    CHECK(apply_parameter_values(build_parameter_values(shown).get(), restored) == 2);

    CHECK(restored.values == shown.values);
}

TEST_CASE("each parameter has a description with its name and range")
{
    const auto infos = build_parameter_infos(Values());

    REQUIRE(infos.size() == 2);
    const char* name = nullptr;
    const spa_pod* type = nullptr;
    CHECK(spa_pod_parse_object(infos[0].get(), SPA_TYPE_OBJECT_PropInfo, nullptr, SPA_PROP_INFO_name,
                               SPA_POD_String(&name), SPA_PROP_INFO_type, SPA_POD_PodChoice(&type)) == 2);
    CHECK(std::string(name) == "Gain");
    CHECK(SPA_POD_CHOICE_TYPE(type) == SPA_CHOICE_Range);
}

} // namespace decant::nodes
