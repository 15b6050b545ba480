// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/hosts/spare-hosts.hpp"
#include "service/hosts/spawner.hpp"
#include "service/log.hpp"
#include "service/pipewire-handles.hpp"
#include "service/session.hpp"

#include <CLI/CLI.hpp>

#include <exception>

int main(int argc, char** argv)
try {
    CLI::App application("Keeps Windows audio plugins and samplers as nodes in the PipeWire graph",
                         "decantd");
    application.set_version_flag("--version", "decantd " DECANT_VERSION);
    application.footer(
        "Configuration: ~/.config/pipewire/decant.conf.d/*.conf; read again when it changes and on SIGHUP.\n"
        "Exit code: 0 ended by SIGTERM or SIGINT, 1 failed, 2 wrong usage, 3 no PipeWire (with --no-wait).");
    bool no_wait = false;
    application.add_flag("--no-wait", no_wait, "End if there is no PipeWire daemon, and when it goes");
    try {
        application.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return application.exit(error) == 0 ? 0 : 2;
    }

    decant::service::Spawner spawner; // before PipeWire changes what hosts would inherit
    decant::service::SpareHosts spares;
    const decant::service::PipeWireLibrary library(&argc, &argv);
    decant::service::Session session({.wait_for_daemon = !no_wait});
    session.run();
    return 0;
} catch (const decant::service::NoDaemon& error) {
    decant::service::log(decant::service::Severity::error, error.what());
    return 3;
} catch (const std::exception& error) {
    decant::service::log(decant::service::Severity::error, error.what());
    return 1;
}
