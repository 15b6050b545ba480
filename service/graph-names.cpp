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
    : registry_(core, {.added = std::bind_front(&GraphNames::add, this),
                       .removed = std::bind_front(&GraphNames::remove, this),
                       .settled = std::move(on_settled)})
{
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
