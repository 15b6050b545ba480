// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/node-status.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace decant::service
{

namespace
{

constexpr std::array<std::pair<NodeState, std::string_view>, 5> state_names{{
    {NodeState::loading, "loading"},
    {NodeState::running, "running"},
    {NodeState::restarting, "restarting"},
    {NodeState::failed, "failed"},
    {NodeState::disabled, "disabled"},
}};

/// The member, if it is there and of the right type; throws nlohmann::json::exception otherwise.
template <class T>
void read(const nlohmann::json& object, const char* key, T& value)
{
    if (const auto found = object.find(key); found != object.end())
        value = found->get<T>();
}

} // namespace

std::string_view to_text(NodeState state) noexcept
{
    for (const auto& [value, name] : state_names)
        if (value == state)
            return name;
    return "unknown";
}

std::string_view state_of(const NodeStatus& status) noexcept
{
    const bool unheard = status.bypassed && status.state == NodeState::running;
    return unheard ? "bypassed" : to_text(status.state);
}

std::string to_json(const NodeStatus& status)
{
    nlohmann::json object{
        {"type", status.type},   {"state", to_text(status.state)}, {"load", status.load},
        {"late", status.late},   {"dropped", status.dropped},      {"lost", status.lost},
        {"xruns", status.xruns}, {"restarts", status.restarts},    {"warnings", status.warnings},
    };
    if (!status.message.empty())
        object["message"] = status.message;
    if (status.round_trip)
        object["round-trip"] = {{"p50", status.round_trip->p50},
                                {"p99", status.round_trip->p99},
                                {"max", status.round_trip->max},
                                {"worst", status.round_trip->worst}};
    if (status.bypassed)
        object["bypassed"] = true;
    if (!status.editor.empty())
        object["editor"] = status.editor;
    if (status.memory != 0)
        object["memory"] = status.memory;
    if (!status.rt.empty())
        object["rt"] = status.rt;
    if (status.rt_threads)
        object["rt-threads"] = {{"rtkit", status.rt_threads->rtkit},
                                {"nice", status.rt_threads->nice},
                                {"none", status.rt_threads->none}};
    if (!status.wake.empty())
        object["wake"] = status.wake;
    if (status.awake)
        object["awake"] = *status.awake;
    if (status.voices) {
        object["voices"] = *status.voices;
        object["starved"] = status.starved;
    }
    // Paths and what plugins call themselves may hold anything; a wrong byte must not cost the whole status.
    return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<NodeStatus> parse_node_status(std::string_view json)
try {
    const auto object = nlohmann::json::parse(json);
    if (!object.is_object())
        return std::nullopt;
    NodeStatus status;
    const auto state = object.at("state").get<std::string>();
    const auto known = std::find_if(state_names.begin(), state_names.end(),
                                    [&state](const auto& each) { return each.second == state; });
    if (known == state_names.end())
        return std::nullopt;
    status.state = known->first;
    read(object, "type", status.type);
    read(object, "message", status.message);
    read(object, "warnings", status.warnings);
    read(object, "load", status.load);
    read(object, "late", status.late);
    read(object, "dropped", status.dropped);
    read(object, "lost", status.lost);
    read(object, "xruns", status.xruns);
    read(object, "restarts", status.restarts);
    if (const auto trip = object.find("round-trip"); trip != object.end()) {
        status.round_trip.emplace();
        read(*trip, "p50", status.round_trip->p50);
        read(*trip, "p99", status.round_trip->p99);
        read(*trip, "max", status.round_trip->max);
        read(*trip, "worst", status.round_trip->worst);
    }
    read(object, "bypassed", status.bypassed);
    read(object, "editor", status.editor);
    read(object, "memory", status.memory);
    read(object, "rt", status.rt);
    if (const auto threads = object.find("rt-threads"); threads != object.end()) {
        status.rt_threads.emplace();
        read(*threads, "rtkit", status.rt_threads->rtkit);
        read(*threads, "nice", status.rt_threads->nice);
        read(*threads, "none", status.rt_threads->none);
    }
    read(object, "wake", status.wake);
    if (const auto awake = object.find("awake"); awake != object.end())
        status.awake = awake->get<double>();
    read(object, "starved", status.starved);
    if (const auto voices = object.find("voices"); voices != object.end())
        status.voices = voices->get<std::uint32_t>();
    return status;
} catch (const nlohmann::json::exception&) {
    return std::nullopt;
}

} // namespace decant::service
