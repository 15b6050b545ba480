// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/request.hpp"

#include "service/cli/verbs.hpp"
#include "service/node-status.hpp"
#include "service/pipewire-handles.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pipewire/extensions/metadata.h>
#include <spa/utils/string.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace decant::cli
{

namespace
{

constexpr auto find_time = 5;    ///< seconds, until the metadata object must have shown up
constexpr auto answer_time = 30; ///< seconds; plugins with large states need some

/// Leaves a request in the service's metadata object and waits for the reply.
class Asker
{
    service::MainLoop loop_;
    service::Context context_;
    service::Core core_;
    service::Registry registry_;
    service::Metadata metadata_;
    service::Listener core_listener_;
    service::Listener registry_listener_;
    service::Listener metadata_listener_;
    service::Request request_;
    spa_source* timer_ = nullptr;

public:
    std::optional<service::Reply> reply;
    std::string lost;

    explicit Asker(service::Request request)
        : loop_(pw_main_loop_new(nullptr)),
          context_(loop_ ? pw_context_new(pw_main_loop_get_loop(loop_.get()), nullptr, 0) : nullptr),
          request_(std::move(request))
    {
        if (context_)
            core_.reset(pw_context_connect(context_.get(), nullptr, 0));
        if (!core_)
            throw NotRunning(fmt::format(
                "no PipeWire daemon answers ({}): start it with 'systemctl --user start pipewire', or set "
                "PIPEWIRE_REMOTE and XDG_RUNTIME_DIR to the one that you mean",
                std::strerror(errno)));
        static constexpr auto core_events = [] {
            pw_core_events events{};
            events.version = PW_VERSION_CORE_EVENTS;
            events.error = [](void* data, std::uint32_t id, int, int result, const char* message) {
                if (id == PW_ID_CORE && result == -EPIPE)
                    static_cast<Asker*>(data)->stop(message);
            };
            return events;
        }();
        pw_core_add_listener(core_.get(), core_listener_.hook(), &core_events, this);
        registry_.reset(pw_core_get_registry(core_.get(), PW_VERSION_REGISTRY, 0));
        static constexpr auto registry_events = [] {
            pw_registry_events events{};
            events.version = PW_VERSION_REGISTRY_EVENTS;
            events.global = [](void* data, std::uint32_t id, std::uint32_t, const char* type, std::uint32_t,
                               const spa_dict* properties) {
                const char* name =
                    properties != nullptr ? spa_dict_lookup(properties, PW_KEY_METADATA_NAME) : nullptr;
                if (spa_streq(type, PW_TYPE_INTERFACE_Metadata) && spa_streq(name, service::metadata_name))
                    static_cast<Asker*>(data)->ask(id);
            };
            return events;
        }();
        pw_registry_add_listener(registry_.get(), registry_listener_.hook(), &registry_events, this);
    }

    Asker(const Asker&) = delete;
    Asker& operator=(const Asker&) = delete;
    ~Asker() { pw_loop_destroy_source(pw_main_loop_get_loop(loop_.get()), timer_); }

    void run()
    {
        timer_ = pw_loop_add_timer(
            pw_main_loop_get_loop(loop_.get()),
            [](void* data, std::uint64_t) { static_cast<Asker*>(data)->stop({}); }, this);
        limit(find_time);
        pw_main_loop_run(loop_.get());
    }

    [[nodiscard]] bool found() const noexcept { return metadata_ != nullptr; }

private:
    void limit(int seconds)
    {
        const timespec time{.tv_sec = seconds, .tv_nsec = 0};
        pw_loop_update_timer(pw_main_loop_get_loop(loop_.get()), timer_, const_cast<timespec*>(&time),
                             nullptr, false);
    }

    void stop(std::string reason)
    {
        lost = std::move(reason);
        pw_main_loop_quit(loop_.get());
    }

    void ask(std::uint32_t id)
    {
        metadata_.reset(static_cast<pw_metadata*>(
            pw_registry_bind(registry_.get(), id, PW_TYPE_INTERFACE_Metadata, PW_VERSION_METADATA, 0)));
        if (!metadata_)
            return;
        static constexpr pw_metadata_events events{
            .version = PW_VERSION_METADATA_EVENTS,
            .property = [](void* data, std::uint32_t, const char* key, const char*, const char* text) {
                if (key != nullptr && text != nullptr && spa_streq(key, service::reply_key))
                    static_cast<Asker*>(data)->hear(text);
                return 0;
            }};
        pw_metadata_add_listener(metadata_.get(), metadata_listener_.hook(), &events, this);
        pw_metadata_set_property(metadata_.get(), 0, service::request_key, service::metadata_type,
                                 to_json(request_).c_str());
        limit(answer_time);
    }

    void hear(const char* text)
    {
        auto heard = service::parse_reply(text);
        if (!heard || heard->id != request_.id) // somebody else's
            return;
        reply = std::move(heard);
        pw_main_loop_quit(loop_.get());
    }
};

void ask(service::RequestVerb verb, std::vector<std::string> nodes)
{
    const service::PipeWireLibrary library;
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    Asker asker({fmt::format("{}.{}", ::getpid(), now), verb, std::move(nodes)});
    asker.run();
    if (!asker.found())
        throw NotRunning(
            "decantd does not run on this PipeWire daemon: start it with "
            "'systemctl --user start decant', or run 'decantd' in a terminal to see why it stops");
    if (!asker.reply)
        throw std::runtime_error(
            asker.lost.empty()
                ? fmt::format("decantd has not answered within {} s; 'decant list' shows which node does not "
                              "run",
                              answer_time)
                : fmt::format("the PipeWire daemon was lost: {}; see 'systemctl --user status pipewire'",
                              asker.lost));
    if (!asker.reply->problems.empty())
        throw std::runtime_error(fmt::format("{}", fmt::join(asker.reply->problems, "\n")));
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
