// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/clap-interface.hpp"
#include "wine-host/clap-plugin.hpp"
#include "wine-host/protocol/plugin-description.hpp"

#include <span>

namespace decant::host
{

/// An extension of a plugin; null if it has none.
template <class Interface>
[[nodiscard]] const Interface* clap_extension(const clap_plugin_t* plugin, const char* name)
{
    return static_cast<const Interface*>(plugin->get_extension(plugin, name));
}

/// Asks an initialised plugin for everything that the service wants to know. Of the parameters, those in
/// `parameters` count. [main]
[[nodiscard]] protocol::PluginDescription describe_clap(const clap_plugin_t* plugin,
                                                        std::span<const ClapParameter> parameters);

/// The audio ports of one direction. [main]
[[nodiscard]] std::vector<clap_audio_port_info_t> clap_audio_ports(const clap_plugin_t* plugin, bool input);

/// Selects those ports whose main ones have so many channels, zero for as many as now, if the plugin has
/// such. While it is not active. [main]
void select_clap_ports(const clap_plugin_t* plugin, std::uint32_t inputs, std::uint32_t outputs);

/// The first note port of one direction, which is the one that Decant's MIDI goes through. [main]
[[nodiscard]] ClapNotes clap_notes(const clap_plugin_t* plugin, bool input);

} // namespace decant::host
