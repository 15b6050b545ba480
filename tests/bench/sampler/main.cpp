// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/sampler/kernels.hpp"
#include "service/cli/finite-number.hpp"
#include "tests/bench/command-line.hpp"
#include "tests/bench/sampler/engine.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <filesystem>
#include <fmt/format.h>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <vector>

namespace
{

namespace fs = std::filesystem;
using namespace decant::bench;
using decant::sampler::Quality;

struct Options {
    std::vector<std::size_t> voices{64, 256, 1000, 4000};
    std::vector<double> ratios{1.0, 0.7, 1.5};
    double seconds = 0.2; ///< of processor time per measurement
    unsigned repeats = 3;
    std::vector<std::string> engines; ///< empty: all
    bool brief = false;
    bool json = false;
};

double cpu_seconds()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void pin_to_one_core()
{
    cpu_set_t allowed;
    cpu_set_t one;
    CPU_ZERO(&one);
    sched_getaffinity(0, sizeof allowed, &allowed);
    for (unsigned cpu = CPU_SETSIZE; cpu-- > 0;)
        if (CPU_ISSET(cpu, &allowed)) {
            CPU_SET(cpu, &one);
            sched_setaffinity(0, sizeof one, &one);
            return;
        }
}

/// Processor time per block.
double block_cost(Engine& engine, double seconds, const std::function<void()>& before_block = [] {})
{
    unsigned blocks = 0;
    const double start = cpu_seconds();
    double took = 0;
    do {
        before_block();
        engine.render();
        ++blocks;
        took = cpu_seconds() - start;
    } while (took < seconds || blocks < 8);
    return took / blocks;
}

constexpr double block_seconds = static_cast<double>(engine_block) / engine_rate;

using MakeEngine = std::function<std::unique_ptr<Engine>(const Material&, std::size_t polyphony)>;

struct Contender {
    std::string name;
    MakeEngine make;
};

double median_of_values(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/// Voices that one core can play.
double voices_per_core(const Contender& contender, const Material& material, std::size_t voices, double ratio,
                       double seconds)
{
    const auto engine = contender.make(material, voices);
    for (int block = 0; block < 8; ++block)
        engine->render();
    const double idle = block_cost(*engine, seconds / 8);
    // In several blocks, so that the voices are at different places of their sample.
    for (std::size_t note = 0; note < voices; ++note) {
        engine->start(note, ratio);
        if (note % 64 == 63)
            engine->render();
    }
    for (int block = 0; block < 4; ++block)
        engine->render();
    if (engine->voices() != voices)
        throw std::runtime_error(
            fmt::format("{} plays {} voices instead of {}", contender.name, engine->voices(), voices));
    const double cost = block_cost(*engine, seconds) - idle;
    return static_cast<double>(voices) * block_seconds / cost;
}

struct Result {
    std::string engine;
    unsigned channels;
    bool filter;
    std::size_t voices;
    double ratio;
    std::vector<double> figures; ///< voices per core, round by round

    [[nodiscard]] double median() const { return median_of_values(figures); }
    [[nodiscard]] double lowest() const { return *std::min_element(figures.begin(), figures.end()); }
    [[nodiscard]] double highest() const { return *std::max_element(figures.begin(), figures.end()); }
};

/// Measures all of them in rounds that take turns, so that a slow minute of the machine strikes all alike.
void measure(const std::vector<Contender>& contenders, const Material& material, std::size_t voices,
             double ratio, const Options& options, std::vector<Result>& results)
{
    const std::size_t first = results.size();
    for (const Contender& contender : contenders)
        results.push_back({contender.name, material.channels, material.filter, voices, ratio, {}});
    for (unsigned repeat = 0; repeat < options.repeats; ++repeat)
        for (std::size_t index = 0; index < contenders.size(); ++index)
            results[first + index].figures.push_back(
                voices_per_core(contenders[index], material, voices, ratio, options.seconds));
}

/// 2000 notes a second, each sounding for 50 ms: part of a core.
double storm_load(const Contender& contender, double seconds)
{
    constexpr std::size_t polyphony = 256;
    const auto engine = contender.make({.channels = 1, .filter = false}, polyphony);
    for (int block = 0; block < 8; ++block)
        engine->render();
    const double idle = block_cost(*engine, seconds / 8);
    std::size_t note = 0;
    double due = 0;
    const double cost = block_cost(*engine, seconds, [&] {
        for (due += 2000 * block_seconds; due >= 1; due -= 1) {
            engine->start(note, 1.0);
            if (note >= 100)
                engine->stop(note - 100);
            ++note;
        }
    });
    return (cost - idle) / block_seconds;
}

struct Goal {
    std::string what;
    double ratio;
    double wanted;
};

void print(const std::vector<Result>& results)
{
    fmt::print("{:<22} {:<7} {:<7} {:>6} {:>6} {:>14} {:>21}\n", "engine", "sample", "filter", "voices",
               "ratio", "voices/core", "lowest … highest");
    for (const Result& result : results)
        fmt::print("{:<22} {:<7} {:<7} {:>6} {:>6} {:>14.0f} {:>10.0f} … {:>8.0f}\n", result.engine,
                   result.channels == 2 ? "stereo" : "mono", result.filter ? "filter" : "-", result.voices,
                   result.ratio, result.median(), result.lowest(), result.highest());
}

const Result* find(const std::vector<Result>& results, const std::string& engine, unsigned channels,
                   bool filter, std::size_t voices, double ratio)
{
    for (const Result& result : results)
        if (result.engine == engine && result.channels == channels && result.filter == filter &&
            result.voices == voices && result.ratio == ratio)
            return &result;
    return nullptr;
}

/// How many times as many voices as the other, in the middle one of the rounds that they ran in.
double times_as_many(const Result& one, const Result& other)
{
    std::vector<double> quotients;
    for (std::size_t round = 0; round < one.figures.size(); ++round)
        quotients.push_back(one.figures[round] / other.figures[round]);
    return median_of_values(std::move(quotients));
}

/// The ratios that the sampler is to reach, at 1000 voices; the pitched ones, the worst counts.
std::vector<Goal> goals(const std::vector<Result>& results, const Options& options)
{
    std::vector<Goal> found;
    const auto add = [&](const std::string& what, const std::string& engine, unsigned channels, bool filter,
                         double wanted) {
        std::optional<double> worst;
        for (const double ratio : options.ratios) {
            const Result* const ours = find(results, engine, channels, filter, 1000, ratio);
            const Result* const theirs = find(results, "FluidSynth 4-point", channels, filter, 1000, ratio);
            if (ratio != 1.0 && ours != nullptr && theirs != nullptr)
                worst = std::min(worst.value_or(1e9), times_as_many(*ours, *theirs));
        }
        if (worst)
            found.push_back({what, *worst, wanted});
    };
    add("4-point mono against FluidSynth's", "4-point", 1, false, 3);
    add("4-point stereo against FluidSynth's", "4-point", 2, false, 4);
    add("4-point mono with filter and envelope against FluidSynth's", "4-point", 1, true, 3);
    add("4-point stereo with filter and envelope against FluidSynth's", "4-point", 2, true, 3);
    add("sinc-16 mono against FluidSynth's 4-point", "sinc-16", 1, false, 1.5);
    const Result* few = nullptr;
    const Result* many = nullptr;
    for (const double ratio : options.ratios)
        if (ratio != 1.0) {
            few = find(results, "4-point", 1, false, 64, ratio);
            many = find(results, "4-point", 1, false, 4000, ratio);
        }
    if (few != nullptr && many != nullptr)
        found.push_back({"a voice of 4000 as cheap as one of 64", times_as_many(*many, *few), 0.8});
    return found;
}

std::vector<Contender> contenders(const fs::path& directory)
{
    std::vector<Contender> all;
    for (std::size_t index = 0; index < decant::sampler::qualities; ++index)
        all.push_back({std::string(decant::sampler::quality_names[index]),
                       [=](const Material& material, std::size_t polyphony) {
                           return decant_engine(directory, material, static_cast<Quality>(index), polyphony);
                       }});
    if (!fluidsynth_name().empty())
        for (const auto& [name, order] :
             {std::pair("linear", 1), std::pair("4-point", 4), std::pair("7-point", 7)})
            all.push_back({fmt::format("FluidSynth {}", name),
                           [=, order = order](const Material& material, std::size_t polyphony) {
                               return fluidsynth_engine(directory, material, order, polyphony);
                           }});
    return all;
}

/// Empty if there is one of this name.
std::string why_no_engine(const std::string& name)
{
    std::vector<std::string> names;
    for (const Contender& contender : contenders({}))
        names.push_back(contender.name);
    if (std::ranges::find(names, name) != names.end())
        return {};
    return fmt::format("no such engine as {}; the names are {}", name, fmt::join(names, ", "));
}

/// Those that are asked for.
std::vector<Contender> wanted(const std::vector<Contender>& all, const Material& material, std::size_t voices,
                              const Options& options)
{
    std::vector<Contender> chosen;
    for (const Contender& contender : all) {
        if (options.brief && voices != 1000 &&
            (contender.name != "4-point" || material.channels != 1 || material.filter))
            continue;
        if (options.engines.empty() ||
            std::ranges::find(options.engines, contender.name) != options.engines.end())
            chosen.push_back(contender);
    }
    return chosen;
}

void run(const Options& options)
{
    std::string name = (fs::temp_directory_path() / "decant-sampler-bench-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
        throw std::runtime_error("cannot make a temporary directory; set TMPDIR to one with room");
    struct Directory {
        fs::path path;
        ~Directory()
        {
            std::error_code error;
            fs::remove_all(path, error);
        }
    } const directory{name};
    pin_to_one_core();

    std::vector<Result> results;
    const auto all = contenders(directory.path);
    for (const Material material :
         {Material{1, false}, Material{2, false}, Material{1, true}, Material{2, true}})
        for (const std::size_t voices : options.voices)
            for (const double ratio : options.ratios)
                measure(wanted(all, material, voices, options), material, voices, ratio, options, results);
    nlohmann::ordered_json storms;
    for (const Contender& contender : wanted(all, {1, false}, 1000, options))
        storms[contender.name] = storm_load(contender, options.seconds);
    const auto reached = goals(results, options);

    if (options.json) {
        nlohmann::ordered_json document{{"instruction_set", decant::sampler::kernels().name},
                                        {"fluidsynth", fluidsynth_name()},
                                        {"block", engine_block},
                                        {"rate", engine_rate}};
        for (const Result& result : results)
            document["voices_per_core"].push_back({{"engine", result.engine},
                                                   {"channels", result.channels},
                                                   {"filter", result.filter},
                                                   {"voices", result.voices},
                                                   {"ratio", result.ratio},
                                                   {"median", result.median()},
                                                   {"lowest", result.lowest()},
                                                   {"highest", result.highest()}});
        document["storm_load"] = storms;
        for (const Goal& goal : reached)
            document["goals"].push_back({{"what", goal.what},
                                         {"ratio", goal.ratio},
                                         {"wanted", goal.wanted},
                                         {"met", goal.ratio >= goal.wanted}});
        fmt::print("{}\n", document.dump(2));
        return;
    }
    fmt::print("{} kernels, blocks of {} at {} Hz, FluidSynth {}\n\n", decant::sampler::kernels().name,
               engine_block, engine_rate, fluidsynth_name().empty() ? "not built in" : fluidsynth_name());
    print(results);
    fmt::print("\nload of one core by 2000 notes a second, 50 ms each\n");
    for (const auto& [engine, load] : storms.items())
        fmt::print("{:<22} {:6.2f} %\n", engine, load.get<double>() * 100);
    fmt::print("\ngoals\n");
    for (const Goal& goal : reached)
        fmt::print("{:<62} {:5.2f}, wanted {:.1f}: {}\n", goal.what, goal.ratio, goal.wanted,
                   goal.ratio >= goal.wanted ? "met" : "NOT MET");
}

} // namespace

int main(int argc, char** argv)
{
    Options options;
    CLI::App app(
        "Measures how many voices the sampler plays on one core, beside FluidSynth with the same PCM.\n"
        "The figure is voices times seconds of audio per second of processor time, less what a render\n"
        "without notes takes.");
    app.add_option("--voices", options.voices, "How many sound at a time")->check(CLI::Range(1, 65536));
    app.add_option("--ratio", options.ratios, "How much faster than recorded samples are read")
        ->check(CLI::Range(0.25, 4.0))
        ->check(decant::service::finite_number);
    app.add_option("--seconds", options.seconds, "Processor time of each measurement")
        ->check(CLI::Range(0.01, 60.0))
        ->check(decant::service::finite_number)
        ->capture_default_str();
    app.add_option("--repeats", options.repeats, "Measurements of which the median is taken")
        ->check(CLI::Range(1, 99))
        ->capture_default_str();
    app.add_option("--engine", options.engines, "Only these, by the names of the table")
        ->check(CLI::Validator(why_no_engine, ""));
    app.add_flag("--brief", options.brief, "All engines with 1000 voices only");
    app.add_flag("--json", options.json, "Print JSON instead of a table");
    read_command_line(app, argc, argv);
    try {
        run(options);
    } catch (const std::exception& error) {
        fmt::print(stderr, "sampler-bench: {}\n", error.what());
        return 1;
    }
    return 0;
}
