// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace decant::cli
{

/// --prefix DIRECTORY, for a verb that loads plugins: a directory that there is, else it is wrong usage. A
/// name that leads nowhere is a slip far more often than the wish for a new prefix, which Wine would make at
/// once.
CLI::Option* add_prefix_option(CLI::App& verb, std::string& prefix);

} // namespace decant::cli
