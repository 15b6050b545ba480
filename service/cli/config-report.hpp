// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/configuration.hpp"

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace decant::cli
{

/// The configuration as the service would read it, for people and for programs: every value with the place
/// that it comes from. [any]
[[nodiscard]] std::string to_text(const service::Configuration& configuration);
[[nodiscard]] nlohmann::ordered_json to_json(const service::Configuration& configuration);

/// Of the problems alone.
[[nodiscard]] nlohmann::ordered_json problems_json(const service::Configuration& configuration);

} // namespace decant::cli
