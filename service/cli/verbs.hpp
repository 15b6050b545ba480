// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdexcept>

namespace CLI
{
class App;
}

/// The command line tool `decant`. Each verb has its own file and adds itself to the application: a
/// subcommand with its options, whose callback does the work. A callback that fails throws; main() prints the
/// text and turns it into the exit code.
namespace decant::cli
{

/// What scripts may rely on.
enum ExitCode : int {
    exit_success = 0,
    exit_failure = 1,     ///< the command could not do its work
    exit_usage = 2,       ///< unknown verb, option or value
    exit_not_running = 3, ///< PipeWire or decantd does not run
};

/// Thrown where PipeWire or decantd is needed and does not run.
class NotRunning : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

void add_add(CLI::App& application);
void add_balance(CLI::App& application);
void add_bypass(CLI::App& application);
void add_config(CLI::App& application);
void add_disable(CLI::App& application);
void add_doctor(CLI::App& application);
void add_editor(CLI::App& application);
void add_enable(CLI::App& application);
void add_list(CLI::App& application);
void add_panic(CLI::App& application);
void add_params(CLI::App& application);
void add_preset(CLI::App& application);
void add_probe(CLI::App& application);
void add_reload(CLI::App& application);
void add_remove(CLI::App& application);
void add_render(CLI::App& application);
void add_restart(CLI::App& application);
void add_save(CLI::App& application);
void add_set(CLI::App& application);
void add_top(CLI::App& application);
void add_watch(CLI::App& application);

} // namespace decant::cli
