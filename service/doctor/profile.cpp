// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/doctor/profile.hpp"

#include <algorithm>
#include <optional>
#include <spa/param/profiler.h>
#include <spa/pod/iter.h>
#include <spa/pod/parser.h>
#include <string>

namespace decant::doctor
{

namespace
{

struct Block {
    std::int32_t id = 0;
    std::string name;
    std::int32_t xruns = 0;
};

/// What driver and followers have in common.
std::optional<Block> block_in(const spa_pod& pod)
{
    Block block;
    const char* name = nullptr;
    std::int64_t previous = 0;
    std::int64_t signal = 0;
    std::int64_t awake = 0;
    std::int64_t finish = 0;
    std::int32_t status = 0;
    spa_fraction latency{};
    if (spa_pod_parse_struct(&pod, SPA_POD_Int(&block.id), SPA_POD_String(&name), SPA_POD_Long(&previous),
                             SPA_POD_Long(&signal), SPA_POD_Long(&awake), SPA_POD_Long(&finish),
                             SPA_POD_Int(&status), SPA_POD_Fraction(&latency),
                             SPA_POD_OPT_Int(&block.xruns)) < 0)
        return std::nullopt;
    block.name = name == nullptr ? "?" : name;
    return block;
}

struct Clock {
    std::uint32_t frames;
    std::uint32_t rate;
};

std::optional<Clock> clock_in(const spa_pod& pod)
{
    std::int32_t flags = 0;
    std::int32_t id = 0;
    const char* name = nullptr;
    std::int64_t nsec = 0;
    spa_fraction rate{};
    std::int64_t position = 0;
    std::int64_t duration = 0;
    constexpr std::int64_t most_frames = 65536;
    if (spa_pod_parse_struct(&pod, SPA_POD_Int(&flags), SPA_POD_Int(&id), SPA_POD_String(&name),
                             SPA_POD_Long(&nsec), SPA_POD_Fraction(&rate), SPA_POD_Long(&position),
                             SPA_POD_Long(&duration)) < 0 ||
        duration <= 0 || duration > most_frames || rate.denom == 0)
        return std::nullopt;
    return Clock{static_cast<std::uint32_t>(duration), rate.denom};
}

} // namespace

void Profile::add_cycle(const spa_pod* object)
{
    std::optional<Clock> clock;
    std::optional<Block> driver;
    std::vector<Block> followers;
    const spa_pod_prop* property = nullptr;
    SPA_POD_OBJECT_FOREACH(reinterpret_cast<const spa_pod_object*>(object), property)
    {
        switch (property->key) {
        case SPA_PROFILER_clock:
            clock = clock_in(property->value);
            break;
        case SPA_PROFILER_driverBlock:
            driver = block_in(property->value);
            break;
        case SPA_PROFILER_followerBlock:
            if (auto block = block_in(property->value))
                followers.push_back(std::move(*block));
            break;
        default:
            break;
        }
    }
    if (!clock || !driver)
        return;
    auto& seen = drivers_[driver->id];
    seen.frames = clock->frames;
    seen.rate = clock->rate;
    followers.push_back(*driver);
    for (const auto& node : followers)
        seen.nodes.try_emplace(node.id, Seen{node.name, node.xruns, node.xruns}).first->second.last =
            node.xruns;
}

void Profile::add(const spa_pod* message)
{
    if (message == nullptr || !spa_pod_is_struct(message))
        return;
    // SPA_POD_STRUCT_FOREACH of PipeWire 1.4 is no C++.
    const void* body = SPA_POD_BODY_CONST(message);
    const auto size = SPA_POD_BODY_SIZE(message);
    for (const auto* object = static_cast<const spa_pod*>(body); spa_pod_is_inside(body, size, object);
         object = static_cast<const spa_pod*>(spa_pod_next(object)))
        if (spa_pod_is_object_type(object, SPA_TYPE_OBJECT_Profiler))
            add_cycle(object);
}

std::vector<Graph::Driver> Profile::drivers() const
{
    std::vector<Graph::Driver> drivers;
    for (const auto& [driver_id, seen] : drivers_) {
        Graph::Driver driver{.name = {}, .frames = seen.frames, .rate = seen.rate, .nodes = {}};
        for (const auto& [id, node] : seen.nodes) {
            const Graph::Node entry{node.name, node.last, node.last - node.first};
            driver.nodes.insert(id == driver_id ? driver.nodes.begin() : driver.nodes.end(), entry);
            if (id == driver_id)
                driver.name = node.name;
        }
        drivers.push_back(std::move(driver));
    }
    std::stable_sort(drivers.begin(), drivers.end(),
                     [](const auto& a, const auto& b) { return a.nodes.size() > b.nodes.size(); });
    return drivers;
}

} // namespace decant::doctor
