// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/hosts/host-event.hpp"

#include <string_view>

namespace decant::service
{

/// Writes a line to the service's log: to the journal under systemd, to the terminal otherwise. [any, but the
/// audio thread]
void log(Severity severity, std::string_view text) noexcept;

} // namespace decant::service
