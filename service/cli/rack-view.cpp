// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/rack-view.hpp"

#include "service/cli/verbs.hpp"
#include "service/pipewire-handles.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <pipewire/extensions/metadata.h>
#include <spa/utils/string.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <map>

namespace decant::cli
{

namespace
{

using namespace std::string_view_literals;

constexpr auto answer_time = 5; ///< seconds; a daemon that needs longer hangs

std::string_view value(const spa_dict* dictionary, const char* key)
{
    const char* text = dictionary == nullptr ? nullptr : spa_dict_lookup(dictionary, key);
    return text == nullptr ? std::string_view() : std::string_view(text);
}

struct Port {
    std::string node;
    bool input;
    bool midi;
};

/// Asks the daemon for what there is and collects the answers.
class Reader
{
    service::MainLoop loop_;
    service::Context context_;
    service::Core core_;
    service::Registry registry_;
    service::Metadata metadata_;
    service::Listener core_listener_;
    service::Listener registry_listener_;
    service::Listener metadata_listener_;
    int awaited_ = 0;
    bool answered_ = false;
    std::string error_;

public:
    std::map<std::string, RackNode> nodes; ///< by node.name
    std::map<std::uint32_t, std::string> names;
    std::vector<Port> ports;
    std::vector<std::string> problems;
    bool service_runs = false;

    Reader()
        : loop_(pw_main_loop_new(nullptr)),
          context_(loop_ ? pw_context_new(pw_main_loop_get_loop(loop_.get()), nullptr, 0) : nullptr)
    {
        if (!context_)
            throw std::runtime_error(
                fmt::format("cannot set up a PipeWire client: {}; is PipeWire installed completely?",
                            std::strerror(errno)));
        core_.reset(pw_context_connect(context_.get(), nullptr, 0));
        if (!core_)
            throw NotRunning(fmt::format(
                "no PipeWire daemon answers ({}): start it with 'systemctl --user start pipewire', or set "
                "PIPEWIRE_REMOTE and XDG_RUNTIME_DIR to the one that you mean",
                std::strerror(errno)));
        static constexpr auto core_events = [] {
            pw_core_events events{};
            events.version = PW_VERSION_CORE_EVENTS;
            events.done = on_done;
            events.error = on_error;
            return events;
        }();
        pw_core_add_listener(core_.get(), core_listener_.hook(), &core_events, this);
        registry_.reset(pw_core_get_registry(core_.get(), PW_VERSION_REGISTRY, 0));
        static constexpr auto registry_events = [] {
            pw_registry_events events{};
            events.version = PW_VERSION_REGISTRY_EVENTS;
            events.global = on_global;
            return events;
        }();
        pw_registry_add_listener(registry_.get(), registry_listener_.hook(), &registry_events, this);
    }

    /// Waits until the daemon has answered all that was asked so far.
    void round_trip()
    {
        auto* loop = pw_main_loop_get_loop(loop_.get());
        auto* timer = pw_loop_add_timer(
            loop, [](void* data, std::uint64_t) { static_cast<Reader*>(data)->stop("it does not answer"); },
            this);
        const timespec limit{.tv_sec = answer_time, .tv_nsec = 0};
        pw_loop_update_timer(loop, timer, const_cast<timespec*>(&limit), nullptr, false);
        answered_ = false;
        awaited_ = pw_core_sync(core_.get(), PW_ID_CORE, awaited_);
        pw_main_loop_run(loop_.get());
        pw_loop_destroy_source(loop, timer);
        if (!answered_)
            throw NotRunning(fmt::format(
                "the PipeWire daemon was lost: {}; see 'systemctl --user status pipewire'", error_));
    }

private:
    void stop(std::string error)
    {
        error_ = std::move(error);
        pw_main_loop_quit(loop_.get());
    }

    static void on_done(void* data, std::uint32_t id, int sequence)
    {
        auto& self = *static_cast<Reader*>(data);
        if (id != PW_ID_CORE || sequence != self.awaited_)
            return;
        self.answered_ = true;
        pw_main_loop_quit(self.loop_.get());
    }

    static void on_error(void* data, std::uint32_t id, int, int result, const char* message)
    {
        // Errors of other objects, as of a node that goes while it is looked at, are of no concern.
        if (id == PW_ID_CORE && result == -EPIPE)
            static_cast<Reader*>(data)->stop(message);
    }

    static void on_global(void* data, std::uint32_t id, std::uint32_t, const char* type, std::uint32_t,
                          const spa_dict* properties)
    {
        auto& self = *static_cast<Reader*>(data);
        if (spa_streq(type, PW_TYPE_INTERFACE_Node))
            self.add_node(id, properties);
        else if (spa_streq(type, PW_TYPE_INTERFACE_Port))
            self.ports.push_back(
                {std::string(value(properties, PW_KEY_NODE_ID)),
                 value(properties, PW_KEY_PORT_DIRECTION) == "in"sv,
                 value(properties, PW_KEY_FORMAT_DSP).find("audio") == std::string_view::npos});
        else if (spa_streq(type, PW_TYPE_INTERFACE_Metadata) &&
                 value(properties, PW_KEY_METADATA_NAME) == service::metadata_name)
            self.add_metadata(id);
    }

    void add_node(std::uint32_t id, const spa_dict* properties)
    {
        const auto name = value(properties, PW_KEY_NODE_NAME);
        if (!name.starts_with(service::node_prefix))
            return;
        auto& node = nodes[std::string(name)];
        node.id = id;
        node.description = value(properties, PW_KEY_NODE_DESCRIPTION);
        names[id] = name;
    }

    void add_metadata(std::uint32_t id)
    {
        service_runs = true;
        metadata_.reset(static_cast<pw_metadata*>(
            pw_registry_bind(registry_.get(), id, PW_TYPE_INTERFACE_Metadata, PW_VERSION_METADATA, 0)));
        if (!metadata_)
            return;
        static constexpr pw_metadata_events events{.version = PW_VERSION_METADATA_EVENTS,
                                                   .property = on_property};
        pw_metadata_add_listener(metadata_.get(), metadata_listener_.hook(), &events, this);
    }

    static int on_property(void* data, std::uint32_t subject, const char* key, const char* type,
                           const char* text)
    {
        auto& self = *static_cast<Reader*>(data);
        if (subject != 0 || key == nullptr || text == nullptr || !spa_streq(type, service::metadata_type))
            return 0;
        if (std::string_view(key).starts_with(service::node_prefix)) {
            if (auto status = service::parse_node_status(text))
                self.nodes[key].status = std::move(*status);
        } else if (spa_streq(key, service::service_key)) {
            self.take_problems(nlohmann::json::parse(text, nullptr, false));
        }
        return 0;
    }

    void take_problems(const nlohmann::json& state)
    {
        const auto list = state.is_object() ? state.find("problems") : state.end();
        if (list == state.end() || !list->is_array())
            return;
        problems.clear();
        for (const auto& problem : *list)
            if (problem.is_string())
                problems.push_back(problem.get<std::string>());
    }
};

} // namespace

RackView read_rack()
{
    const service::PipeWireLibrary library;
    Reader reader;
    reader.round_trip(); // the registry
    reader.round_trip(); // what was bound meanwhile
    if (!reader.service_runs)
        throw NotRunning(
            "decantd does not run on this PipeWire daemon: start it with "
            "'systemctl --user start decant', or run 'decantd' in a terminal to see why it stops");

    for (const auto& port : reader.ports) {
        std::uint32_t id = 0;
        std::from_chars(port.node.data(), port.node.data() + port.node.size(), id);
        const auto name = reader.names.find(id);
        if (name == reader.names.end())
            continue;
        auto& node = reader.nodes[name->second];
        auto& count = port.midi ? (port.input ? node.midi_inputs : node.midi_outputs)
                                : (port.input ? node.inputs : node.outputs);
        ++count;
    }
    RackView rack;
    for (auto& [name, node] : reader.nodes) {
        node.name = name.substr(service::node_prefix.size());
        rack.nodes.push_back(std::move(node));
    }
    rack.problems = std::move(reader.problems);
    return rack;
}

} // namespace decant::cli
