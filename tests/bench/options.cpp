// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/options.hpp"

#include "service/cli/finite-number.hpp"
#include "tests/bench/command-line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace decant::bench
{

namespace
{

/// As many as decantd has data loops, and no more than there are instances.
unsigned usual_threads(const Options& options)
{
    const unsigned cpus = std::max(1U, std::thread::hardware_concurrency());
    const bool anticipates = std::ranges::find(options.wakes, Wake::anticipate) != options.wakes.end();
    return std::clamp(anticipates ? cpus - 1 : cpus, 1U, std::min(options.instances, 64U));
}

} // namespace

Options parse_options(int argc, char** argv)
{
    Options options;
    options.plugin = BENCH_PLUGIN;
    bool unpaced = false;
    std::vector<std::string> placements;
    std::vector<std::string> wakes;
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
        ->check(service::finite_number)
        ->capture_default_str();
    app.add_option(
           "--threads", options.threads,
           "How many threads share the instances; several are measured in turn. As decantd does it if "
           "it is not given: one for each CPU, but for one CPU where hosts anticipate")
        ->check(CLI::Range(1, 64));
    app.add_option(
           "--placement", placements,
           "core: each caller and the audio threads that it calls on one CPU, as decantd does it, which is "
           "measured if nothing is given; free: anywhere; or both")
        ->check(CLI::IsMember({"core", "free"}));
    app.add_option(
           "--wake", wakes,
           "sleep: until the block is there; anticipate: awake just before it, on a CPU without callers; "
           "or both")
        ->check(CLI::IsMember({"sleep", "anticipate"}));
    app.add_option("--host-priority", options.host_priority,
                   "SCHED_FIFO priority of the audio threads in the hosts; the callers have 80")
        ->check(CLI::Range(1, 99))
        ->capture_default_str();
    app.add_option("--deadline", options.deadline_usec,
                   "Microseconds after its start that a period's blocks must be done; 0: by its end")
        ->check(CLI::Range(0, 10'000'000))
        ->capture_default_str();
    app.add_option("--burn", options.burn_usec, "Microseconds that the plugin takes for a block")
        ->check(CLI::Range(0, 10000))
        ->capture_default_str();
    const auto* plugin =
        app.add_option("--plugin", options.plugin, "The gain of tests/plugins")->check(CLI::ExistingFile);
    app.add_option("--prefix", options.prefix,
                   "A Wine prefix to use, made if it is missing, kept afterwards");
    app.add_option("--mode", options.mode,
                   "sync: a block comes back in its own period; pipelined: in the next one")
        ->transform(CLI::CheckedTransformer(std::map<std::string, bridge::BridgeMode>{
            {"sync", bridge::BridgeMode::sync}, {"pipelined", bridge::BridgeMode::pipelined}}))
        ->default_str("sync");
    app.add_flag("--group", options.group, "All instances in one host");
    app.add_option("--chain", options.chain,
                   "Measure instances of so many plugins in series beside those of one")
        ->check(CLI::Range(2, 64));
    app.add_flag("!--no-guard", options.guard, "A timer for each block, instead of the guard's for all");
    auto* graph = app.add_flag(
        "--graph", options.graph,
        "Run the plugins, or chains, as nodes of decantd in a private PipeWire session instead, and count "
        "xruns");
    app.add_flag("--unpaced", unpaced, "Call without waiting for the period");
    app.add_flag("--json", options.json, "Print JSON instead of a table");
    app.add_option("--svg", options.svg, "Draw the latencies into this file");
    // There decantd decides it, or nothing of the kind is measured.
    for (const char* other : {"--threads", "--placement", "--host-priority", "--deadline", "--burn",
                              "--no-guard", "--unpaced", "--svg"})
        graph->excludes(app.get_option(other));
    read_command_line(app, argc, argv);
    options.paced = !unpaced;
    if (options.burn_usec != 0 && plugin->count() == 0)
        options.plugin = BENCH_BURNER;
    if (!placements.empty())
        options.placements.clear();
    for (const std::string& placement : placements)
        options.placements.push_back(placement == "core" ? Placement::core : Placement::free);
    if (!wakes.empty())
        options.wakes.clear();
    for (const std::string& wake : wakes)
        options.wakes.push_back(wake == "anticipate" ? Wake::anticipate : Wake::sleep);
    if (options.threads.empty())
        options.threads.push_back(usual_threads(options));
    return options;
}

} // namespace decant::bench
