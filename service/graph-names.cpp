// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/graph-names.hpp"

#include "service/global-properties.hpp"
#include "service/node-status.hpp"

#include <spa/utils/string.h>

#include <string_view>
#include <utility>

namespace decant::service
{

GraphNames::GraphNames(pw_core* core, std::function<void()> on_settled)
    : on_settled_(std::move(on_settled)), registry_(pw_core_get_registry(core, PW_VERSION_REGISTRY, 0))
{
    static constexpr auto core_events = [] {
        pw_core_events events{};
        events.version = PW_VERSION_CORE_EVENTS;
        events.done = [](void* data, std::uint32_t id, int sequence) {
            const auto& self = *static_cast<GraphNames*>(data);
            if (id == PW_ID_CORE && sequence == self.awaited_)
                self.on_settled_();
        };
        return events;
    }();
    static constexpr auto registry_events = [] {
        pw_registry_events events{};
        events.version = PW_VERSION_REGISTRY_EVENTS;
        events.global = [](void* data, std::uint32_t id, std::uint32_t, const char* type, std::uint32_t,
                           const spa_dict* properties) {
            static_cast<GraphNames*>(data)->add(id, type, properties);
        };
        events.global_remove = [](void* data, std::uint32_t id) {
            static_cast<GraphNames*>(data)->remove(id);
        };
        return events;
    }();
    pw_core_add_listener(core, core_listener_.hook(), &core_events, this);
    pw_registry_add_listener(registry_.get(), registry_listener_.hook(), &registry_events, this);
    awaited_ = pw_core_sync(core, PW_ID_CORE, 0);
}

void GraphNames::add(std::uint32_t id, const char* type, const spa_dict* properties)
{
    ++version_;
    if (spa_streq(type, PW_TYPE_INTERFACE_Node)) {
        auto& names = nodes_[id];
        for (const char* key : {PW_KEY_NODE_NAME, PW_KEY_NODE_DESCRIPTION, PW_KEY_NODE_NICK})
            names.emplace_back(property(properties, key));
    } else if (spa_streq(type, PW_TYPE_INTERFACE_Port) &&
               property(properties, PW_KEY_PORT_MONITOR) != "true") {
        auto& port = ports_[id];
        port.node = id_property(properties, PW_KEY_NODE_ID);
        port.name = property(properties, PW_KEY_PORT_NAME);
        port.alias = property(properties, PW_KEY_PORT_ALIAS);
        port.input = property(properties, PW_KEY_PORT_DIRECTION) == "in";
        port.audio = property(properties, PW_KEY_FORMAT_DSP).find("audio") != std::string_view::npos;
    } else if (spa_streq(type, PW_TYPE_INTERFACE_Metadata) &&
               property(properties, PW_KEY_METADATA_NAME) == metadata_name) {
        services_.insert(id);
    }
}

void GraphNames::remove(std::uint32_t id)
{
    ++version_;
    nodes_.erase(id);
    ports_.erase(id);
    services_.erase(id);
}

std::vector<std::string> GraphNames::names_of(bool (*wanted)(const Port&)) const
{
    std::vector<std::string> result;
    std::set<std::uint32_t> told;
    for (const auto& [id, port] : ports_) {
        const auto node = nodes_.find(port.node);
        if (node == nodes_.end() || !wanted(port))
            continue;
        result.push_back(node->second.front() + ":" + port.name);
        result.push_back(port.alias);
        if (told.insert(port.node).second)
            result.insert(result.end(), node->second.begin(), node->second.end());
    }
    std::erase(result, "");
    return result;
}

std::vector<std::string> GraphNames::midi_sources() const
{
    return names_of([](const Port& port) { return !port.input && !port.audio; });
}

std::vector<std::string> GraphNames::sound_sources() const
{
    return names_of([](const Port& port) { return !port.input && port.audio; });
}

std::vector<std::string> GraphNames::targets() const
{
    return names_of([](const Port& port) { return port.input; });
}

} // namespace decant::service
