// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/slip.hpp"

#include "nodes/nearest-word.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <string_view>
#include <vector>

namespace decant::cli
{

namespace
{

/// To begin a message with.
std::string place(const CLI::App& verb)
{
    return verb.get_parent() != nullptr ? verb.get_name() + ": " : std::string();
}

const CLI::App* verb_of(const CLI::App& application, std::string_view name)
{
    for (const auto* verb : application.get_subcommands([](const CLI::App*) { return true; }))
        if (verb->get_name() == name)
            return verb;
    return nullptr;
}

std::string unknown_verb(const CLI::App& application, std::string_view word)
{
    std::vector<std::string> names;
    for (const auto* verb : application.get_subcommands([](const CLI::App*) { return true; }))
        if (!verb->get_name().empty()) // groups of options are such verbs
            names.push_back(verb->get_name());
    const std::vector<std::string_view> words(names.begin(), names.end());
    return fmt::format("{}there is no verb '{}'{}", place(application), word, suggestion(word, words));
}

void add_options(const CLI::App& application, std::vector<std::string>& names)
{
    for (const auto* option : application.get_options())
        for (const auto& name : option->get_lnames())
            names.push_back("--" + name);
    for (const auto* group : application.get_subcommands([](const CLI::App*) { return true; }))
        if (group->get_name().empty())
            add_options(*group, names);
}

/// Empty if it is none that is unknown.
std::string unknown_option(const CLI::App& verb, std::string_view word)
{
    std::vector<std::string> names;
    add_options(verb, names);
    const auto name = word.substr(0, word.find('='));
    for (const auto& known : names)
        if (known == name)
            return {};
    const std::vector<std::string_view> words(names.begin(), names.end());
    return fmt::format("{}there is no option '{}'{}", place(verb), name, suggestion(name, words));
}

} // namespace

std::string slip_in(const CLI::App& application, std::span<char* const> arguments)
{
    const auto* verb = &application;
    for (const std::string_view word : arguments.subspan(1)) {
        if (word == "--")
            break;
        if (word.starts_with("--")) {
            if (auto unknown = unknown_option(*verb, word); !unknown.empty())
                return unknown;
        } else if (verb->get_require_subcommand_min() != 0 && !word.starts_with('-')) {
            const auto* next = verb_of(*verb, word);
            if (next == nullptr)
                return unknown_verb(*verb, word);
            verb = next;
        }
    }
    return {};
}

} // namespace decant::cli
