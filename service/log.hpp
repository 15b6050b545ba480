// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/hosts/host-event.hpp"

#include <string_view>

namespace decant::service
{

/// Writes to the service's log: to the journal under systemd, where `node` is the field DECANT_NODE of the
/// entry, to the terminal otherwise. [any, but the audio thread]
void log(Severity severity, std::string_view text, std::string_view node = {}) noexcept;

/// The same with the node's name in front of the text, if it is one's. [any, but the audio thread]
void log_of_node(std::string_view node, Severity severity, std::string_view text) noexcept;

} // namespace decant::service
