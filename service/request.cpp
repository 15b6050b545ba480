// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/request.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace decant::service
{

namespace
{

constexpr std::array<std::pair<RequestVerb, std::string_view>, 12> verbs{
    {{RequestVerb::save, "save"},
     {RequestVerb::enable, "enable"},
     {RequestVerb::restart, "restart"},
     {RequestVerb::panic, "panic"},
     {RequestVerb::reload, "reload"},
     {RequestVerb::list_programs, "list-programs"},
     {RequestVerb::select_program, "select-program"},
     {RequestVerb::save_preset, "save-preset"},
     {RequestVerb::load_preset, "load-preset"},
     {RequestVerb::editor, "editor"},
     {RequestVerb::bypass, "bypass"},
     {RequestVerb::balance, "balance"}}};

std::string dump(const nlohmann::json& object)
{
    return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace

std::string to_json(const Request& request)
{
    const auto verb = std::find_if(verbs.begin(), verbs.end(),
                                   [&](const auto& each) { return each.first == request.verb; });
    return dump({{"id", request.id},
                 {"verb", verb->second},
                 {"nodes", request.nodes},
                 {"argument", request.argument},
                 {"file", request.file}});
}

std::string to_json(const Reply& reply)
{
    return dump({{"id", reply.id}, {"problems", reply.problems}, {"answer", reply.answer}});
}

std::optional<Request> parse_request(std::string_view json)
try {
    const auto object = nlohmann::json::parse(json);
    const auto name = object.at("verb").get<std::string>();
    const auto verb =
        std::find_if(verbs.begin(), verbs.end(), [&](const auto& each) { return each.second == name; });
    if (verb == verbs.end())
        return std::nullopt;
    return Request{object.at("id").get<std::string>(), verb->first,
                   object.at("nodes").get<std::vector<std::string>>(),
                   object.value("argument", std::string()), object.value("file", std::string())};
} catch (const nlohmann::json::exception&) {
    return std::nullopt;
}

std::optional<Reply> parse_reply(std::string_view json)
try {
    const auto object = nlohmann::json::parse(json);
    return Reply{object.at("id").get<std::string>(), object.at("problems").get<std::vector<std::string>>(),
                 object.value("answer", std::vector<std::string>())};
} catch (const nlohmann::json::exception&) {
    return std::nullopt;
}

} // namespace decant::service
