// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/finite-number.hpp"
#include "service/cli/rack-view.hpp"
#include "service/cli/verbs.hpp"
#include "service/doctor/check.hpp"
#include "service/doctor/fix-script.hpp"
#include "service/doctor/graph-view.hpp"
#include "service/doctor/json-report.hpp"
#include "service/doctor/observe.hpp"
#include "service/doctor/probe/probe.hpp"
#include "service/doctor/text-report.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <sys/ioctl.h>
#include <unistd.h>

namespace decant::cli
{

namespace
{

/// Of this verb alone.
enum DoctorCode : int {
    exit_healthy = 0,
    exit_ill = 1,
    exit_cannot_run = 2,
};

struct DoctorOptions {
    bool json = false;
    bool fix_script = false;
    bool verbose = false;
    std::string root = "/";
    std::string quantum;
    bool probe = false;
    double seconds = 10;
    bool load = false;
    std::string plugin;
    std::string svg;
};

/// "FRAMES" or "FRAMES/RATE".
std::optional<doctor::Quantum> parse_quantum(const std::string& text)
{
    constexpr std::uint32_t most_frames = 65536;
    constexpr std::uint32_t most_rate = 768000;
    doctor::Quantum quantum;
    quantum.source = "as asked for";
    const char* const end = text.data() + text.size();
    const auto frames = std::from_chars(text.data(), end, quantum.frames);
    if (frames.ec != std::errc())
        return std::nullopt;
    if (frames.ptr != end) {
        if (*frames.ptr != '/')
            return std::nullopt;
        const auto rate = std::from_chars(frames.ptr + 1, end, quantum.rate);
        if (rate.ec != std::errc() || rate.ptr != end)
            return std::nullopt;
    }
    if (quantum.frames == 0 || quantum.frames > most_frames || quantum.rate == 0 || quantum.rate > most_rate)
        return std::nullopt;
    return quantum;
}

std::string check_quantum_text(const std::string& text)
{
    return parse_quantum(text) ? "" : "is no quantum: give FRAMES or FRAMES/RATE, as 128/48000";
}

doctor::Answer<std::vector<doctor::RackNode>> ask_service()
try {
    std::vector<doctor::RackNode> nodes;
    for (const auto& node : read_rack().nodes) {
        const auto& status = node.status;
        const auto trip = status.round_trip.value_or(service::RoundTrip{});
        nodes.push_back({.name = node.name,
                         .plugin = status.type == "plugin",
                         .load = status.load,
                         .late = status.late,
                         .xruns = status.xruns,
                         .p50 = trip.p50,
                         .p99 = trip.p99,
                         .max = trip.max});
    }
    return nodes;
} catch (const std::exception& error) {
    return doctor::Unknown{error.what()};
}

doctor::Machine look_at_machine(const DoctorOptions& options)
{
    const auto root = std::filesystem::absolute(options.root);
    if (!std::filesystem::is_directory(root / "proc"))
        throw std::runtime_error(
            fmt::format("there is no {}: --root wants a directory with copies of /proc, /sys "
                        "and /etc",
                        (root / "proc").string()));
    doctor::Machine machine(root.lexically_normal());
    auto& facts = machine.facts;
    doctor::observe_surroundings(facts);
    if (machine.root() == "/") {
        doctor::observe_system(machine);
        facts.graph = doctor::look_at_graph(std::chrono::seconds(1));
        if (const auto* graph = facts.graph.known())
            facts.quantum = doctor::quantum_of(*graph);
        facts.rack = ask_service();
    }
    if (!options.quantum.empty())
        facts.quantum = parse_quantum(options.quantum).value();
    return machine;
}

doctor::TextStyle style_of_terminal(bool verbose)
{
    doctor::TextStyle style;
    style.verbose = verbose;
    if (isatty(STDOUT_FILENO) == 0)
        return style;
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        style.width = size.ws_col;
    const char* no_colour = std::getenv("NO_COLOR");
    style.colours = no_colour == nullptr || *no_colour == '\0';
    return style;
}

int examine(const DoctorOptions& options)
{
    const auto machine = look_at_machine(options);
    const auto results = doctor::examine(machine);
    const auto& quantum = machine.facts.quantum;
    std::optional<doctor::Probe> probe;
    if (options.probe) {
        probe = doctor::run_probe({.time = std::chrono::nanoseconds(std::llround(options.seconds * 1e9)),
                                   .load = options.load,
                                   .plugin = options.plugin},
                                  quantum);
        probe->suspects = doctor::suspects_of(*probe, results, quantum);
        if (!options.svg.empty())
            doctor::write_svg(options.svg, *probe, quantum);
    }
    if (options.json) {
        auto json = doctor::to_json(results, machine);
        if (probe)
            json["probe"] = doctor::to_json(*probe);
        fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
    } else if (options.fix_script) {
        fmt::print("{}", doctor::fix_script(results));
    } else {
        const auto style = style_of_terminal(options.verbose);
        fmt::print("{}", doctor::to_text(results, machine, style));
        if (probe)
            fmt::print("\n{}", doctor::to_text(*probe, quantum, style.width));
    }
    return doctor::count(results, doctor::State::bad) == 0 ? exit_healthy : exit_ill;
}

} // namespace

void add_doctor(CLI::App& application)
{
    auto options = std::make_shared<DoctorOptions>();
    auto* verb = application.add_subcommand("doctor", "Tell what on this machine makes sound crackle");
    auto* json = verb->add_flag("--json", options->json,
                                "Print JSON, as share/decant/doctor.schema.json describes it");
    verb->add_flag("--fix-script", options->fix_script,
                   "Print a shell script that puts right what is bad; it is not run")
        ->excludes(json);
    verb->add_option("--quantum", options->quantum,
                     "Judge for FRAMES or FRAMES/RATE instead of what the graph runs with")
        ->check(CLI::Validator(check_quantum_text, "FRAMES[/RATE]"));
    verb->add_option("--root", options->root, "Look at copies of /proc, /sys and /etc below this directory")
        ->capture_default_str();
    auto* probe =
        verb->add_option_function<double>(
                "--probe",
                [options](double seconds) {
                    options->probe = true;
                    options->seconds = seconds;
                },
                "Measure, too: how late threads wake on each CPU, and how long a block needs to another "
                "process and back")
            ->type_name("[SECONDS]")
            ->expected(0, 1)
            ->default_str("10")
            ->check(CLI::Range(0.2, 3600.0) & decant::service::finite_number)
            ->excludes("--root");
    verb->add_flag("--load", options->load, "Keep all CPUs busy while measuring")->needs(probe);
    verb->add_option(
            "--plugin", options->plugin,
            "Measure the way through Wine, too, with this Windows plugin, FILE or FILE#NAME, in a host of "
            "its own")
        ->needs(probe);
    verb->add_option("--svg", options->svg, "Draw what was measured into this file")->needs(probe);
    verb->add_flag("-v,--verbose", options->verbose, "Say of everything why it matters");
    verb->footer("Nothing is changed, and no privilege is needed.\n\n"
                 "Examples:\n"
                 "  decant doctor\n"
                 "  decant doctor --quantum 64/48000 --verbose\n"
                 "  decant doctor --json | jq -r '.findings[] | select(.state == \"bad\") | .id'\n"
                 "  decant doctor --fix-script > fix.sh    # read it; sudo sh fix.sh, sudo sh fix.sh undo\n"
                 "  decant doctor --probe 30 --load --svg latency.svg\n\n"
                 "Exit code: 0 nothing is bad, 1 something is, 2 could not run.");
    verb->callback([options] {
        int code = exit_cannot_run;
        try {
            code = examine(*options);
        } catch (const std::exception& error) {
            fmt::print(stderr, "decant: {}\n", error.what());
        }
        throw CLI::RuntimeError(code);
    });
}

} // namespace decant::cli
