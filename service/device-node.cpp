// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/device-node.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace decant::service
{

namespace
{

/// Below any sound card, and below what says none, as null sinks do, which WirePlumber takes for 0: it
/// becomes the default if somebody chooses it, never by itself while there is another.
constexpr const char* lowest_priority = "-1";

std::string position_of(const std::vector<std::string>& channels)
{
    std::vector<std::string> known;
    for (const auto& channel : channels)
        if (!channel.empty())
            known.push_back(channel);
    if (known.empty())
        known =
            channels.size() == 1 ? std::vector<std::string>{"MONO"} : std::vector<std::string>{"FL", "FR"};
    return fmt::format("[ {} ]", fmt::join(known, " "));
}

} // namespace

DeviceNode::DeviceNode(pw_core* core, DeviceRole role, const std::string& name,
                       const std::string& description, const std::vector<std::string>& channels)
{
    const bool sink = role == DeviceRole::sink;
    const Properties properties(pw_properties_new(
        "factory.name", "support.null-audio-sink", PW_KEY_NODE_NAME,
        fmt::format("decant-{}.{}", sink ? "sink" : "source", name).c_str(), PW_KEY_NODE_DESCRIPTION,
        fmt::format("{} (Decant, {})", description, name).c_str(), PW_KEY_MEDIA_CLASS,
        sink ? "Audio/Sink" : "Audio/Source/Virtual", "audio.position", position_of(channels).c_str(),
        PW_KEY_PRIORITY_SESSION, lowest_priority, PW_KEY_NODE_VIRTUAL, "true", "monitor.channel-volumes",
        "true", // the volume that people set is heard
        "decant.device.of", name.c_str(), nullptr));
    node_.reset(static_cast<pw_node*>(pw_core_create_object(core, "adapter", PW_TYPE_INTERFACE_Node,
                                                            PW_VERSION_NODE, &properties->dict, 0)));
    if (!node_)
        throw std::runtime_error(
            fmt::format("cannot make a device for '{}': {}; is libpipewire-module-adapter in "
                        "context.modules of pipewire.conf?",
                        name, std::strerror(errno)));
}

} // namespace decant::service
