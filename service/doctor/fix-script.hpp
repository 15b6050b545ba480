// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/doctor/check.hpp"

#include <span>
#include <string>

namespace decant::doctor
{

/// A shell script for root that does what the findings ask for and, with the argument 'undo', takes it
/// back. What is only worth considering is in it as a comment; what nobody but the user can do as well.
[[nodiscard]] std::string fix_script(std::span<const Result> results);

} // namespace decant::doctor
