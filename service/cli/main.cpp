// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/completion.hpp"
#include "service/cli/printable.hpp"
#include "service/cli/slip.hpp"
#include "service/cli/verbs.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <iostream>
#include <span>
#include <string_view>

namespace
{

int run(int argc, char** argv)
{
    CLI::App application("Windows audio plugins and samplers as PipeWire nodes", "decant");
    application.set_version_flag("--version", "decant " DECANT_VERSION);
    application.require_subcommand(1);
    application.footer("Exit code: 0 done, 1 failed, 2 wrong usage, 3 PipeWire or decantd does not run.\n"
                       "Run 'decant VERB --help' for the options of a verb.");

    decant::cli::add_add(application);
    decant::cli::add_balance(application);
    decant::cli::add_bypass(application);
    decant::cli::add_config(application);
    decant::cli::add_disable(application);
    decant::cli::add_doctor(application);
    decant::cli::add_editor(application);
    decant::cli::add_enable(application);
    decant::cli::add_list(application);
    decant::cli::add_panic(application);
    decant::cli::add_params(application);
    decant::cli::add_preset(application);
    decant::cli::add_probe(application);
    decant::cli::add_reload(application);
    decant::cli::add_remove(application);
    decant::cli::add_render(application);
    decant::cli::add_restart(application);
    decant::cli::add_save(application);
    decant::cli::add_set(application);
    decant::cli::add_top(application);
    decant::cli::add_watch(application);

    const std::span<char* const> words(argv, static_cast<std::size_t>(argc));
    if (words.size() > 1 && words[1] == std::string_view("complete")) // of the shells, and of nobody else
        return decant::cli::print_completion(application, words.subspan(2)) ? decant::cli::exit_success
                                                                            : decant::cli::exit_failure;
    try {
        application.parse(argc, argv);
    } catch (const CLI::RuntimeError& verdict) { // an exit code of the verb's own
        return verdict.get_exit_code();
    } catch (const CLI::ParseError& error) {
        // Also how CLI11 leaves parse() for --help and --version, whose code is 0.
        if (error.get_exit_code() == 0)
            return application.exit(error);
        const auto slip = decant::cli::slip_in(application, words);
        if (slip.empty())
            application.exit(error);
        else
            fmt::print(stderr, "decant: {}\nRun 'decant --help' for all verbs, or 'decant VERB --help'.\n",
                       slip);
        return decant::cli::exit_usage;
    }
    return decant::cli::exit_success;
}

/// What is printed is buffered, so whether it arrives is known at the end only.
bool is_printed() noexcept
{
    return std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout.flush().good();
}

int fail(const char* reason, decant::cli::ExitCode code) noexcept
{
    try {
        fmt::print(stderr, "decant: {}\n", decant::cli::printable_lines(reason));
    } catch (const std::exception&) {
        std::fputs("decant: there is no memory for a message\n", stderr);
    }
    return code;
}

} // namespace

int main(int argc, char** argv)
{
    try {
        const int code = run(argc, argv);
        if (is_printed())
            return code;
    } catch (const decant::cli::NotRunning& error) {
        return fail(error.what(), decant::cli::exit_not_running);
    } catch (const std::exception& error) {
        if (std::ferror(stdout) == 0)
            return fail(error.what(), decant::cli::exit_failure);
    }
    return fail("cannot write the output; is there room where it goes?", decant::cli::exit_failure);
}
