// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/preset-exchange.hpp"

#include "service/cli/printable.hpp"
#include "service/cli/service-request.hpp"
#include "service/cli/unfinished-file.hpp"
#include "service/cli/verbs.hpp"
#include "service/hosts/preset-wish.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace decant::cli
{

namespace
{

namespace fs = std::filesystem;
using service::RequestVerb;

/// A file that is handed over to the service or by it, and is gone with this object.
class HandedFile
{
    std::string name_;
    fs::path path_;

public:
    /// With the extension of `model`, which tells the form of the preset.
    explicit HandedFile(const fs::path& model)
        : name_(fmt::format("preset-{}{}", ::getpid(), model.extension().string())),
          path_(service::exchanged_preset(name_))
    {
        remove();
    }
    ~HandedFile() { remove(); }
    HandedFile(const HandedFile&) = delete;
    HandedFile& operator=(const HandedFile&) = delete;

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] const fs::path& path() const noexcept { return path_; }

private:
    void remove() const noexcept
    {
        std::error_code error;
        fs::remove(path_, error);
    }
};

void hand_over(const fs::path& file, const HandedFile& handed)
{
    if (::access(file.c_str(), R_OK) != 0)
        throw std::runtime_error(fmt::format("cannot read {}: {}; check its permissions", file.string(),
                                             std::generic_category().message(errno)));
    std::error_code error;
    if (!fs::copy_file(file, handed.path(), fs::copy_options::overwrite_existing, error))
        throw std::runtime_error(fmt::format("cannot hand {} to decantd: {}; is there room in {}?",
                                             file.string(), error ? error.message() : "it is no regular file",
                                             std::getenv("XDG_RUNTIME_DIR")));
}

std::string content_of(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Asks for something that is done with the handed file, which is `file` to people.
void ask_about(const std::string& file, const HandedFile& handed, RequestVerb verb, const std::string& node)
try {
    ask_service(verb, {node}, handed.name(), fs::absolute(file).string());
} catch (const std::exception& error) {
    std::string text = error.what();
    const auto call_it = [&](const std::string& internal) {
        for (auto at = text.find(internal); at != std::string::npos; at = text.find(internal, at))
            text.replace(at, internal.size(), file), at += file.size();
    };
    if (text.find(handed.name()) == std::string::npos)
        throw;
    call_it(handed.path().string());
    call_it(handed.name());
    throw std::runtime_error(text);
}

struct Options {
    std::string node;
    std::string file;
    std::string program;
    bool json = false;
    bool force = false;
};

void list(const Options& options)
{
    const auto programs = ask_service(RequestVerb::list_programs, {options.node});
    if (options.json) {
        fmt::print("{}\n",
                   nlohmann::json(programs).dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
        return;
    }
    if (programs.empty())
        fmt::print("{} has no programs of its own; 'decant preset load {} FILE' loads a preset\n",
                   options.node, options.node);
    for (std::size_t i = 0; i < programs.size(); ++i)
        fmt::print("{:>4}  {}\n", i + 1, printable(programs[i]));
}

/// By its name, or by its number in the list.
std::size_t index_of_program(const Options& options)
{
    const auto programs = ask_service(RequestVerb::list_programs, {options.node});
    const auto named = std::find(programs.begin(), programs.end(), options.program);
    if (named != programs.end())
        return static_cast<std::size_t>(named - programs.begin());
    std::size_t number = 0;
    const auto* end = options.program.data() + options.program.size();
    const auto read = std::from_chars(options.program.data(), end, number);
    if (read.ec == std::errc() && read.ptr == end && number >= 1 && number <= programs.size())
        return number - 1;
    throw std::runtime_error(fmt::format("{} has no program \"{}\"; 'decant preset list {}' shows its {}",
                                         options.node, options.program, options.node, programs.size()));
}

void load(const Options& options)
{
    if (!options.program.empty()) {
        ask_service(RequestVerb::select_program, {options.node}, std::to_string(index_of_program(options)));
        return;
    }
    if (options.file.empty())
        throw CLI::RequiredError("FILE, or --program NAME");
    const HandedFile handed(options.file);
    hand_over(options.file, handed);
    ask_about(options.file, handed, RequestVerb::load_preset, options.node);
}

void save(const Options& options)
{
    const auto refuse = [&options] {
        throw std::runtime_error(options.file + " is there already; say --force to replace it");
    };
    (void)service::preset_form_of(options.file);
    std::error_code error;
    if (!options.force && fs::exists(options.file, error))
        refuse();
    UnfinishedFile file(options.file); // the directory is good, or the plugin need not be asked
    const HandedFile handed(options.file);
    ask_about(options.file, handed, RequestVerb::save_preset, options.node);
    file.write(content_of(handed.path()));
    if (options.force)
        return file.finish();
    try {
        file.finish_new();
    } catch (const FileExists&) {
        refuse();
    }
}

} // namespace

void add_preset(CLI::App& application)
{
    auto* verb = application.add_subcommand("preset", "What a plugin plays, as files that other hosts read");
    verb->require_subcommand(1);
    verb->footer("Presets are .fxp and .fxb (VST2), .vstpreset (VST3) and .clap-state (CLAP); many CLAP "
                 "plugins load files of their own as well.\n\n"
                 "Examples:\n"
                 "  decant preset list bass\n"
                 "  decant preset load bass --program 'Warm Pad'\n"
                 "  decant preset load bass ~/presets/Warm.fxp\n"
                 "  decant preset save bass ~/presets/mine.fxb");
    const auto options = std::make_shared<Options>();
    const auto add = [&](const char* name, const char* what, void (*action)(const Options&)) {
        auto* part = verb->add_subcommand(name, what);
        part->add_option("NODE", options->node, "Name of the node")->required();
        part->callback([options, action] { action(*options); });
        return part;
    };
    add("list", "Show the plugin's own programs", list)->add_flag("--json", options->json, "As JSON");
    auto* loading = add("load", "Load a preset, or select a program", load);
    auto* file = loading->add_option("FILE", options->file, "The preset")->check(CLI::ExistingFile);
    auto* program = loading->add_option("--program", options->program, "Name or number of a program");
    program->excludes(file);
    auto* saving = add("save", "Save what the plugin plays", save);
    saving->add_option("FILE", options->file, "Where to; the extension says in which form")->required();
    saving->add_flag("--force", options->force, "Replace a file that is there");
}

} // namespace decant::cli
