// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/daemon-client.hpp"
#include "service/cli/node-parameters.hpp"
#include "service/cli/rack-events.hpp"
#include "service/cli/verbs.hpp"
#include "service/global-properties.hpp"

#include <CLI/CLI.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <spa/utils/string.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace decant::cli
{

namespace
{

using Kind = RackEvent::Kind;

/// Prints what happens for as long as somebody listens.
class Watch
{
    /// A node in the graph, whose parameters are watched.
    struct Watched {
        Watch& watch;
        std::string name;
        service::Node node;
        service::Listener listener;
        std::map<std::string, double> values;
        bool told = false; ///< the values that it had at first

        explicit Watched(Watch& owner, std::string node_name) : watch(owner), name(std::move(node_name)) {}
        Watched(const Watched&) = delete;
        Watched& operator=(const Watched&) = delete;
    };

    bool json_;
    DaemonClient client_;
    std::map<std::string, service::NodeStatus> rack_;
    std::set<std::string> problems_;
    std::map<std::uint32_t, std::unique_ptr<Watched>> watched_;
    std::optional<std::uint32_t> service_;

    void tell(const RackEvent& event) const
    {
        const auto now = std::chrono::system_clock::now();
        if (json_) {
            nlohmann::ordered_json line{
                {"time", std::chrono::duration<double>(now.time_since_epoch()).count()}};
            line.update(to_json(event));
            fmt::print("{}\n", line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
        } else {
            fmt::print("{:%H:%M:%S}  {}\n", fmt::localtime(std::chrono::system_clock::to_time_t(now)),
                       to_text(event));
        }
        std::fflush(stdout);
    }

    void tell_values(Watched& node, const spa_pod* props)
    {
        for (const auto& [name, value] : parse_parameter_values(props)) {
            const auto [known, is_new] = node.values.try_emplace(name, value);
            if (!is_new && known->second != value)
                tell({Kind::parameter, node.name, name, {}, known->second = value});
        }
    }

    void take_object(std::uint32_t id, const char* type, const spa_dict* properties)
    {
        using service::property;
        if (spa_streq(type, PW_TYPE_INTERFACE_Metadata) &&
            property(properties, PW_KEY_METADATA_NAME) == service::metadata_name) {
            service_ = id;
            tell({Kind::service_here});
        }
        const auto name = property(properties, PW_KEY_NODE_NAME);
        if (!spa_streq(type, PW_TYPE_INTERFACE_Node) || !name.starts_with(service::node_prefix))
            return;
        auto& node = watched_[id] =
            std::make_unique<Watched>(*this, std::string(name.substr(service::node_prefix.size())));
        node->node = client_.bind_node(id);
        if (!node->node)
            return;
        static constexpr auto events = [] {
            pw_node_events table{};
            table.version = PW_VERSION_NODE_EVENTS;
            table.param = [](void* data, int, std::uint32_t, std::uint32_t, std::uint32_t,
                             const spa_pod* param) {
                auto& self = *static_cast<Watched*>(data);
                self.watch.tell_values(self, param);
            };
            return table;
        }();
        pw_node_add_listener(node->node.get(), node->listener.hook(), &events, node.get());
        std::array<std::uint32_t, 1> wanted{SPA_PARAM_Props};
        pw_node_subscribe_params(node->node.get(), wanted.data(), wanted.size());
    }

    void lose_object(std::uint32_t id)
    {
        watched_.erase(id);
        if (service_ != id)
            return;
        service_.reset();
        rack_.clear();
        problems_.clear();
        tell({Kind::service_gone});
    }

    void take_entry(const char* key, const char* text)
    {
        const std::string_view name(key);
        if (name.starts_with(service::node_prefix))
            take_status(std::string(name.substr(service::node_prefix.size())), text);
        else if (name == service::service_key && text != nullptr)
            take_problems(nlohmann::json::parse(text, nullptr, false));
    }

    void take_status(const std::string& name, const char* text)
    {
        const auto known = rack_.find(name);
        const auto before = known == rack_.end() ? std::optional<service::NodeStatus>() : known->second;
        const auto now = text != nullptr ? service::parse_node_status(text) : std::nullopt;
        if (text != nullptr && !now)
            return; // anybody may write there
        for (const auto& event : node_events(name, before, now))
            tell(event);
        if (now)
            rack_[name] = *now;
        else
            rack_.erase(name);
    }

    void take_problems(const nlohmann::json& service)
    {
        const auto list = service.is_object() ? service.find("problems") : service.end();
        if (list == service.end() || !list->is_array())
            return;
        std::set<std::string> now;
        for (const auto& problem : *list)
            if (problem.is_string())
                now.insert(problem.get<std::string>());
        for (const auto& problem : now)
            if (!problems_.contains(problem))
                tell({Kind::problem, {}, problem});
        problems_ = std::move(now);
    }

public:
    explicit Watch(bool json)
        : json_(json),
          client_({.object = [this](std::uint32_t id, const char* type,
                                    const spa_dict* properties) { take_object(id, type, properties); },
                   .removed = [this](std::uint32_t id) { lose_object(id); },
                   .entry =
                       [this](const char* key, const char* text) {
                           take_entry(key, text);
                       }})
    {
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    /// Until the daemon is lost, or a signal comes.
    void run()
    {
        client_.look_around();
        for (;;)
            (void)client_.listen(std::chrono::hours(1));
    }
};

} // namespace

void add_watch(CLI::App& application)
{
    auto* verb =
        application.add_subcommand("watch", "Print what happens in the rack, one event a line, until Ctrl-C");
    const auto json = std::make_shared<bool>(false);
    verb->add_flag("--json", *json, "Print JSON, one object a line, for scripts");
    verb->footer(
        "First all nodes that there are, as node-added. Then node-added, node-removed, state, warning, "
        "problem,\n"
        "parameter, restarts, late, lost, xruns, starved, service-here and service-gone.\n\n"
        "Examples:\n  decant watch\n"
        "  decant watch --json | jq -r --unbuffered 'select(.event == \"state\" and .state == \"failed\") | "
        ".message'");
    verb->callback([json] { Watch(*json).run(); });
}

} // namespace decant::cli
