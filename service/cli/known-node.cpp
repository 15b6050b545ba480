// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/known-node.hpp"

#include "nodes/nearest-word.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <string_view>
#include <vector>

namespace decant::cli
{

const service::WrittenSettings& written_node(const service::Configuration& rack, const std::string& name)
{
    if (const auto found = rack.written.find(name); found != rack.written.end())
        return found->second;
    std::vector<std::string_view> names;
    for (const auto& [known, written] : rack.written)
        names.push_back(known);
    const auto near = suggestion(name, names);
    throw std::runtime_error(fmt::format(
        "there is no node '{}' in the configuration{}", name,
        near.empty() ? "; 'decant config show' lists them, and 'decant config check' what is wrong" : near));
}

} // namespace decant::cli
