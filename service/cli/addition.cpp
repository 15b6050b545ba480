// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/addition.hpp"

#include "service/cli/file-kind.hpp"
#include "service/cli/instrument-report.hpp"
#include "service/cli/node-name.hpp"
#include "service/cli/plugin-probe.hpp"
#include "service/cli/same-files.hpp"
#include "service/cli/unfinished-file.hpp"
#include "service/hosts/pe-file.hpp"
#include "service/hosts/plugin-kind.hpp"
#include "service/hosts/vst3-bundle.hpp"
#include "service/hosts/wine-prefix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

namespace decant::cli
{

namespace fs = std::filesystem;

using Outcome = Addition::Outcome;

/// What was found out about a file.
struct Adder::Probed {
    std::string name; ///< as the plugin calls itself; empty if it does not
    std::string text; ///< what it is, or why it cannot be played
    std::size_t more = 0;
    bool playable = false;
};

std::string_view to_text(Outcome outcome) noexcept
{
    switch (outcome) {
    case Outcome::added:
        return "added";
    case Outcome::would_be:
        return "would add";
    case Outcome::present:
        return "present";
    case Outcome::skipped:
        return "skipped";
    }
    return "unknown";
}

Adder::Adder(AddSettings settings, const service::Configuration& rack)
    : settings_(std::move(settings)), rack_(rack)
{
    for (const auto& [name, written] : rack.written)
        names_.insert(name);
}

/// The node of the rack that plays it, or nothing.
std::string Adder::node_of(const Addition& addition) const
{
    std::error_code error;
    for (const auto& node : rack_.nodes)
        if (node.chain.empty() && node.plugin_class == addition.plugin &&
            fs::equivalent(node.path, addition.file.path, error) &&
            (node.type == service::NodeType::sampler ||
             service::prefix_around(node.path) == service::prefix_around(addition.file.path)))
            return node.name;
    return {};
}

/// Wherever the service runs, it shall find the prefix that this command has found.
fs::path Adder::prefix_of(const fs::path& plugin) const
{
    if (!settings_.prefix.empty())
        return fs::absolute(settings_.prefix).lexically_normal();
    if (service::prefix_around(plugin))
        return {};
    auto surroundings = service::PrefixEnvironment::of_process();
    const auto here = service::wine_prefix_of(plugin, {}, surroundings);
    surroundings.wineprefix.clear();
    return here == service::wine_prefix_of(plugin, {}, surroundings) ? fs::path() : here;
}

Adder::Probed Adder::probe(const Addition& addition) const
try {
    const auto& path = addition.file.path;
    if (is_instrument_file(path)) {
        const auto report = report_on_instrument(path);
        auto text = fmt::format("instrument, {} region{}", report.regions, report.regions == 1 ? "" : "s");
        if (!report.problems.empty())
            text += fmt::format("; {}, 'decant probe' shows {}", to_string(report.problems.front()),
                                report.problems.size() == 1
                                    ? "more of it"
                                    : fmt::format("{} more problems", report.problems.size() - 1));
        return {{}, std::move(text), 0, true};
    }
    (void)service::bits_of_dll(service::dll_of_plugin(path)); // most that are none are told without Wine
    service::PluginFile plugin;
    plugin.path = path;
    plugin.plugin_class = addition.plugin;
    if (const auto prefix = prefix_of(path); !prefix.empty())
        plugin.prefix = prefix;
    const auto report = probe_plugin(plugin, settings_.timeout, {}, {});
    return {report.plugin.name, service::kind_of(report.plugin),
            std::max<std::size_t>(report.plugin.in_file.size(), 1) - 1, true};
} catch (const std::exception& error) {
    return {{}, error.what(), 0, false};
}

std::string Adder::free_name(const std::string& wanted) const
{
    std::string name = wanted;
    for (int number = 2; names_.contains(name) || !drop_ins_.is_free(name); ++number)
        name = fmt::format("{}-{}", wanted, number);
    return name;
}

void Adder::write(Addition& addition, Probed probed)
{
    NewNode node;
    const bool instrument = is_instrument_file(addition.file.path);
    node.type = instrument ? "sampler" : "plugin";
    node.path = addition.file.path;
    node.plugin = addition.plugin;
    if (!instrument)
        node.prefix = prefix_of(addition.file.path);
    node.description = probed.name.empty() ? addition.file.path.stem().string() : std::move(probed.name);
    node.midi_from = settings_.midi_from;
    node.output_to = settings_.output_to;
    addition.text = std::move(probed.text);
    addition.more = probed.more;
    if (!settings_.name.empty() && (names_.contains(settings_.name) || !drop_ins_.is_free(settings_.name)))
        throw std::runtime_error(fmt::format(
            "there is a node or a file of the name '{}' already; choose another", settings_.name));
    for (;;) {
        node.name =
            settings_.name.empty() ? free_name(node_name_from(node.description, node.type)) : settings_.name;
        names_.insert(node.name);
        addition.node = node.name;
        addition.outcome = Outcome::would_be;
        if (settings_.rehearsal)
            return;
        try {
            addition.drop_in = drop_ins_.add(node);
            addition.outcome = Outcome::added;
            return;
        } catch (const FileExists&) {
            if (!settings_.name.empty())
                throw;
            // Somebody else made one just now; there are more names.
        }
    }
}

void Adder::finish(Addition& addition, Probed probed)
try {
    if (!probed.playable)
        addition.text = std::move(probed.text);
    else
        write(addition, std::move(probed));
} catch (const std::exception& error) {
    addition.outcome = Outcome::skipped;
    addition.text = error.what();
}

void Adder::run(std::vector<Addition>& additions,
                const std::function<void(std::size_t done, const Addition& last)>& progress)
{
    const auto groups = same_files(additions);
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    std::size_t done = 0;
    std::map<std::size_t, std::optional<Probed>> waiting; // nothing: it is in the rack already
    std::size_t finished = 0;
    // A name that many want goes by the order of the files, and not by whose host was quick.
    const auto finish_in_order = [&] {
        for (auto first = waiting.begin(); first != waiting.end() && first->first == finished;
             first = waiting.erase(first), ++finished)
            if (auto& found = first->second)
                finish(additions[finished], std::move(*found));
            else
                additions[finished].outcome = Outcome::present;
    };
    const auto work_on = [&](const std::vector<std::size_t>& group) {
        const Addition* first = nullptr; // whose answer holds for the others
        Probed answer;
        for (const auto index : group) {
            auto& addition = additions[index];
            // Who gives it a name wants one more.
            addition.node = settings_.name.empty() ? node_of(addition) : std::string();
            const bool present = !addition.node.empty();
            if (!present && first == nullptr) {
                answer = probe(addition);
                first = &addition;
            }
            Probed probed = answer;
            if (!present && !probed.playable && first != &addition)
                probed.text = fmt::format("as {}, whose copy it is: {}", first->file.path.filename().string(),
                                          probed.text);
            const std::lock_guard lock(mutex);
            waiting.emplace(index, present ? std::nullopt : std::optional(std::move(probed)));
            finish_in_order();
            progress(++done, addition);
        }
    };
    const auto work = [&] {
        for (std::size_t index; (index = next++) < groups.size();)
            work_on(groups[index]);
    };
    std::vector<std::jthread> threads;
    for (unsigned i = 1; i < std::min<std::size_t>(settings_.jobs, groups.size()); ++i)
        threads.emplace_back(work);
    work();
}

} // namespace decant::cli
