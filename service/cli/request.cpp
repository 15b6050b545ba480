// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/request.hpp"

#include "service/cli/daemon-client.hpp"
#include "service/cli/verbs.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spa/utils/string.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace decant::cli
{

namespace
{

constexpr std::chrono::seconds answer_time{30}; ///< plugins with large states need some

/// Leaves a request in the service's metadata object and waits for the reply.
void ask(service::RequestVerb verb, std::vector<std::string> nodes)
{
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    const service::Request request{fmt::format("{}.{}", ::getpid(), now), verb, std::move(nodes)};
    std::optional<service::Reply> reply;
    DaemonClient* asker = nullptr;
    DaemonClient client({.entry = [&](const char* key, const char* text) {
        if (!spa_streq(key, service::reply_key))
            return;
        auto heard = service::parse_reply(text);
        if (!heard || heard->id != request.id) // somebody else's
            return;
        reply = std::move(heard);
        asker->stop();
    }});
    asker = &client;
    client.look_around();
    client.write(service::request_key, to_json(request));
    if (!client.listen(answer_time))
        throw std::runtime_error(
            fmt::format("decantd has not answered within {} s; 'decant list' shows which node does not run",
                        answer_time.count()));
    if (!reply->problems.empty())
        throw std::runtime_error(fmt::format("{}", fmt::join(reply->problems, "\n")));
}

} // namespace

void add_save(CLI::App& application)
{
    auto* verb = application.add_subcommand("save", "Save the states of plugins now");
    const auto nodes = std::make_shared<std::vector<std::string>>();
    verb->add_option("NODE", *nodes, "Names of nodes; all without one");
    verb->callback([nodes] { ask(service::RequestVerb::save, *nodes); });
}

void add_enable(CLI::App& application)
{
    auto* verb = application.add_subcommand("enable", "Start nodes again that were given up");
    const auto nodes = std::make_shared<std::vector<std::string>>();
    verb->add_option("NODE", *nodes, "Names of nodes")->required();
    verb->callback([nodes] { ask(service::RequestVerb::enable, *nodes); });
}

} // namespace decant::cli
