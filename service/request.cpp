// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/request.hpp"

#include <nlohmann/json.hpp>

namespace decant::service
{

namespace
{

constexpr const char* save_text = "save";
constexpr const char* enable_text = "enable";

std::string dump(const nlohmann::json& object)
{
    return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace

std::string to_json(const Request& request)
{
    return dump({{"id", request.id},
                 {"verb", request.verb == RequestVerb::save ? save_text : enable_text},
                 {"nodes", request.nodes}});
}

std::string to_json(const Reply& reply)
{
    return dump({{"id", reply.id}, {"problems", reply.problems}});
}

std::optional<Request> parse_request(std::string_view json)
try {
    const auto object = nlohmann::json::parse(json);
    const auto verb = object.at("verb").get<std::string>();
    if (verb != save_text && verb != enable_text)
        return std::nullopt;
    return Request{object.at("id").get<std::string>(),
                   verb == save_text ? RequestVerb::save : RequestVerb::enable,
                   object.at("nodes").get<std::vector<std::string>>()};
} catch (const nlohmann::json::exception&) {
    return std::nullopt;
}

std::optional<Reply> parse_reply(std::string_view json)
try {
    const auto object = nlohmann::json::parse(json);
    return Reply{object.at("id").get<std::string>(), object.at("problems").get<std::vector<std::string>>()};
} catch (const nlohmann::json::exception&) {
    return std::nullopt;
}

} // namespace decant::service
