// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/completion.hpp"

#include "service/cli/node-parameters.hpp"
#include "service/cli/service-request.hpp"
#include "service/configuration-files.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <string_view>
#include <utility>

namespace decant::cli
{

namespace
{

using Candidates = std::vector<Completion::Candidate>;

bool takes_values(const CLI::Option& option)
{
    return option.get_expected_max() > 0;
}

/// Those of its groups, too, which are verbs without a name to CLI11.
std::vector<const CLI::Option*> options_of(const CLI::App& verb)
{
    auto options = verb.get_options();
    for (const auto* group :
         verb.get_subcommands([](const CLI::App* each) { return each->get_name().empty(); }))
        for (const auto* option : group->get_options())
            if (option != group->get_help_ptr())
                options.push_back(option);
    return options;
}

std::vector<const CLI::App*> verbs_of(const CLI::App& verb)
{
    return verb.get_subcommands([](const CLI::App* each) { return !each->get_name().empty(); });
}

bool is_called(const CLI::Option& option, std::string_view word)
{
    const auto is = [&word](std::string_view dashes) {
        return [&word, dashes](const std::string& name) {
            return word.starts_with(dashes) && word.substr(dashes.size()) == name;
        };
    };
    return std::any_of(option.get_lnames().begin(), option.get_lnames().end(), is("--")) ||
           std::any_of(option.get_snames().begin(), option.get_snames().end(), is("-"));
}

/// Words that have been typed, as the application understands them.
struct Place {
    const CLI::App* verb;
    const CLI::Option* awaited = nullptr; ///< an option whose value comes next
    std::size_t positionals = 0;          ///< that the verb has
    std::string node;                     ///< the first of them

    explicit Place(const CLI::App& application) : verb(&application) {}

    /// Whether it begins another option, and is no value of the last one.
    [[nodiscard]] bool begins_option(std::string_view word) const
    {
        return word.starts_with('-') && (awaited == nullptr || awaited->get_expected_min() == 0);
    }

    void pass(std::string_view word)
    {
        const bool is_option = begins_option(word);
        if (std::exchange(awaited, nullptr) != nullptr && !is_option)
            return;
        if (is_option) {
            for (const auto* option : options_of(*verb))
                if (takes_values(*option) && is_called(*option, word))
                    awaited = option;
            return;
        }
        for (const auto* next : verbs_of(*verb))
            if (next->get_name() == word) {
                verb = next;
                return;
            }
        if (positionals++ == 0)
            node = word;
    }

    /// What the next word is a value of; null if there can be none.
    [[nodiscard]] const CLI::Option* expected() const
    {
        if (awaited != nullptr)
            return awaited;
        std::size_t before = positionals;
        for (const auto* option : options_of(*verb)) {
            if (!option->get_positional())
                continue;
            const auto most = static_cast<std::size_t>(option->get_expected_max());
            if (before < most)
                return option;
            before -= most;
        }
        return nullptr;
    }
};

/// The words that help shows in braces.
Candidates words_of(const CLI::Option& option)
{
    Candidates words;
    const auto type = option.get_type_name();
    const auto first = type.find('{');
    const auto last = type.find('}');
    if (first == std::string::npos || last == std::string::npos)
        return words;
    for (auto& word : CLI::detail::split(type.substr(first + 1, last - first - 1), ','))
        words.push_back({std::move(word)});
    return words;
}

/// Values of an option, or nothing but files.
Completion values_of(const CLI::Option& option, const std::string& node)
{
    Completion values;
    if (option.check_name("NODE")) {
        for (const auto& [name, written] : service::read_configuration().written)
            values.candidates.push_back({name});
    } else if (option.check_name("SETTING")) {
        const NodeParameters parameters(node);
        for (const auto& parameter : parameters.all())
            values.candidates.push_back({parameter.name + "="});
    } else if (option.check_name("--program")) {
        for (auto& program : ask_service(service::RequestVerb::list_programs, {node}))
            values.candidates.push_back({std::move(program)});
    } else {
        values.candidates = words_of(option);
        // Numbers, names and the like have a type of their own.
        const auto type = option.get_type_name();
        values.files = type == "TEXT" || type.ends_with(":FILE") || type.ends_with(":DIRECTORY");
    }
    return values;
}

} // namespace

Completion completion_of(const CLI::App& application, std::span<char* const> words)
{
    Completion result;
    if (words.empty())
        return result;
    Place place(application);
    for (const std::string_view word : words.first(words.size() - 1))
        place.pass(word);
    const std::string_view typed = words.back();
    const auto verbs = verbs_of(*place.verb);
    if (place.begins_option(typed)) {
        for (const auto* option : options_of(*place.verb)) {
            for (const auto& name : option->get_snames())
                result.candidates.push_back({"-" + name, option->get_description()});
            for (const auto& name : option->get_lnames())
                result.candidates.push_back({"--" + name, option->get_description()});
        }
    } else if (place.awaited == nullptr && !verbs.empty()) {
        for (const auto* verb : verbs)
            result.candidates.push_back({verb->get_name(), verb->get_description()});
    } else if (const auto* option = place.expected()) {
        try {
            result = values_of(*option, place.node);
        } catch (const std::exception&) { // NOLINT(bugprone-empty-catch)
            // Who types wants to hear nothing of a service that does not run.
        }
    }
    std::erase_if(result.candidates, [&typed](const auto& each) { return !each.text.starts_with(typed); });
    return result;
}

bool print_completion(const CLI::App& application, std::span<char* const> words)
{
    const auto completion = completion_of(application, words);
    for (const auto& [text, description] : completion.candidates)
        fmt::print("{}\t{}\n", text, description);
    return !completion.files;
}

} // namespace decant::cli
