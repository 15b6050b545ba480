// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "wine-host/protocol/plugin-description.hpp"

#include <string>
#include <string_view>

namespace decant::service
{

/// For people, as "VST3". [any]
[[nodiscard]] std::string_view name_of(protocol::PluginFormat format) noexcept;

/// What sort of plugin it is, for people, as "VST2, 32 bits, instrument". [any]
[[nodiscard]] std::string kind_of(const protocol::PluginDescription& plugin);

} // namespace decant::service
