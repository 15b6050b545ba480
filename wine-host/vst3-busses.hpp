// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/protocol/channel-layout.hpp"
#include "wine-host/protocol/plugin-description.hpp"
#include "wine-host/vst3-interface.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace decant::host::vst3
{

/// An audio bus.
struct Bus {
    std::string name;
    std::vector<std::string> positions; ///< PipeWire's names of its channels
    bool side;
    bool active; ///< false for those of which Decant does not carry all channels
};

/// The busses of one direction as they are now. [main]
[[nodiscard]] std::vector<Bus> audio_busses(IComponent& component, IAudioProcessor& processor,
                                            BusDirection direction);

/// Ports for those that are active. [main]
[[nodiscard]] std::vector<protocol::PortDescription> ports_of(std::span<const Bus> busses);

/// Asks for other channels of the first bus each way; what the plugin does not have stays. While it is not
/// active. [main]
void arrange_busses(IComponent& component, IAudioProcessor& processor, protocol::ChannelLayout inputs,
                    protocol::ChannelLayout outputs);

/// Tells the plugin that it runs with the arrangements that it has, and which busses are in use: some allot
/// nothing for one until they are told so. [main]
void set_up_busses(IComponent& component, IAudioProcessor& processor, std::span<const Bus> inputs,
                   std::span<const Bus> outputs);

} // namespace decant::host::vst3
