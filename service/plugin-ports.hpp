// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/bridge-setup.hpp"
#include "nodes/processor.hpp"
#include "wine-host/protocol/messages.hpp"

namespace decant::service
{

/// The ports of a plugin as the graph shows them: its own names, made fit and unique. [any]
[[nodiscard]] nodes::PortLayout ports_of(const protocol::PluginDescription& plugin);

/// What the bridge needs to know of a plugin. [any]
[[nodiscard]] bridge::BridgeLayout layout_of(const protocol::PluginDescription& plugin);

} // namespace decant::service
