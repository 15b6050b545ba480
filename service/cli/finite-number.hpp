// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdlib>
#include <string>

namespace decant::service
{

/// For options beside CLI::Range, which finds "nan" in every range (CLI11 2.1 to 2.4).
inline const CLI::Validator finite_number(
    [](const std::string& text) {
        return std::isfinite(std::strtod(text.c_str(), nullptr))
                   ? std::string()
                   : text + " is no number that can be used here";
    },
    "");

} // namespace decant::service
