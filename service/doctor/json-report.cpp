// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/doctor/json-report.hpp"

#include "service/doctor/text-report.hpp"

#include <nlohmann/json.hpp>

namespace decant::doctor
{

namespace
{

nlohmann::json to_json(const Fix& fix)
{
    nlohmann::json json{{"text", fix.text}, {"effect", to_text(fix.effect)}};
    for (const auto& file : fix.files)
        json["files"].push_back({{"path", file.path}, {"content", file.content}});
    for (const auto& command : fix.commands)
        json["commands"].push_back({{"apply", command.apply}, {"undo", command.undo}});
    if (!fix.kernel_parameters.empty())
        json["kernel_parameters"] = fix.kernel_parameters;
    return json;
}

} // namespace

nlohmann::json to_json(std::span<const Result> results, const Machine& machine)
{
    const auto& quantum = machine.facts.quantum;
    nlohmann::json json{
        {"version", 1},
        {"root", machine.root().string()},
        {"kernel", machine.text("/proc/sys/kernel/osrelease").value_or("")},
        {"quantum",
         {{"frames", quantum.frames},
          {"rate", quantum.rate},
          {"period_usec", quantum.period_usec()},
          {"source", quantum.source}}},
        {"summary",
         {{"ok", count(results, State::ok)},
          {"info", count(results, State::info)},
          {"bad", count(results, State::bad)},
          {"unreadable", count(results, State::unreadable)}}},
        {"findings", nlohmann::json::array()},
    };
    for (const auto& [check, finding] : results)
        json["findings"].push_back({{"id", check->id},
                                    {"title", check->title},
                                    {"state", to_text(finding.state)},
                                    {"value", finding.value},
                                    {"why", finding.why},
                                    {"fix", finding.fix ? to_json(*finding.fix) : nlohmann::json()},
                                    {"asked_by", names_of_guides(check->guides)}});
    return json;
}

} // namespace decant::doctor
