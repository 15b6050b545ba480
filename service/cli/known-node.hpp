// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/configuration.hpp"

#include <string>

namespace decant::cli
{

/// The node of that name as it is written. Throws std::runtime_error with the nearest name if there is none.
/// [any]
[[nodiscard]] const service::WrittenSettings& written_node(const service::Configuration& rack,
                                                           const std::string& name);

} // namespace decant::cli
