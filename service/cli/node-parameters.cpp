// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/node-parameters.hpp"

#include "nodes/nearest-word.hpp"
#include "nodes/pod-number.hpp"
#include "service/loop-sources.hpp"
#include "service/node-status.hpp"

#include <fmt/format.h>
#include <spa/param/props.h>
#include <spa/pod/builder.h>
#include <spa/pod/dynamic.h>
#include <spa/pod/iter.h>
#include <spa/pod/parser.h>
#include <spa/utils/string.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cmath>
#include <stdexcept>

namespace decant::cli
{

namespace
{

constexpr std::chrono::seconds answer_time{5}; ///< of a node that runs

/// The values of a choice: the first one is the default.
std::vector<double> choices(const spa_pod* pod)
{
    std::uint32_t count = 0;
    std::uint32_t kind = 0;
    const auto* values = spa_pod_get_values(pod, &count, &kind);
    std::vector<double> numbers;
    const auto* body = static_cast<const char*>(SPA_POD_BODY_CONST(values));
    constexpr std::uint32_t most = 64;
    for (std::uint32_t i = 0; i < std::min(count, most); ++i, body += SPA_POD_BODY_SIZE(values)) {
        if (SPA_POD_TYPE(values) == SPA_TYPE_Float)
            numbers.push_back(*reinterpret_cast<const float*>(body));
        else if (SPA_POD_TYPE(values) == SPA_TYPE_Bool)
            numbers.push_back(*reinterpret_cast<const std::int32_t*>(body) != 0 ? 1 : 0);
    }
    return numbers;
}

std::string in_small_letters(std::string_view text)
{
    std::string small(text);
    std::transform(small.begin(), small.end(), small.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return small;
}

} // namespace

std::optional<ShownParameter> parse_parameter_info(const spa_pod* info)
{
    if (info == nullptr || !spa_pod_is_object_type(info, SPA_TYPE_OBJECT_PropInfo))
        return std::nullopt;
    const char* name = nullptr;
    const auto* name_prop = spa_pod_find_prop(info, nullptr, SPA_PROP_INFO_name);
    const auto* type_prop = spa_pod_find_prop(info, nullptr, SPA_PROP_INFO_type);
    if (name_prop == nullptr || type_prop == nullptr || spa_pod_get_string(&name_prop->value, &name) < 0)
        return std::nullopt;
    const auto values = choices(&type_prop->value);
    if (values.size() < 3)
        return std::nullopt;
    ShownParameter parameter;
    parameter.name = name;
    parameter.initial = parameter.value = values[0];
    parameter.minimum = values[1];
    parameter.maximum = values[2];
    std::uint32_t count = 0;
    std::uint32_t kind = 0;
    parameter.is_switch = SPA_POD_TYPE(spa_pod_get_values(&type_prop->value, &count, &kind)) == SPA_TYPE_Bool;
    return parameter;
}

std::map<std::string, double> parse_parameter_values(const spa_pod* props)
{
    std::map<std::string, double> values;
    if (props == nullptr || !spa_pod_is_object_type(props, SPA_TYPE_OBJECT_Props))
        return values;
    const spa_pod_prop* list = spa_pod_find_prop(props, nullptr, SPA_PROP_params);
    if (list == nullptr)
        return values;
    spa_pod_parser parser{};
    spa_pod_frame frame{};
    spa_pod_parser_pod(&parser, &list->value);
    if (spa_pod_parser_push_struct(&parser, &frame) < 0)
        return values;
    const char* name = nullptr;
    spa_pod* item = nullptr;
    while (spa_pod_parser_get_string(&parser, &name) >= 0 && spa_pod_parser_get_pod(&parser, &item) >= 0)
        if (const auto value = nodes::number_in(item))
            values[name] = *value;
    return values;
}

const ShownParameter& parameter_named(const std::vector<ShownParameter>& parameters, std::string_view name)
{
    const auto exact = std::find_if(parameters.begin(), parameters.end(),
                                    [name](const auto& each) { return each.name == name; });
    if (exact != parameters.end())
        return *exact;
    const auto small = in_small_letters(name);
    const auto is_meant = [&small](const auto& each) {
        return in_small_letters(each.name) == small;
    };
    const auto first = std::find_if(parameters.begin(), parameters.end(), is_meant);
    if (first != parameters.end() && std::none_of(std::next(first), parameters.end(), is_meant))
        return *first;
    std::vector<std::string_view> names;
    for (const auto& each : parameters)
        names.emplace_back(each.name);
    const auto near = suggestion(name, names);
    throw std::runtime_error(fmt::format("there is no parameter '{}'{}", name,
                                         near.empty() ? "; 'decant params NODE' lists them" : near));
}

double parameter_value(const ShownParameter& parameter, std::string_view text)
{
    for (const std::string_view word : {"true", "on"})
        if (text == word)
            return parameter.maximum;
    for (const std::string_view word : {"false", "off"})
        if (text == word)
            return parameter.minimum;
    double value = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || rest != text.data() + text.size() || !(value >= parameter.minimum) ||
        !(value <= parameter.maximum))
        throw std::runtime_error(
            fmt::format("'{}' must be {}, not '{}'", parameter.name,
                        parameter.is_switch
                            ? std::string("on or off")
                            : fmt::format("a number from {:g} to {:g}", parameter.minimum, parameter.maximum),
                        text));
    return value;
}

std::vector<std::pair<std::string, double>> assigned_values(const std::vector<ShownParameter>& parameters,
                                                            const std::vector<std::string>& assignments)
{
    std::vector<std::pair<std::string, double>> values;
    std::map<std::string, std::string> seen; // assignments by their parameter
    for (const auto& assignment : assignments) {
        // From the right: names of parameters may have the sign.
        const auto sign = assignment.rfind('=');
        if (sign == std::string::npos || sign == 0)
            throw std::invalid_argument(fmt::format("'{}' must be PARAMETER=VALUE", assignment));
        const auto& parameter = parameter_named(parameters, assignment.substr(0, sign));
        if (const auto [other, first] = seen.emplace(parameter.name, assignment); !first)
            throw std::invalid_argument(fmt::format("'{}' and '{}' set the same parameter: give it one value",
                                                    other->second, assignment));
        values.emplace_back(parameter.name, parameter_value(parameter, assignment.substr(sign + 1)));
    }
    return values;
}

NodeParameters::NodeParameters(const std::string& name)
    : name_(std::string(service::node_prefix) + name),
      client_({.object =
                   [this](std::uint32_t id, const char* type, const spa_dict* properties) {
                       const char* found =
                           properties != nullptr ? spa_dict_lookup(properties, PW_KEY_NODE_NAME) : nullptr;
                       if (spa_streq(type, PW_TYPE_INTERFACE_Node) && found != nullptr && found == name_)
                           id_ = id;
                   },
               .entry =
                   [this](const char* key, const char* text) {
                       if (text == nullptr || key != name_)
                           return;
                       known_ = true;
                       const auto status = service::parse_node_status(text);
                       if (!status)
                           return;
                       failure_ = fmt::format("it is {}{}{}", to_text(status->state),
                                              status->message.empty() ? "" : ": ", status->message);
                       if (status->state == service::NodeState::disabled)
                           failure_ += "; 'decant enable' makes it play";
                   }})
{
    client_.look_around();
    if (!known_)
        throw std::runtime_error(
            fmt::format("there is no node '{}'; 'decant list' shows what there is", name));
    if (!id_)
        throw std::runtime_error(fmt::format("'{}' is not in the graph: {}", name, failure_));
    node_ = client_.bind_node(*id_);
    static constexpr auto events = [] {
        pw_node_events table{};
        table.version = PW_VERSION_NODE_EVENTS;
        table.param = [](void* data, int, std::uint32_t kind, std::uint32_t, std::uint32_t,
                         const spa_pod* param) {
            static_cast<NodeParameters*>(data)->take(kind, param);
        };
        return table;
    }();
    pw_node_add_listener(node_.get(), listener_.hook(), &events, this);
    pw_node_enum_params(node_.get(), 0, SPA_PARAM_PropInfo, 0, UINT32_MAX, nullptr);
    std::array<std::uint32_t, 1> wanted{SPA_PARAM_Props};
    pw_node_subscribe_params(node_.get(), wanted.data(), wanted.size());
    client_.round_trip();
    show_values();
}

void NodeParameters::show_values()
{
    for (auto& parameter : parameters_)
        if (const auto value = values_.find(parameter.name); value != values_.end())
            parameter.value = parameter.is_switch
                                  ? (value->second != 0 ? parameter.maximum : parameter.minimum)
                                  : value->second;
}

void NodeParameters::take(std::uint32_t kind, const spa_pod* param)
{
    if (kind == SPA_PARAM_PropInfo) {
        if (auto parameter = parse_parameter_info(param))
            parameters_.push_back(std::move(*parameter));
    } else if (kind == SPA_PARAM_Props) {
        for (const auto& [name, value] : parse_parameter_values(param))
            values_[name] = value;
        ++updates_;
        client_.stop();
    }
}

void NodeParameters::set(const std::vector<std::pair<std::string, double>>& values)
{
    spa_pod_dynamic_builder dynamic{};
    spa_pod_dynamic_builder_init(&dynamic, nullptr, 0, 4096);
    auto* builder = &dynamic.b;
    spa_pod_frame object{};
    spa_pod_frame list{};
    spa_pod_builder_push_object(builder, &object, SPA_TYPE_OBJECT_Props, SPA_PARAM_Props);
    spa_pod_builder_prop(builder, SPA_PROP_params, 0);
    spa_pod_builder_push_struct(builder, &list);
    for (const auto& [name, value] : values) {
        spa_pod_builder_string(builder, name.c_str());
        spa_pod_builder_double(builder, value);
    }
    spa_pod_builder_pop(builder, &list);
    const auto* props = static_cast<const spa_pod*>(spa_pod_builder_pop(builder, &object));
    const auto before = updates_;
    if (props != nullptr)
        pw_node_set_param(node_.get(), SPA_PARAM_Props, 0, props);
    spa_pod_dynamic_builder_clean(&dynamic);
    client_.round_trip();
    if (updates_ == before && !client_.listen(answer_time))
        throw std::runtime_error(
            "decantd has not taken the values; 'decant list' shows whether the node runs");
    show_values();
}

} // namespace decant::cli
