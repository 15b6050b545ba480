// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>

namespace CLI
{
class App;
}

namespace decant::cli
{

/// What is wrong with a command line that CLI11 refused, if it is a verb or an option that there is not: a
/// sentence with the nearest one that there is. Empty if it is something else. [any]
[[nodiscard]] std::string slip_in(const CLI::App& application, std::span<char* const> arguments);

} // namespace decant::cli
