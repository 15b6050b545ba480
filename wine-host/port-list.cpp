// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/port-list.hpp"

#include "wine-host/protocol/version.hpp"

#include <cstdlib>
#include <set>

namespace decant::host
{
namespace
{

/// How people write a channel's position behind the name of its bus.
std::string suffix_of(const std::string& position)
{
    if (position == "FL")
        return "L";
    if (position == "FR")
        return "R";
    if (position.starts_with("AUX"))
        return std::to_string(std::atoi(position.c_str() + 3) + 1);
    return position;
}

} // namespace

std::vector<std::string> positions_of(std::size_t channels)
{
    if (channels == 1)
        return {"MONO"};
    if (channels == 2)
        return {"FL", "FR"};
    std::vector<std::string> positions;
    for (std::size_t i = 0; i < channels; ++i)
        positions.push_back("AUX" + std::to_string(i));
    return positions;
}

void add_bus(std::vector<protocol::PortDescription>& ports, const std::string& bus,
             const std::vector<std::string>& positions, bool side)
{
    for (const std::string& position : positions) {
        if (ports.size() == protocol::max_channels)
            return;
        const std::string name = positions.size() == 1 ? bus : bus + " " + suffix_of(position);
        ports.push_back({name, bus, position, side});
    }
}

void make_names_unique(std::vector<protocol::PortDescription>& ports)
{
    std::set<std::string> names;
    for (std::size_t i = 0; i < ports.size(); ++i) {
        if (!names.insert(ports[i].name).second) {
            ports[i].name += " (" + std::to_string(i + 1) + ")";
            names.insert(ports[i].name);
        }
    }
}

std::string unit_of(const std::string& value)
{
    const auto digits = value.find_last_of("0123456789");
    if (digits == std::string::npos || value.find_first_of("0123456789") > 1)
        return {};
    const auto unit = value.find_first_not_of(" .", digits + 1);
    constexpr std::size_t longest = 8;
    return unit == std::string::npos || value.size() - unit > longest ? std::string() : value.substr(unit);
}

} // namespace decant::host
