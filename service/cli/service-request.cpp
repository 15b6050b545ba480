// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/service-request.hpp"

#include "service/cli/daemon-client.hpp"
#include "service/cli/verbs.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spa/utils/string.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace decant::cli
{

namespace
{

constexpr std::chrono::seconds answer_time{30}; ///< plugins with large states need some

/// What became of a request.
service::Reply reply_of_service(service::RequestVerb verb, std::vector<std::string> nodes,
                                std::string argument, std::string file)
{
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    const service::Request request{fmt::format("{}.{}", ::getpid(), now), verb, std::move(nodes),
                                   std::move(argument), std::move(file)};
    std::optional<service::Reply> reply;
    DaemonClient* asker = nullptr;
    DaemonClient client({.entry = [&](const char* key, const char* text) {
        if (text == nullptr || !spa_streq(key, service::reply_key))
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
    client.round_trip(); // whether this client may ask
    if (!reply && !client.await_answer(answer_time))
        throw std::runtime_error(
            fmt::format("decantd has not answered within {} s; 'decant list' shows which node does not run",
                        answer_time.count()));
    return std::move(*reply);
}

} // namespace

std::vector<std::string> ask_service(service::RequestVerb verb, std::vector<std::string> nodes,
                                     std::string argument, std::string file)
{
    auto reply = reply_of_service(verb, std::move(nodes), std::move(argument), std::move(file));
    if (!reply.problems.empty())
        throw std::runtime_error(fmt::format("{}", fmt::join(reply.problems, "\n")));
    return std::move(reply.answer);
}

void reload_service()
try {
    (void)reply_of_service(service::RequestVerb::reload, {}, {}, {});
} catch (const std::exception&) { // NOLINT(bugprone-empty-catch)
    // It reads its files when it starts and when they change, whether this command may ask for it or not.
}

} // namespace decant::cli
