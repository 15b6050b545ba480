// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/addition.hpp"
#include "service/cli/file-name.hpp"
#include "service/cli/finite-number.hpp"
#include "service/cli/prefix-option.hpp"
#include "service/cli/printable.hpp"
#include "service/cli/progress-bar.hpp"
#include "service/cli/service-request.hpp"
#include "service/cli/verbs.hpp"
#include "service/configuration-files.hpp"
#include "service/node-settings.hpp"
#include "service/plugin-address.hpp"
#include "service/setting-values.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>
#include <unistd.h>

namespace decant::cli
{

namespace
{

namespace fs = std::filesystem;

using Outcome = Addition::Outcome;

struct Options {
    std::vector<std::string> places;
    AddSettings settings;
    std::string prefix;
    double timeout = 30; ///< s
    bool recursive = false;
    bool take_over = false;
    bool json = false;
};

/// What there is to add.
struct Search {
    std::vector<Addition> additions;
    std::vector<std::string> problems;
    std::size_t named = 0;    ///< the first ones are files that were named
    std::size_t left_out = 0; ///< instruments in Wine prefixes
};

Search search(const Options& options)
{
    Search result;
    AdditionFinder finder(options.recursive);
    for (const auto& place : options.places) {
        auto address = service::parse_plugin_address(fs::absolute(place).lexically_normal());
        std::error_code error;
        const bool bundle =
            address.file.has_extension() && fs::is_directory(address.file / "Contents", error);
        if (fs::is_directory(address.file, error) && !bundle)
            finder.look_into(address.file);
        else
            result.additions.push_back({{address.file}, address.plugin});
    }
    result.named = result.additions.size();
    for (const auto& found : finder.found())
        result.additions.push_back({found, {}});
    result.problems = finder.problems();
    result.left_out = finder.left_out();
    return result;
}

std::ptrdiff_t count(const std::vector<Addition>& additions, Outcome outcome)
{
    return std::count_if(additions.begin(), additions.end(),
                         [outcome](const auto& each) { return each.outcome == outcome; });
}

void print(const std::vector<Addition>& additions)
{
    std::size_t widest = 0;
    for (const auto& each : additions)
        widest = std::max(widest, each.node.size());
    for (const auto& each : additions) {
        fmt::print("{:<9}  {:<{}}  {}", to_text(each.outcome), each.node.empty() ? "-" : each.node, widest,
                   printable(each.file.path.string()));
        if (!each.text.empty() && each.outcome != Outcome::skipped)
            fmt::print(" ({})", printable(each.text));
        fmt::print("\n");
        if (each.outcome == Outcome::skipped)
            fmt::print("           {}\n", printable_lines(each.text));
        if (each.more != 0)
            fmt::print("           has {} more; 'decant probe' lists them, 'decant add FILE#NAME' adds one\n",
                       each.more);
    }
    const auto written = count(additions, Outcome::added);
    const auto planned = count(additions, Outcome::would_be);
    fmt::print("{} {}, {} in the rack already, {} skipped\n", written + planned,
               planned != 0 ? "would be added" : "added", count(additions, Outcome::present),
               count(additions, Outcome::skipped));
}

void print_json(const std::vector<Addition>& additions, const std::vector<std::string>& problems)
{
    auto list = nlohmann::ordered_json::array();
    for (const auto& each : additions) {
        nlohmann::ordered_json entry{{"file", each.file.path.string()},
                                     {"plugin", each.plugin},
                                     {"outcome", to_text(each.outcome)},
                                     {"node", each.node},
                                     {"drop_in", each.drop_in.string()},
                                     {"text", each.text},
                                     {"more", each.more}};
        if (each.file.bridge) {
            entry["bridge"] = to_text(*each.file.bridge);
            for (const auto& library : each.file.bridge_libraries)
                entry["bridge_libraries"].push_back(library.string());
        }
        list.push_back(std::move(entry));
    }
    const nlohmann::ordered_json report{{"files", std::move(list)}, {"problems", problems}};
    fmt::print("{}\n", report.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

/// A library that no host finds under its new name.
void set_aside(const fs::path& library)
{
    auto aside = library;
    aside += ".aside";
    std::error_code error;
    fs::rename(library, aside, error);
    if (error)
        fmt::print(stderr,
                   "decant: cannot rename {}: {}; rename it yourself, or leave it: both work side by side\n",
                   printable(library.string()), error.message());
}

bool says_yes(std::size_t libraries)
{
    fmt::print(
        "Rename their {} .so file{} to NAME.so.aside, so that hosts do not load the plugins twice? [y/N] ",
        libraries, libraries == 1 ? "" : "s");
    std::fflush(stdout);
    std::string answer;
    return std::getline(std::cin, answer) && (answer == "y" || answer == "Y" || answer == "yes");
}

/// Of plugins that a Linux host knows by another bridge.
void take_over(const std::vector<Addition>& additions, const Options& options)
{
    std::vector<fs::path> libraries;
    std::size_t plugins = 0;
    for (const auto& each : additions)
        if (each.file.bridge && each.outcome != Outcome::skipped) {
            ++plugins;
            libraries.insert(libraries.end(), each.file.bridge_libraries.begin(),
                             each.file.bridge_libraries.end());
        }
    if (plugins == 0)
        return;
    if (!options.json)
        fmt::print(
            "{} of these {} set up for LinVst or yabridge as well, which goes on working beside Decant.\n",
            plugins, plugins == 1 ? "is" : "are");
    const bool asked = !options.json && ::isatty(0) != 0 && ::isatty(1) != 0;
    if (options.settings.rehearsal)
        return;
    if (options.take_over || (asked && says_yes(libraries.size())))
        for (const auto& library : libraries)
            set_aside(library);
    else if (!options.json && !asked)
        fmt::print(
            "'decant add --take-over' renames their {} .so files, so that hosts do not load the plugins "
            "twice.\n",
            libraries.size());
}

void add(Options& options)
{
    auto found = search(options);
    if (found.left_out != 0)
        found.problems.push_back(fmt::format(
            "{} .sfz file{} left out, as what lies in a Wine prefix belongs to programs there; name those "
            "that are to be played, as in 'decant add FILE.sfz'",
            found.left_out, found.left_out == 1 ? " is" : "s are"));
    for (const auto& problem : found.problems)
        fmt::print(stderr, "decant: {}\n", printable(problem));
    if (found.additions.empty())
        throw std::runtime_error(
            options.recursive
                ? "there is nothing to add in it: plugins are .dll, .vst3 and .clap, instruments are .sfz "
                  "outside "
                  "a Wine prefix; a sound file is added by its name"
                : "there is nothing to add in it; with --recursive folders in it are searched, too");
    if (!options.settings.name.empty() && found.additions.size() != 1)
        throw CLI::ValidationError("--name", "is for a single file");
    options.settings.prefix = options.prefix;
    options.settings.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(options.timeout * 1000));

    const auto rack = service::read_configuration();
    Adder adder(options.settings, rack);
    {
        const ProgressBar bar(found.additions.size());
        adder.run(found.additions, [&bar](std::size_t done, const Addition& last) {
            bar.show(done, last.file.path.filename().string());
        });
    }
    if (count(found.additions, Outcome::added) != 0)
        reload_service();
    options.json ? print_json(found.additions, found.problems) : print(found.additions);
    take_over(found.additions, options);
    const auto failed = std::count_if(found.additions.begin(),
                                      found.additions.begin() + static_cast<std::ptrdiff_t>(found.named),
                                      [](const auto& each) { return each.outcome == Outcome::skipped; });
    if (failed != 0)
        throw CLI::RuntimeError(exit_failure);
}

std::string check_target(const std::string& text)
{
    try {
        service::check_name_or_expression(text);
        return {};
    } catch (const std::exception& error) {
        return error.what();
    }
}

std::string check_name(const std::string& name)
{
    return service::is_node_name(name) ? std::string() : "must be " + service::node_name_rule();
}

} // namespace

void add_add(CLI::App& application)
{
    const auto options = std::make_shared<Options>();
    auto* verb = application.add_subcommand("add", "Put plugins and instruments into the rack");
    verb->add_option(
            "FILE", options->places,
            "Plugins (.dll, .vst3, .clap, or FILE#NAME of a file with several), instruments (.sfz, or a "
            "sound file), or folders with plugins and .sfz files")
        ->required()
        ->check(file_name);
    verb->add_flag("-r,--recursive", options->recursive, "Look into folders of folders, too");
    verb->add_option("--name", options->settings.name, "Name of the node, for a single file")
        ->check(CLI::Validator(check_name, "NAME"));
    add_prefix_option(*verb, options->prefix);
    verb->add_option("--midi-from", options->settings.midi_from, "Whose MIDI to take; as midi.from")
        ->check(CLI::Validator(check_target, "NAME"))
        ->allow_extra_args(false);
    verb->add_option("--output-to", options->settings.output_to, "Where to play to; as output.to")
        ->check(CLI::Validator(check_target, "NAME"))
        ->allow_extra_args(false);
    verb->add_option("--timeout", options->timeout,
                     "Longest time in seconds for the start of a host, and for the loading of a plugin")
        ->check(CLI::Range(0.1, 3600.0) & decant::service::finite_number)
        ->capture_default_str();
    verb->add_option("-j,--jobs", options->settings.jobs, "Hosts at the same time")
        ->check(CLI::Range(1, 16))
        ->capture_default_str();
    verb->add_flag("-n,--dry-run", options->settings.rehearsal,
                   "Load what there is to add and list it, but write nothing");
    verb->add_flag(
        "--take-over", options->take_over,
        "Rename the .so files of LinVst and yabridge, so that hosts do not load the plugins twice");
    verb->add_flag("--json", options->json, "Print JSON, for scripts");
    verb->footer("Each plugin is loaded in a host of its own, which is thrown away; what cannot be "
                 "loaded is skipped, with\n"
                 "the reason. Each of the others gets a file of its own in "
                 "~/.config/pipewire/decant.conf.d/; files that are\n"
                 "there stay as they are. A running decantd plays them at once.\n\n"
                 "Examples:\n"
                 "  decant add ~/.wine/drive_c/VstPlugins/Bass.dll --name bass --output-to default\n"
                 "  decant add --recursive ~/.wine/drive_c/'Program Files'/ ~/.wine-old/drive_c/VstPlugins\n"
                 "  decant add --dry-run --json ~/.vst/yabridge | jq -r '.files[].node'\n"
                 "  decant add ~/Samples/Piano/Piano.sfz\n"
                 "  decant add --recursive --dry-run ~/Samples\n\n"
                 "Exit code: 0 done, also if something in a folder was skipped; 1 a named file was, or there "
                 "is nothing;\n"
                 "2 wrong usage.");
    verb->callback([options] { add(*options); });
}

} // namespace decant::cli
