// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <CLI/CLI.hpp>
#include <cstdlib>

namespace decant::bench
{

/// Reads the words of a benchmark's command line. Exits after help, and with 2, as all of Decant does, after
/// words on what is wrong.
inline void read_command_line(CLI::App& application, int argc, char** argv)
{
    try {
        application.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::exit(application.exit(error) == 0 ? 0 : 2);
    }
}

} // namespace decant::bench
