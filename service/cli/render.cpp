// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/instrument.hpp"
#include "nodes/sampler/key-tuning.hpp"
#include "nodes/sampler/sampler-setup.hpp"
#include "service/cli/file-kind.hpp"
#include "service/cli/finite-number.hpp"
#include "service/cli/interruption.hpp"
#include "service/cli/offline-render.hpp"
#include "service/cli/prefix-option.hpp"
#include "service/cli/sound-file.hpp"
#include "service/cli/verbs.hpp"
#include "service/hosts/opened-plugin.hpp"
#include "service/hosts/parameter-names.hpp"
#include "service/hosts/plugin-kind.hpp"
#include "service/hosts/state-file.hpp"
#include "service/midi-file.hpp"
#include "service/plugin-address.hpp"
#include "service/unique-names.hpp"
#include "wine-host/protocol/version.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <unistd.h>

namespace decant::cli
{

namespace
{

using Clock = std::chrono::steady_clock;

struct RenderOptions {
    std::vector<std::string> plugins; ///< in series
    std::string plugin_class;
    std::string instrument;
    std::string quality{to_string(sampler::Quality::sinc32)};
    std::string tuning;
    std::string keyboard_map;
    std::string midi;
    std::string input;
    std::string output;
    std::string prefix;
    std::string state;
    std::vector<std::string> parameters;
    std::optional<std::uint32_t> rate; ///< Hz
    std::uint32_t block = 512;         ///< frames
    double tail = 30;                  ///< s
    bool force = false;
    bool verbose = false;
};

constexpr double longest = 24 * 60 * 60; ///< s; longer than any music, shorter than a damaged file claims

void tell(const std::string& text)
{
    fmt::print(stderr, "decant: {}\n", text);
}

/// What is played: files that are open, and at which rate.
struct Material {
    std::optional<service::MidiFile> midi;
    std::optional<SoundReader> input;
    std::uint32_t rate = 48000;

    explicit Material(const RenderOptions& options)
    {
        if (!options.midi.empty())
            midi = service::MidiFile::read(options.midi);
        if (!options.input.empty())
            input.emplace(options.input);
        rate = options.rate.value_or(input ? input->rate() : rate);
        if (input && input->rate() != rate)
            throw std::runtime_error(fmt::format(
                "{} is at {} Hz and cannot be played at {} Hz. Leave --rate out, or convert the file: "
                "sox {} -r {} converted.wav",
                options.input, input->rate(), rate, options.input, rate));
        const double seconds = std::max(midi ? midi->seconds() : 0,
                                        input ? static_cast<double>(input->frames()) / input->rate() : 0);
        if (!(seconds < longest))
            throw std::runtime_error(fmt::format("{} lasts {:.0f} hours; it is probably damaged",
                                                 midi ? options.midi : options.input, seconds / 3600));
    }
};

/// A line on the terminal that shows how far it is; nothing if nobody watches.
class ProgressLine
{
    bool terminal_ = isatty(STDERR_FILENO) != 0;
    Clock::time_point start_ = Clock::now();
    Clock::time_point shown_ = start_;

public:
    void show(double done, double length)
    {
        const auto now = Clock::now();
        if (!terminal_ || now - shown_ < std::chrono::milliseconds(100))
            return;
        shown_ = now;
        const double speed = done / std::chrono::duration<double>(now - start_).count();
        if (done < length)
            fmt::print(stderr, "\r\x1b[K{:3.0f} %  {:.1f} of {:.1f} s, {:.1f} times real time",
                       100 * done / length, done, length, speed);
        else
            fmt::print(stderr, "\r\x1b[Kfading out, {:.1f} s, {:.1f} times real time", done, speed);
    }

    ~ProgressLine()
    {
        if (terminal_)
            fmt::print(stderr, "\r\x1b[K");
    }

    ProgressLine() = default;
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;
};

/// Renders, and says what came out.
void run(const RenderOptions& options, Material& material, nodes::Processor& processor, std::size_t inputs,
         std::size_t outputs, const std::function<void()>& check, std::function<std::uint32_t()> latency)
{
    if (outputs == 0)
        throw std::runtime_error("the plugin has no audio output, so there is nothing to render");
    const Interruption interruption;
    SoundWriter output(options.output, material.rate, outputs);
    const auto start = Clock::now();
    RenderResult result;
    {
        ProgressLine progress;
        result = render_offline({.processor = processor,
                                 .inputs = inputs,
                                 .outputs = outputs,
                                 .rate = material.rate,
                                 .block = options.block,
                                 .midi = material.midi ? &*material.midi : nullptr,
                                 .input = material.input ? &*material.input : nullptr,
                                 .output = output,
                                 .longest_tail = options.tail,
                                 .check =
                                     [&check, &interruption] {
                                         check();
                                         interruption.check();
                                     },
                                 .latency = std::move(latency),
                                 .progress =
                                     [&progress](double done, double all) {
                                         progress.show(done, all);
                                     }});
        output.finish();
    }
    const double seconds = static_cast<double>(result.frames) / material.rate;
    const double took = std::chrono::duration<double>(Clock::now() - start).count();
    fmt::print("{}: {:.2f} s, {} channels at {} Hz, peak {}, {:.1f} times faster than real time\n",
               options.output, seconds, outputs, material.rate,
               result.peak > 0 ? fmt::format("{:.1f} dBFS", 20 * std::log10(result.peak)) : "silence",
               seconds / took);
    if (material.input && material.input->repaired() != 0)
        tell(fmt::format(
            "{} samples of {} are infinite or not a number and were played as silence; render the file anew",
            material.input->repaired(), options.input));
    if (!result.silent_at_end && options.tail > 0)
        tell(fmt::format("it still sounds after a tail of {:g} s; --tail allows a longer one", options.tail));
    if (output.clips() && result.peak > 1)
        tell(
            "FLAC cannot hold what is louder than 0 dBFS: it was clipped. A name that ends in .wav keeps it");
}

/// Of an older file the output takes the place, but of nothing that is read for it.
void require_other(const std::filesystem::path& input, const RenderOptions& options)
{
    std::error_code error;
    if (!input.empty() && std::filesystem::equivalent(input, options.output, error))
        throw std::runtime_error(
            fmt::format("{} is read for this and would be lost: give --output another name", options.output));
}

void render_instrument(const RenderOptions& options)
{
    Material material(options);
    require_no_special_file(options.instrument);
    const auto loaded = sampler::load_instrument(options.instrument);
    for (const auto& file : loaded.files)
        require_other(file, options);
    for (const auto& problem : loaded.problems)
        tell(to_string(problem));
    for (const auto& unsupported : loaded.unsupported)
        tell(to_string(unsupported));
    sampler::Sampler sampler({.quality = sampler::quality_named(options.quality).value()});
    std::shared_ptr<const sampler::KeyTuning> tuning;
    if (!options.tuning.empty() || !options.keyboard_map.empty())
        tuning = std::make_shared<const sampler::KeyTuning>(
            sampler::load_key_tuning(options.tuning, options.keyboard_map));
    sampler.play(loaded.instrument, std::move(tuning));
    run(options, material, sampler, 0, 2, [] {}, [] { return 0U; });
}

/// "Cutoff=0.4": the name may contain the sign too.
std::pair<std::string, double> parse_parameter(const std::string& text)
{
    const auto sign = text.rfind('=');
    double value = 0;
    const char* const end = text.data() + text.size();
    if (sign != std::string::npos && sign != 0 && sign + 1 != text.size()) {
        const auto parsed = std::from_chars(text.data() + sign + 1, end, value);
        if (parsed.ec == std::errc() && parsed.ptr == end && std::isfinite(value))
            return {text.substr(0, sign), value};
    }
    throw CLI::ValidationError(
        fmt::format("--param {} is not of the form NAME=NUMBER, as in --param Cutoff=0.4", text));
}

void set_parameters(const RenderOptions& options, const protocol::PluginDescription& plugin,
                    bridge::BridgeProcessor& processor)
{
    for (const auto& text : options.parameters) {
        const auto [name, value] = parse_parameter(text);
        const auto& parameter = service::parameter_named(plugin, name);
        if (!processor.set_parameter(parameter.id, service::value_within(parameter, value)))
            throw std::runtime_error("too many --param");
    }
}

/// Several are a chain in one process, as in the configuration: their parameters are called "Reverb:Mix".
service::PluginFile plugin_file(const RenderOptions& options)
{
    service::PluginFile file;
    service::UniqueNames names;
    for (const auto& text : options.plugins) {
        const auto address = service::parse_plugin_address(text);
        const auto path = std::filesystem::absolute(address.file);
        if (options.plugins.size() > 1)
            file.chain.push_back({names.add(path.stem().string()), path.string(), address.plugin});
        if (file.path.empty()) {
            file.path = path;
            file.plugin_class = options.plugin_class.empty() ? address.plugin : options.plugin_class;
        }
    }
    return file;
}

void render_plugin(const RenderOptions& options)
{
    Material material(options);
    auto file = plugin_file(options);
    if (!options.prefix.empty())
        file.prefix = options.prefix;
    std::optional<service::SavedState> state;
    if (!options.state.empty())
        state = service::load_state_file(options.state);

    const bool verbose = options.verbose;
    service::OpenedPlugin opened(service::wine_host_command(file, tell), file, {},
                                 [verbose](std::string_view line) {
                                     if (verbose)
                                         fmt::print(stderr, "{}\n", line);
                                 });
    const auto& plugin = opened.description();
    fmt::print("{}: {}\n", plugin.name, service::kind_of(plugin));
    if (state)
        opened.host().set_state(state->bytes);
    if (material.midi && !plugin.midi_in)
        tell(fmt::format("{} takes no MIDI: {} only says how long it lasts", plugin.name, options.midi));
    if (material.input && plugin.inputs.empty())
        tell(
            fmt::format("{} has no audio input: {} only says how long it lasts", plugin.name, options.input));
    else if (material.input && material.input->channels() > plugin.inputs.size())
        tell(fmt::format("{} has {} inputs: the other channels of {} are left out", plugin.name,
                         plugin.inputs.size(), options.input));

    auto& processor = opened.activate(material.rate, options.block);
    set_parameters(options, plugin, processor);
    run(
        options, material, processor, plugin.inputs.size(), plugin.outputs.size(),
        [&opened] { opened.check_blocks(); }, [&processor] { return processor.latency(); });
}

/// What the options tell of it, before anything is loaded.
void check_output(const RenderOptions& options)
{
    namespace fs = std::filesystem;
    std::error_code error;
    std::vector<fs::path> inputs{options.input, options.midi,   options.instrument,
                                 options.state, options.tuning, options.keyboard_map};
    for (const auto& plugin : options.plugins)
        inputs.push_back(service::parse_plugin_address(plugin).file);
    for (const auto& input : inputs)
        require_other(input, options);
    constexpr auto writable = fs::perms::owner_write | fs::perms::group_write | fs::perms::others_write;
    const auto status = fs::status(options.output, error);
    if (!options.force && fs::is_regular_file(status) && (status.permissions() & writable) == fs::perms::none)
        throw std::runtime_error(fmt::format(
            "{} is read-only; say --force to replace it, or choose another name", options.output));
}

void render(const RenderOptions& options)
{
    const bool unnamed = std::ranges::find(options.plugins, "") != options.plugins.end();
    if (unnamed || (options.plugins.empty() && options.instrument.empty()))
        throw CLI::ValidationError("--plugin and --instrument need the name of a file");
    for (const auto& plugin : options.plugins)
        if (is_instrument_file(plugin))
            throw CLI::ValidationError(fmt::format("{} is no plugin: play it with --instrument", plugin));
    if (options.plugins.size() > 1 && !options.plugin_class.empty())
        throw CLI::ValidationError("with several --plugin write FILE#NAME in place of --class");
    if (is_plugin_file(options.instrument))
        throw CLI::ValidationError(fmt::format("{} is a plugin: play it with --plugin", options.instrument));
    if (options.midi.empty() && options.input.empty())
        throw CLI::ValidationError("nothing to play: give --midi FILE, --input FILE or both");
    for (const auto& text : options.parameters)
        parse_parameter(text); // before Wine is started for nothing
    check_output(options);
    if (options.instrument.empty())
        render_plugin(options);
    else
        render_instrument(options);
}

} // namespace

void add_render(CLI::App& application)
{
    auto options = std::make_shared<RenderOptions>();
    auto* verb = application.add_subcommand(
        "render", "Play MIDI or a sound through a plugin or an instrument, to a file");
    auto* source = verb->add_option_group("source", "What plays");
    auto* plugin =
        source
            ->add_option("--plugin", options->plugins,
                         "A Windows plugin (.dll, .vst3, .clap, or FILE#NAME of a file with several); "
                         "several are played in series")
            ->allow_extra_args(false);
    auto* instrument = source->add_option("--instrument", options->instrument,
                                          "An instrument (.sfz) or a sound file, in the sampler");
    source->require_option(1);
    verb->add_option("--midi", options->midi, "Standard MIDI File that is played; its tempo is the plugin's");
    verb->add_option("--input", options->input, "Sound file for the audio inputs")->needs(plugin);
    verb->add_option("--output", options->output,
                     "WAV (32-bit float), or FLAC (24 bit) if the name ends in .flac")
        ->required();
    verb->add_flag("--force", options->force, "Replace a read-only file, too");
    verb->add_option("--rate", options->rate, "Sample rate in Hz; that of --input, or 48000")
        ->check(CLI::Range(8000U, 768000U));
    verb->add_option("--block", options->block, "Frames per block")
        ->check(CLI::Range(1U, protocol::max_frames))
        ->capture_default_str();
    verb->add_option("--param", options->parameters, "Set a parameter, NAME=VALUE; may be given again")
        ->needs(plugin)
        ->allow_extra_args(false);
    verb->add_option("--class", options->plugin_class, "Which plugin of a file with several")->needs(plugin);
    verb->add_option("--state", options->state, "State of the plugin, as decantd keeps it")->needs(plugin);
    verb->add_option("--quality", options->quality, "How the sampler reads between the frames of a sample")
        ->needs(instrument)
        ->check(CLI::IsMember(
            std::vector<std::string>(sampler::quality_names.begin(), sampler::quality_names.end())))
        ->capture_default_str();
    verb->add_option("--tuning", options->tuning, "A scale for the sampler's keys, as Scala writes it (.scl)")
        ->needs(instrument);
    verb->add_option("--keyboard-map", options->keyboard_map,
                     "Which keys play its degrees, and how high (.kbm)")
        ->needs(instrument);
    verb->add_option("--tail", options->tail, "Longest time in seconds that silence is waited for at the end")
        ->check(CLI::Range(0.0, 3600.0) & decant::service::finite_number)
        ->capture_default_str();
    add_prefix_option(*verb, options->prefix)->needs(plugin);
    verb->add_flag("-v,--verbose", options->verbose, "Print what Wine and the plugin say");
    verb->footer(
        "As fast as it goes, without PipeWire, through the same code as the nodes. The plugin's "
        "latency is taken\n"
        "out. An older file of the name is replaced when the new one is whole, behind a symbolic link, "
        "too;\n"
        "nothing is left behind if it fails.\n\n"
        "Examples:\n"
        "  decant render --plugin Synth.dll --midi song.mid --output song.wav\n"
        "  decant render --plugin Reverb.dll --input dry.wav --output wet.wav --param Mix=0.3\n"
        "  decant render --plugin Synth.dll --plugin Reverb.vst3 --midi song.mid --output song.wav "
        "--param Reverb:Mix=0.3\n"
        "  decant render --instrument Piano.sfz --midi song.mid --output song.flac --rate 96000\n\n"
        "Exit code: 0 done, 1 failed, 2 wrong usage.");
    verb->callback([options] { render(*options); });
}

} // namespace decant::cli
