// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/doctor/check.hpp"

#include <nlohmann/json_fwd.hpp>
#include <span>

namespace decant::doctor
{

/// As doctor.schema.json, which is installed, describes it.
[[nodiscard]] nlohmann::json to_json(std::span<const Result> results, const Machine& machine);

} // namespace decant::doctor
