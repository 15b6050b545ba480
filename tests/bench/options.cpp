// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/options.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>

namespace decant::bench
{

Options parse_options(int argc, char** argv)
{
    Options options;
    bool unpaced = false;
    CLI::App app("Measures what a block costs that is handed to another process and back, against the least\n"
                 "that it can cost on this machine, and prints times in microseconds.");
    app.add_option("--block", options.block, "Frames in a block")
        ->check(CLI::Range(1, 8192))
        ->capture_default_str();
    app.add_option("--rate", options.rate, "Sample rate in Hz")
        ->check(CLI::Range(8000, 768000))
        ->capture_default_str();
    app.add_option("--instances", options.instances, "How many are called in every period")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
    app.add_option("--seconds", options.seconds, "How long to measure; the floor takes as long again")
        ->check(CLI::Range(0.1, 3600.0))
        ->capture_default_str();
    app.add_flag("--unpaced", unpaced, "Call without waiting for the period");
    app.add_flag("--json", options.json, "Print JSON instead of a table");
    app.add_option("--svg", options.svg, "Draw the latencies into this file");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::exit(app.exit(error));
    }
    options.paced = !unpaced;
    return options;
}

} // namespace decant::bench
