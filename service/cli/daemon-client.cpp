// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/daemon-client.hpp"

#include "service/cli/verbs.hpp"
#include "service/loop-sources.hpp"
#include "service/node-status.hpp"

#include <fmt/format.h>
#include <spa/utils/string.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace decant::cli
{

namespace
{

constexpr std::chrono::seconds answer_time{5};  ///< a daemon that needs longer hangs
constexpr std::chrono::seconds reading_time{2}; ///< between two looks at what may not have been told

} // namespace

DaemonClient::DaemonClient(Listeners listeners)
    : listeners_(std::move(listeners)), loop_(pw_main_loop_new(nullptr)),
      context_(loop_ ? pw_context_new(pw_main_loop_get_loop(loop_.get()), nullptr, 0) : nullptr)
{
    if (!context_)
        throw std::runtime_error(fmt::format(
            "cannot set up a PipeWire client: {}; is PipeWire installed completely?", std::strerror(errno)));
    core_.reset(pw_context_connect(context_.get(), nullptr, 0));
    if (!core_)
        throw NotRunning(fmt::format(
            "no PipeWire daemon answers ({}): start it with 'systemctl --user start pipewire', or set "
            "PIPEWIRE_REMOTE and XDG_RUNTIME_DIR to the one that you mean",
            std::strerror(errno)));
    static constexpr auto core_events = [] {
        pw_core_events events{};
        events.version = PW_VERSION_CORE_EVENTS;
        events.done = [](void* data, std::uint32_t id, int sequence) {
            auto& self = *static_cast<DaemonClient*>(data);
            if (id != PW_ID_CORE)
                return;
            self.answered_ = sequence;
            if (sequence == self.awaited_)
                self.stop();
        };
        events.error = [](void* data, std::uint32_t id, int, int result, const char* message) {
            // Other errors, as of a node that goes while it is looked at, are of no concern.
            if (id == PW_ID_CORE && result == -EPIPE)
                static_cast<DaemonClient*>(data)->lose(message);
            else if (result == -EACCES || result == -EPERM)
                static_cast<DaemonClient*>(data)->refusal_ = message != nullptr ? message : "no permission";
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
            static_cast<DaemonClient*>(data)->take_object(id, type, properties);
        };
        events.global_remove = [](void* data, std::uint32_t id) {
            static_cast<DaemonClient*>(data)->lose_object(id);
        };
        return events;
    }();
    pw_registry_add_listener(registry_.get(), registry_listener_.hook(), &registry_events, this);
}

void DaemonClient::look_around()
{
    round_trip(); // the registry
    round_trip(); // what was bound meanwhile
    if (metadata_id_ == PW_ID_ANY)
        throw NotRunning(
            "decantd does not run on this PipeWire daemon: start it with "
            "'systemctl --user start decant', or run 'decantd' in a terminal to see why it stops");
}

void DaemonClient::write(const char* key, const std::string& json)
{
    pw_metadata_set_property(metadata_.get(), 0, key, service::metadata_type, json.c_str());
}

bool DaemonClient::await_answer(std::chrono::seconds patience)
{
    service::Timer again(loop(), [this] { read_again(); });
    again.start(reading_time, reading_time);
    return listen(patience);
}

bool DaemonClient::listen(std::chrono::seconds patience)
{
    auto* loop = pw_main_loop_get_loop(loop_.get());
    service::Timer limit(loop, [this] { pw_main_loop_quit(loop_.get()); });
    limit.start(patience);
    stopped_ = false;
    pw_main_loop_run(loop_.get());
    if (!loss_.empty())
        throw NotRunning(
            fmt::format("the PipeWire daemon was lost: {}; see 'systemctl --user status pipewire'", loss_));
    return stopped_;
}

void DaemonClient::stop()
{
    stopped_ = true;
    pw_main_loop_quit(loop_.get());
}

service::Node DaemonClient::bind_node(std::uint32_t id)
{
    return service::Node(static_cast<pw_node*>(
        pw_registry_bind(registry_.get(), id, PW_TYPE_INTERFACE_Node, PW_VERSION_NODE, 0)));
}

void DaemonClient::round_trip()
{
    awaited_ = pw_core_sync(core_.get(), PW_ID_CORE, awaited_);
    while (answered_ != awaited_) // listeners may stop it, too
        if (!listen(answer_time)) // PipeWire has nobody heard who looks at the metadata of one that hangs
            throw NotRunning(metadata_ ? "decantd does not answer; see 'systemctl --user status decant', and "
                                         "'systemctl --user restart decant' if it hangs"
                                       : "the PipeWire daemon does not answer; see 'systemctl --user status "
                                         "pipewire'");
    if (const auto refusal = std::exchange(refusal_, {}); !refusal.empty())
        throw std::runtime_error(fmt::format("PipeWire does not let this client change anything: {}. Run it "
                                             "outside of the sandbox, or allow it in "
                                             "WirePlumber's access.rules",
                                             refusal));
}

void DaemonClient::lose(const char* reason)
{
    loss_ = reason != nullptr && *reason != '\0' ? reason : "the connection has ended";
    pw_main_loop_quit(loop_.get());
}

void DaemonClient::take_object(std::uint32_t id, const char* type, const spa_dict* properties)
{
    if (listeners_.object)
        listeners_.object(id, type, properties);
    const char* name = properties != nullptr ? spa_dict_lookup(properties, PW_KEY_METADATA_NAME) : nullptr;
    if (!spa_streq(type, PW_TYPE_INTERFACE_Metadata) || !spa_streq(name, service::metadata_name))
        return;
    metadata_id_ = id;
    bind_metadata();
}

void DaemonClient::lose_object(std::uint32_t id)
{
    if (metadata_id_ == id)
        metadata_id_ = PW_ID_ANY;
    if (listeners_.removed)
        listeners_.removed(id);
}

void DaemonClient::bind_metadata()
{
    metadata_listener_.remove();
    metadata_.reset(static_cast<pw_metadata*>(
        pw_registry_bind(registry_.get(), metadata_id_, PW_TYPE_INTERFACE_Metadata, PW_VERSION_METADATA, 0)));
    if (!metadata_)
        return;
    static constexpr pw_metadata_events events{
        .version = PW_VERSION_METADATA_EVENTS,
        .property = [](void* data, std::uint32_t subject, const char* key, const char* kind,
                       const char* text) {
            const auto& self = *static_cast<DaemonClient*>(data);
            if (self.listeners_.entry && subject == 0 && key != nullptr &&
                (text == nullptr || spa_streq(kind, service::metadata_type)))
                self.listeners_.entry(key, text);
            return 0;
        }};
    pw_metadata_add_listener(metadata_.get(), metadata_listener_.hook(), &events, this);
}

/// While somebody binds the metadata, PipeWire (1.4 to 1.7) tells those who have before nothing of it, and
/// nothing any more for ever if he went before the service had answered. Who binds it hears all in any case.
/// It hears nobody any more who does so while the service hangs, also of the next one, so this is for those
/// who do not stay.
void DaemonClient::read_again()
{
    if (metadata_id_ != PW_ID_ANY)
        bind_metadata();
}

} // namespace decant::cli
