// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/plugin-kind.hpp"

#include <fmt/format.h>

namespace decant::service
{

std::string_view name_of(protocol::PluginFormat format) noexcept
{
    switch (format) {
    case protocol::PluginFormat::vst2:
        return "VST2";
    case protocol::PluginFormat::vst3:
        return "VST3";
    case protocol::PluginFormat::clap:
        return "CLAP";
    case protocol::PluginFormat::chain:
        return "chain";
    }
    return "unknown";
}

std::string kind_of(const protocol::PluginDescription& plugin)
{
    return fmt::format("{}, {} bits, {}", name_of(plugin.format), plugin.bits,
                       plugin.instrument ? "instrument" : "effect");
}

} // namespace decant::service
