// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/service-request.hpp"

#include "service/cli/daemon-client.hpp"

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

} // namespace

std::vector<std::string> ask_service(service::RequestVerb verb, std::vector<std::string> nodes,
                                     std::string argument)
{
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    const service::Request request{fmt::format("{}.{}", ::getpid(), now), verb, std::move(nodes),
                                   std::move(argument)};
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
    return std::move(reply->answer);
}

} // namespace decant::cli
