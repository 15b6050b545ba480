// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/node-properties.hpp"

#include "service/node-status.hpp"

#include <nlohmann/json.hpp>
#include <pipewire/keys.h>

#include <vector>

namespace decant::service
{

namespace
{

std::string json_list(const std::vector<std::string>& texts)
{
    return nlohmann::json(texts).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace

std::string_view to_text(NodeType type) noexcept
{
    return type == NodeType::plugin ? "plugin" : "sampler";
}

std::map<std::string, std::string> properties_of(const NodeConfig& config)
{
    // No media.class: WirePlumber's own policy is to leave the node alone. No application.name: patchbays
    // would put it in front of every name.
    std::map<std::string, std::string> properties{
        {PW_KEY_NODE_NAME, std::string(node_prefix) + config.name},
        {PW_KEY_NODE_DESCRIPTION, config.description},
        {PW_KEY_MEDIA_TYPE, "Audio"},
        {PW_KEY_MEDIA_CATEGORY, "Duplex"},
        {PW_KEY_MEDIA_ROLE, "DSP"},
        {"decant.type", std::string(to_text(config.type))},
        {"decant.midi.from", json_list(config.midi_from)},
        {"decant.input.from", json_list(config.input_from)},
        {"decant.output.to", json_list(config.output_to)},
    };
    for (const auto& [key, value] : config.properties)
        properties[key] = value;
    return properties;
}

} // namespace decant::service
