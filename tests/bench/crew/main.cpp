// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What the priorities of a plugin's own threads and of wineserver are worth on a busy machine: the same
// plugin in three hosts, of which one gives its threads what they ask for, one what they do not ask for, and
// one nothing; measured in turn.

#include "nodes/bridge/guard.hpp"
#include "nodes/bridge/host-thread.hpp"
#include "service/cli/finite-number.hpp"
#include "service/doctor/probe/busy-cpus.hpp"
#include "service/realtime/wineservers.hpp"
#include "service/wine-processes.hpp"
#include "tests/bench/bridged-plugin.hpp"
#include "tests/bench/command-line.hpp"
#include "tests/bench/percentiles.hpp"
#include "tests/bench/plot.hpp"
#include "tests/bench/plugin-subject.hpp"
#include "tests/bench/scheduling.hpp"
#include "tests/bench/wine-session.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fmt/format.h>
#include <iterator>
#include <list>
#include <memory>
#include <nlohmann/json.hpp>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <vector>

namespace decant::bench
{
namespace
{

/// Of the plugin: exact in binary.
constexpr float gain = 0.5F;
constexpr double gain_position = 0.25;

struct Options {
    std::uint32_t block = 256; ///< frames
    std::uint32_t rate = 48000;
    double seconds = 5; ///< of each turn
    unsigned turns = 4;
    std::uint32_t burn_usec = 300; ///< of each of the plugin's two threads
    unsigned busy = 2;             ///< threads on each CPU that do something else; 0: the machine rests
    bool json = false;
    std::filesystem::path svg;
    std::filesystem::path prefix;

    [[nodiscard]] std::uint64_t period_nsec() const noexcept
    {
        return std::uint64_t{1'000'000'000} * block / rate;
    }
    [[nodiscard]] double period_usec() const noexcept { return static_cast<double>(period_nsec()) / 1000; }
};

/// One of the hosts.
struct Side {
    std::string name;    ///< a word for JSON
    std::string title;   ///< for people
    int server_priority; ///< 0: not real-time
    BridgedPlugin plugin;
    PluginSubject subject;
    Recording recording;

    Side(std::string word, std::string words, int server, const service::PluginFile& file,
         const Options& options, const TestSignal& signal, const std::shared_ptr<bridge::Guard>& guard)
        : name(std::move(word)), title(std::move(words)), server_priority(server),
          plugin(file, options.rate, gain_position, bridge::BridgeMode::sync, guard, caller_priority),
          subject(plugin.processor(), signal, 1, options.block, options.rate, bridge::BridgeMode::sync)
    {
        plugin.burn(options.burn_usec);
    }

    [[nodiscard]] Distribution calls() const { return Distribution(recording.calls); }
};

std::string table(const Options& options, const std::list<Side>& sides)
{
    std::string out = fmt::format(
        "{} frames at {} Hz ({:.0f} us), two threads of {} us each, {} busy threads on each of {} CPUs\n"
        "{:<30} {:>7} {:>6} {:>8}  {:>8} {:>8} {:>8} {:>8}   us\n",
        options.block, options.rate, options.period_usec(), options.burn_usec, options.busy,
        allowed_cpus().size(), "", "blocks", "lost", "%", "p50", "p99", "p99.9", "longest");
    for (const Side& side : sides) {
        const Distribution calls = side.calls();
        const auto lost = side.subject.late();
        out += fmt::format(
            "{:<30} {:>7} {:>6} {:>8.2f}  {:>8.0f} {:>8.0f} {:>8.0f} {:>8.0f}\n", side.title, calls.size(),
            lost, 100.0 * static_cast<double>(lost) / static_cast<double>(calls.size()), calls.percentile(50),
            calls.percentile(99), calls.percentile(99.9), calls.percentile(100));
    }
    return out;
}

std::string json(const Options& options, const std::list<Side>& sides)
{
    nlohmann::ordered_json out{{"block", options.block},
                               {"rate", options.rate},
                               {"period_usec", options.period_usec()},
                               {"seconds", options.seconds},
                               {"turns", options.turns},
                               {"burn_usec", options.burn_usec},
                               {"busy", options.busy},
                               {"cpus", allowed_cpus().size()},
                               {"series", nlohmann::ordered_json::array()}};
    for (const Side& side : sides)
        out["series"].push_back({{"name", side.name},
                                 {"title", side.title},
                                 {"blocks", side.recording.calls.size()},
                                 {"late", side.subject.late()},
                                 {"round_trip", durations(side.calls())}});
    return out.dump(2) + '\n';
}

void schedule_server(pid_t server, int priority)
{
    const bool done = priority > 0 ? bridge::promote(server, {SCHED_FIFO, priority}) : bridge::demote(server);
    if (!done)
        throw std::runtime_error("wineserver cannot be given a priority: run as root, or raise `rtprio` in "
                                 "/etc/security/limits.d and log in again");
}

void run(const Options& options)
{
    const WineSession wine(options.prefix);
    const TestSignal signal(gain);
    const auto guard = std::make_shared<bridge::Guard>(guard_priority);
    service::PluginFile file{BENCH_CREW, "", wine.prefix(), {}};
    std::list<Side> sides;
    const int below = service::wineserver_priority(caller_priority);
    sides.emplace_back("asked", "priorities as asked for", below, file, options, signal, guard);
    file.environment = {{"DECANT_CREW_SILENT", "1"}, {"DECANT_RT_WORKERS", "inherit"}};
    sides.emplace_back("inherited", "not asked for, inherited", below, file, options, signal, guard);
    file.environment = {{"WINE_RT_PRIO", "1"}}; // below which there is nothing to give
    sides.emplace_back("none", "none but the audio thread's", 0, file, options, signal, guard);
    const auto server = service::wineserver_of(wine.prefix());
    if (!server)
        throw std::runtime_error("there is no wineserver for " + wine.prefix().string());

    std::vector<unsigned> busy;
    for (unsigned each = 0; each < options.busy; ++each)
        std::ranges::copy(allowed_cpus(), std::back_inserter(busy));
    const doctor::BusyCpus others(busy);
    const std::uint64_t period = options.period_nsec();
    const double periods = options.seconds * 1e9 / static_cast<double>(period);
    const Pace pace{period, static_cast<std::uint32_t>(std::max(1.0, periods)), period};
    for (unsigned turn = 0; turn < options.turns; ++turn)
        for (Side& side : sides) {
            schedule_server(*server, side.server_priority);
            make_realtime(side.plugin.audio_thread(), caller_priority);
            const std::vector<Lane> lanes{{{&side.subject}, std::nullopt}};
            side.recording.append(run_lanes(lanes, pace));
        }
    schedule_server(*server, 0);

    for (const Side& side : sides)
        if (side.subject.wrong() != 0)
            throw std::runtime_error("some blocks came back with other samples than the plugin's");
    fmt::print("{}", options.json ? json(options, sides) : table(options, sides));
    if (options.svg.empty())
        return;
    Panel panel{"Round trip of a block", {}, options.period_usec()};
    for (const Side& side : sides)
        panel.curves.push_back({side.title, side.calls()});
    write_plot(options.svg, "A plugin with threads of its own, on a busy machine", {panel});
}

} // namespace
} // namespace decant::bench

int main(int argc, char** argv)
try {
    decant::bench::Options options;
    CLI::App application("Measures what the priorities of a plugin's own threads are worth on a busy "
                         "machine, and prints times "
                         "in\nmicroseconds.");
    application.add_option("--block", options.block, "Frames in a block")
        ->check(CLI::Range(1, 8192))
        ->capture_default_str();
    application.add_option("--rate", options.rate, "Sample rate in Hz")
        ->check(CLI::Range(8000, 768000))
        ->capture_default_str();
    application.add_option("--seconds", options.seconds, "Length of a turn")
        ->check(CLI::Range(0.1, 3600.0))
        ->check(decant::service::finite_number)
        ->capture_default_str();
    application.add_option("--turns", options.turns, "Turns of each side")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    application
        .add_option("--burn", options.burn_usec, "Microseconds that each of the plugin's threads works")
        ->check(CLI::Range(0, 10000))
        ->capture_default_str();
    application.add_option("--busy", options.busy, "Threads on each CPU that do something else")
        ->check(CLI::Range(0, 64))
        ->capture_default_str();
    application.add_flag("--json", options.json, "Print JSON instead of a table");
    application.add_option("--svg", options.svg, "Draw the latencies into this file");
    application.add_option("--prefix", options.prefix,
                           "A Wine prefix to use, made if it is missing, kept afterwards");
    decant::bench::read_command_line(application, argc, argv);
    setenv("DECANT_WINE_ROOT", BENCH_WINE_ROOT, 0);
    decant::bench::run(options);
    return 0;
} catch (const std::exception& error) {
    fmt::print(stderr, "crew-bench: {}\n", error.what());
    return 1;
}
