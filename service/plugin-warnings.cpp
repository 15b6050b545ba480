// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/plugin-warnings.hpp"

#include "service/hosts/parameter-names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <stdexcept>

namespace decant::service
{

namespace
{

/// Of the first bus.
std::size_t main_channels(std::span<const protocol::PortDescription> ports)
{
    return static_cast<std::size_t>(std::count_if(ports.begin(), ports.end(), [&](const auto& port) {
        return port.group == ports.front().group && !port.side;
    }));
}

void check_channels(const char* key, protocol::ChannelLayout wanted,
                    std::span<const protocol::PortDescription> ports, std::vector<std::string>& warnings)
{
    const std::size_t channels = main_channels(ports);
    if (wanted != protocol::ChannelLayout::own && channels != protocol::channels_of(wanted))
        warnings.push_back(fmt::format("{}: the plugin has no {} there, and keeps its {}; leave it out", key,
                                       protocol::channel_layout_names[static_cast<std::size_t>(wanted)],
                                       channels == 1 ? "one channel" : fmt::format("{} channels", channels)));
}

} // namespace

std::vector<std::string> warnings_about(const protocol::PluginDescription& plugin, const NodeConfig& config)
{
    std::vector<std::string> warnings;
    check_channels("input.channels", config.input_channels, plugin.inputs, warnings);
    check_channels("output.channels", config.output_channels, plugin.outputs, warnings);
    if (config.midi_programs && plugin.programs.empty())
        warnings.emplace_back("midi.programs: the plugin has no programs that could be selected, and program "
                              "changes are kept from it; leave it out");
    for (const auto& [name, value] : config.params) {
        try {
            (void)value_within(parameter_named(plugin, name), value);
        } catch (const std::runtime_error& error) {
            warnings.push_back(fmt::format("params: {}", error.what()));
        }
    }
    return warnings;
}

} // namespace decant::service
