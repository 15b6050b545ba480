// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/file-kind.hpp"
#include "service/cli/file-name.hpp"
#include "service/cli/finite-number.hpp"
#include "service/cli/instrument-report.hpp"
#include "service/cli/plugin-probe.hpp"
#include "service/cli/prefix-option.hpp"
#include "service/cli/verbs.hpp"
#include "service/plugin-address.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

namespace decant::cli
{

namespace
{

struct ProbeOptions {
    std::string file;
    std::string plugin_class;
    std::string prefix;
    double timeout = 60; ///< s
    bool json = false;
    bool verbose = false;
};

PluginReport report_on_plugin(const ProbeOptions& options)
{
    service::PluginFile plugin;
    auto address = service::parse_plugin_address(options.file);
    plugin.path = std::filesystem::absolute(address.file);
    plugin.plugin_class = options.plugin_class.empty() ? std::move(address.plugin) : options.plugin_class;
    if (!options.prefix.empty())
        plugin.prefix = options.prefix;

    const bool verbose = options.verbose;
    return cli::probe_plugin(
        plugin, std::chrono::milliseconds(static_cast<std::int64_t>(options.timeout * 1000)),
        [](const std::string& text) { fmt::print(stderr, "decant: {}\n", text); },
        [verbose](std::string_view line) {
            if (verbose)
                fmt::print(stderr, "{}\n", line);
        });
}

void probe(const ProbeOptions& options)
{
    if (is_instrument_file(options.file)) {
        const auto report = report_on_instrument(options.file);
        options.json ? fmt::print("{}\n", to_json(report).dump(2, ' ', false,
                                                               nlohmann::json::error_handler_t::replace))
                     : fmt::print("{}", to_text(report));
    } else {
        const auto report = report_on_plugin(options);
        options.json ? fmt::print("{}\n", to_json(report).dump(2, ' ', false,
                                                               nlohmann::json::error_handler_t::replace))
                     : fmt::print("{}", to_text(report));
    }
}

} // namespace

void add_probe(CLI::App& application)
{
    auto options = std::make_shared<ProbeOptions>();
    auto* verb = application.add_subcommand("probe", "Tell what a plugin or an instrument is");
    verb->add_option("FILE", options->file,
                     "A Windows plugin (.dll, .vst3, .clap), an instrument (.sfz) or a sound file (.wav, "
                     ".flac, .aiff, .ogg)")
        ->required()
        ->check(file_name);
    verb->add_option("--class", options->plugin_class,
                     "Which plugin of a file with several, as FILE#NAME does");
    add_prefix_option(*verb, options->prefix);
    verb->add_option("--timeout", options->timeout,
                     "Longest time in seconds for the start and for the loading")
        ->check(CLI::Range(0.1, 3600.0) & decant::service::finite_number)
        ->capture_default_str();
    verb->add_flag("--json", options->json, "Print JSON, for scripts");
    verb->add_flag("-v,--verbose", options->verbose, "Print what Wine and the plugin say");
    verb->footer(
        "A plugin is loaded in a host of its own, which is thrown away; if it crashes or hangs, that is the\n"
        "answer.\n\n"
        "Examples:\n"
        "  decant probe ~/.wine/drive_c/VstPlugins/Synth.dll\n"
        "  decant probe Synth.dll --json | jq -r '.parameters[].name'\n"
        "  decant probe Piano.sfz\n\n"
        "Exit code: 0 done, 1 it is none or cannot be loaded, 2 wrong usage.");
    verb->callback([options] { probe(*options); });
}

} // namespace decant::cli
