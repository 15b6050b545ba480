// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/protocol/plugin-description.hpp"

#include <string>
#include <vector>

namespace decant::host
{

/// PipeWire's names for the channels of a bus of which only their number is known: "MONO", "FL" and "FR", or
/// "AUX0" and so on.
[[nodiscard]] std::vector<std::string> positions_of(std::size_t channels);

/// Adds a port for each of `positions`, named after the bus, as far as Decant carries channels.
void add_bus(std::vector<protocol::PortDescription>& ports, const std::string& bus,
             const std::vector<std::string>& positions, bool side);

/// Plugins give several ports the same name; they need names of their own.
void make_names_unique(std::vector<protocol::PortDescription>& ports);

/// "dB" of "-6.02 dB": what stands behind the number in a value as a plugin writes it; empty if it is not of
/// that form.
[[nodiscard]] std::string unit_of(const std::string& value);

} // namespace decant::host
