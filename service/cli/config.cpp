// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/config-report.hpp"
#include "service/cli/printable.hpp"
#include "service/cli/verbs.hpp"
#include "service/configuration-files.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

namespace decant::cli
{

namespace
{

std::string in_quantity(std::ptrdiff_t count, std::string_view noun)
{
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

void print(const nlohmann::ordered_json& json)
{
    fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

void check(bool json)
{
    const auto configuration = service::read_configuration();
    const auto& problems = configuration.problems;
    const auto errors =
        std::count_if(problems.begin(), problems.end(), [](const auto& each) { return each.fatal; });
    if (json) {
        print({{"nodes", configuration.nodes.size()}, {"problems", problems_json(configuration)}});
    } else {
        for (const auto& problem : problems)
            fmt::print("{}: {}\n", problem.fatal ? "error" : "warning", printable(to_text(problem)));
        fmt::print("{} that can be made, {}, {}\n", in_quantity(std::ssize(configuration.nodes), "node"),
                   in_quantity(errors, "error"), in_quantity(std::ssize(problems) - errors, "warning"));
    }
    if (errors != 0)
        throw CLI::RuntimeError(exit_failure);
}

void show(bool json)
{
    const auto configuration = service::read_configuration();
    if (json)
        return print(to_json(configuration));
    fmt::print("{}", to_text(configuration));
    for (const auto& problem : configuration.problems)
        fmt::print(stderr, "decant: {}\n", printable(to_text(problem)));
}

void names()
{
    for (const auto& [name, written] : service::read_configuration().written)
        fmt::print("{}\n", name);
}

} // namespace

void add_config(CLI::App& application)
{
    auto* verb =
        application.add_subcommand("config", "Look at the configuration, whether decantd runs or not");
    verb->require_subcommand(1);
    verb->footer("Reads what decantd would read: decant.conf and pipewire.conf with their drop-ins.\n\n"
                 "Examples:\n"
                 "  decant config check && systemctl --user reload decant\n"
                 "  decant config show\n"
                 "  decant config show --json | jq '.nodes[] | {name, path}'\n\n"
                 "Exit code of check: 0 every node can be made, 1 one cannot, or a file cannot be read.");
    const auto json = std::make_shared<bool>(false);
    const auto add = [&](const char* name, const char* what, void (*action)(bool)) {
        auto* part = verb->add_subcommand(name, what);
        part->add_flag("--json", *json, "Print JSON, for scripts");
        part->callback([json, action] { action(*json); });
    };
    add("check", "Say what is wrong, with file, line and column", check);
    add("show", "Show all nodes with all their values, and where each comes from", show);
    verb->add_subcommand("names", "Print the names of all nodes, one a line")->callback(names);
}

} // namespace decant::cli
