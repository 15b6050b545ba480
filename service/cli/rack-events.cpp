// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/rack-events.hpp"

#include "service/cli/printable.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>

namespace decant::cli
{

namespace
{

using Kind = RackEvent::Kind;

std::string_view name_of(Kind kind)
{
    switch (kind) {
    case Kind::service_here:
        return "service-here";
    case Kind::service_gone:
        return "service-gone";
    case Kind::node_added:
        return "node-added";
    case Kind::node_removed:
        return "node-removed";
    case Kind::state:
        return "state";
    case Kind::warning:
        return "warning";
    case Kind::restarts:
        return "restarts";
    case Kind::late:
        return "late";
    case Kind::lost:
        return "lost";
    case Kind::xruns:
        return "xruns";
    case Kind::starved:
        return "starved";
    case Kind::problem:
        return "problem";
    case Kind::parameter:
        return "parameter";
    }
    return "unknown";
}

bool counts(Kind kind)
{
    return kind == Kind::restarts || kind == Kind::late || kind == Kind::lost || kind == Kind::xruns ||
           kind == Kind::starved;
}

} // namespace

std::string to_text(const RackEvent& event)
{
    std::string text = fmt::format("{:<12} {}", name_of(event.kind), event.node);
    if (counts(event.kind))
        return text + fmt::format(" +{:.0f} ({})", event.value, event.total);
    if (event.kind == Kind::parameter)
        return text + fmt::format(" {} = {:g}", event.text, event.value);
    if (!event.text.empty())
        text += (event.node.empty() ? "" : " ") + event.text;
    if (!event.message.empty())
        text += ": " + event.message;
    std::replace(text.begin(), text.end(), '\n', ' ');
    return printable(text);
}

nlohmann::ordered_json to_json(const RackEvent& event)
{
    nlohmann::ordered_json json{{"event", name_of(event.kind)}};
    if (!event.node.empty())
        json["node"] = event.node;
    if (counts(event.kind)) {
        json["more"] = static_cast<std::uint64_t>(event.value);
        json["total"] = event.total;
    } else if (event.kind == Kind::parameter) {
        json["parameter"] = event.text;
        json["value"] = event.value;
    } else if (event.kind == Kind::state || event.kind == Kind::node_added) {
        json["state"] = event.text;
        json["message"] = event.message;
    } else if (!event.text.empty()) {
        json["text"] = event.text;
    }
    return json;
}

std::vector<RackEvent> node_events(const std::string& node, const std::optional<service::NodeStatus>& before,
                                   const std::optional<service::NodeStatus>& now)
{
    if (!now)
        return before ? std::vector<RackEvent>{{Kind::node_removed, node}} : std::vector<RackEvent>();
    std::vector<RackEvent> events;
    const std::string state(to_text(now->state));
    if (!before)
        events.push_back({Kind::node_added, node, state, now->message});
    else if (before->state != now->state || before->message != now->message)
        events.push_back({Kind::state, node, state, now->message});
    for (const auto& warning : now->warnings)
        if (!before ||
            std::find(before->warnings.begin(), before->warnings.end(), warning) == before->warnings.end())
            events.push_back({Kind::warning, node, warning});
    const auto count = [&](Kind kind, std::uint64_t old_total, std::uint64_t total) {
        // Of a node that was made anew all are new.
        const auto more = total < old_total ? total : total - old_total;
        if (before && more != 0)
            events.push_back({kind, node, {}, {}, static_cast<double>(more), total});
    };
    const auto& old = before ? *before : *now;
    count(Kind::restarts, old.restarts, now->restarts);
    count(Kind::late, old.late, now->late);
    count(Kind::lost, old.lost, now->lost);
    count(Kind::xruns, old.xruns, now->xruns);
    count(Kind::starved, old.starved, now->starved);
    return events;
}

} // namespace decant::cli
