// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/host-link.hpp"

#include "nodes/bridge/futex.hpp"
#include "nodes/bridge/sanitize.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <optional>
#include <utility>

namespace decant::bridge
{

namespace
{

using protocol::MessageType;

std::uint64_t deadline_after(HostLink::Timeout timeout) noexcept
{
    constexpr HostLink::Timeout longest = std::chrono::hours(24);
    const auto wait = std::chrono::nanoseconds(std::clamp(timeout, HostLink::Timeout::zero(), longest));
    return now_nsec() + static_cast<std::uint64_t>(wait.count());
}

std::string_view name_of(MessageType request) noexcept
{
    switch (request) {
    case MessageType::load:
        return "to load the plugin";
    case MessageType::activate:
        return "to activate the plugin";
    case MessageType::deactivate:
        return "to deactivate the plugin";
    case MessageType::get_state:
        return "for the plugin's state";
    case MessageType::set_state:
        return "to restore the plugin's state";
    case MessageType::get_preset:
        return "for a preset";
    case MessageType::set_preset:
        return "to load a preset";
    case MessageType::select_program:
        return "to select a program";
    case MessageType::open_editor:
        return "to open the editor";
    case MessageType::close_editor:
        return "to close the editor";
    case MessageType::get_values:
        return "for the parameters' values";
    case MessageType::open:
        return "to take another plugin";
    default:
        return "to end";
    }
}

[[noreturn]] void throw_broken(std::string_view what)
{
    throw HostError(
        HostErrorCode::broken,
        fmt::format("the Windows host sent {}; it was probably damaged by the plugin and has to be restarted",
                    what));
}

[[noreturn]] void throw_gone()
{
    throw HostError(HostErrorCode::gone, "the Windows host has ended; the plugin in it has probably crashed");
}

} // namespace

HostLink::HostLink(std::shared_ptr<SharedRegion> region, Listener listener)
    : region_(std::move(region)), listener_(std::move(listener)),
      channel_(rope_, region_->memory().to_host, region_->memory().to_service, region_->memory().service_bell,
               region_->memory().host_bell)
{
}

protocol::Hello HostLink::wait_hello(Timeout timeout)
{
    const std::uint64_t deadline = deadline_after(timeout);
    while (!hello_received_) {
        const auto message = channel_.receive(deadline);
        if (!message)
            give_up("has not come up", timeout);
        deliver(*message);
        if (!hello_received_ && now_nsec() >= deadline)
            give_up("has not come up", timeout);
    }
    if (hello_.version != protocol::version)
        throw HostError(
            HostErrorCode::wrong_version,
            fmt::format("the installed Windows host speaks version {} of the protocol, this service version "
                        "{}: install both from the same build",
                        hello_.version, protocol::version));
    return hello_;
}

protocol::PluginDescription HostLink::load(const std::string& path, const std::string& plugin_class,
                                           Timeout timeout)
{
    const protocol::LoadedPart part{"", path, plugin_class};
    return load(std::span(&part, 1), timeout);
}

protocol::PluginDescription HostLink::load(std::span<const protocol::LoadedPart> parts, Timeout timeout)
{
    const auto answer = request(MessageType::load, protocol::encode(parts), MessageType::loaded, timeout);
    auto plugin = protocol::decode_plugin(answer.payload);
    if (!plugin)
        throw_broken("a damaged description of the plugin");
    clean(*plugin);
    region_->reserve(plugin->inputs.size(), plugin->outputs.size());
    return std::move(*plugin);
}

void HostLink::activate(double rate, std::uint32_t largest_block, Timeout timeout, bool offline)
{
    protocol::WireWriter payload;
    payload.put(rate).put(largest_block).put(std::uint32_t{offline});
    (void)request(MessageType::activate, payload.bytes(), MessageType::done, timeout);
}

void HostLink::deactivate(Timeout timeout)
{
    (void)request(MessageType::deactivate, {}, MessageType::done, timeout);
}

std::vector<std::byte> HostLink::state(Timeout timeout)
{
    const auto answer = request(MessageType::get_state, {}, MessageType::state, timeout);
    protocol::WireReader in(answer.payload);
    const auto blob = in.get_blob();
    if (!in.complete())
        throw_broken("a damaged state");
    return {blob.begin(), blob.end()};
}

void HostLink::set_state(std::span<const std::byte> state, Timeout timeout)
{
    if (state.size() > protocol::max_message_bytes - sizeof(std::uint32_t))
        throw HostError(HostErrorCode::failed,
                        fmt::format("the state is too large to be restored ({} bytes)", state.size()),
                        protocol::FailureCode::state_mismatch);
    protocol::WireWriter payload;
    payload.put_blob(state);
    (void)request(MessageType::set_state, payload.bytes(), MessageType::done, timeout);
}

std::vector<std::byte> HostLink::preset(protocol::PresetForm form, Timeout timeout)
{
    protocol::WireWriter payload;
    payload.put(form);
    const auto answer = request(MessageType::get_preset, payload.bytes(), MessageType::preset, timeout);
    protocol::WireReader in(answer.payload);
    const auto file = in.get_blob();
    if (!in.complete())
        throw_broken("a damaged preset");
    return {file.begin(), file.end()};
}

void HostLink::set_preset(std::span<const std::byte> file, const std::string& path, Timeout timeout)
{
    if (file.size() > protocol::max_message_bytes - 2 * sizeof(std::uint32_t) - path.size())
        throw HostError(HostErrorCode::failed, fmt::format("the preset is too large ({} bytes)", file.size()),
                        protocol::FailureCode::state_mismatch);
    protocol::WireWriter payload;
    payload.put_blob(file).put_text(path);
    (void)request(MessageType::set_preset, payload.bytes(), MessageType::done, timeout);
}

void HostLink::select_program(std::uint32_t program, Timeout timeout)
{
    protocol::WireWriter payload;
    payload.put(program);
    (void)request(MessageType::select_program, payload.bytes(), MessageType::done, timeout);
}

void HostLink::open_editor(const protocol::EditorRequest& editor, Timeout timeout)
{
    (void)request(MessageType::open_editor, protocol::encode(editor), MessageType::done, timeout);
}

void HostLink::close_editor(std::string_view part, Timeout timeout)
{
    protocol::WireWriter payload;
    payload.put_text(part);
    (void)request(MessageType::close_editor, payload.bytes(), MessageType::done, timeout);
}

std::vector<double> HostLink::values(Timeout timeout)
{
    const auto answer = request(MessageType::get_values, {}, MessageType::values, timeout);
    protocol::WireReader in(answer.payload);
    const auto count = in.get<std::uint32_t>();
    if (answer.payload.size() != sizeof count + count * sizeof(double))
        throw_broken("damaged parameter values");
    std::vector<double> values(count);
    for (auto& value : values) {
        value = in.get<double>();
        if (!std::isfinite(value))
            value = 0;
    }
    return values;
}

void HostLink::open(std::string_view name, std::string_view title, Timeout timeout)
{
    protocol::WireWriter payload;
    payload.put_text(name).put_text(title);
    (void)request(MessageType::open, payload.bytes(), MessageType::done, timeout);
}

void HostLink::quit(Timeout timeout)
{
    try {
        (void)request(MessageType::quit, {}, MessageType::done, timeout);
    } catch (const HostError& error) {
        if (error.code != HostErrorCode::gone)
            throw;
    }
}

void HostLink::quit_unanswered() noexcept
{
    (void)channel_.send(MessageType::quit, ++last_id_, {}, 0);
}

void HostLink::poll_notifications()
{
    // No more than what fits into the ring: a host that talks without a pause must not keep the caller.
    constexpr std::size_t most = protocol::ring_capacity / sizeof(protocol::MessageHeader);
    for (std::size_t i = 0; i < most; ++i) {
        const auto message = channel_.receive(0);
        if (!message)
            break;
        deliver(*message);
    }
    if (channel_.broken())
        throw_broken("what is no message");
}

HostLink::Activity HostLink::wait_activity(std::uint64_t deadline_nsec)
{
    auto& bell = region_->memory().service_bell;
    for (;;) {
        const std::uint32_t seen = bell.value.load(std::memory_order_seq_cst);
        if (interrupted_.exchange(false))
            return Activity::interrupted;
        if (channel_.pending())
            return Activity::message;
        if (rope_.peer_gone())
            return Activity::gone;
        if (now_nsec() >= deadline_nsec)
            return Activity::deadline;
        (void)rope_.sleep(bell, seen, deadline_nsec);
    }
}

void HostLink::interrupt() noexcept
{
    interrupted_.store(true);
    rope_.interrupt(region_->memory().service_bell);
}

void HostLink::host_gone() noexcept
{
    rope_.peer_is_gone(region_->memory().service_bell);
}

/// Sends a question and waits for its answer; whatever else comes meanwhile is delivered, late answers are
/// dropped.
protocol::Message HostLink::request(MessageType type, std::span<const std::byte> payload, MessageType answer,
                                    Timeout timeout)
{
    const std::uint64_t deadline = deadline_after(timeout);
    // Zero is the id of what nobody asked for.
    last_id_ = last_id_ + 1 == 0 ? 1 : last_id_ + 1;
    if (!channel_.send(type, last_id_, payload, deadline, [this] { poll_notifications(); })) {
        if (rope_.peer_gone())
            throw_gone();
        throw HostError(
            HostErrorCode::broken,
            fmt::format("the Windows host does not listen when asked {}; it hangs and has to be restarted",
                        name_of(type)));
    }
    for (;;) {
        auto message = channel_.receive(deadline);
        if (!message)
            give_up(fmt::format("does not answer when asked {}", name_of(type)), timeout);
        if (message->id != last_id_) {
            deliver(*message);
            if (now_nsec() >= deadline) // a host that talks without a pause has no time to answer
                give_up(fmt::format("does not answer when asked {}", name_of(type)), timeout);
            continue;
        }
        if (message->type == answer)
            return std::move(*message);
        if (message->type != MessageType::failed)
            throw_broken("the answer to another question");
        const auto failure = protocol::decode_failure(message->payload);
        if (!failure)
            throw_broken("a damaged error message");
        throw HostError(HostErrorCode::failed, clean_text(failure->text), failure->code);
    }
}

/// Says why nothing was received.
void HostLink::give_up(std::string_view waiting_for, Timeout timeout)
{
    if (channel_.broken())
        throw_broken("what is no message");
    if (rope_.peer_gone())
        throw_gone();
    throw HostError(
        HostErrorCode::timed_out,
        fmt::format("the Windows host {} within {} s; a dialog of the plugin may wait for an answer, or the "
                    "plugin hangs",
                    waiting_for, std::chrono::duration<double>(timeout).count()));
}

void HostLink::deliver(const protocol::Message& message)
{
    if (message.id != 0)
        return; // an answer that was given up waiting for
    protocol::WireReader in(message.payload);
    switch (message.type) {
    case MessageType::hello:
        if (!hello_received_) {
            const auto hello = protocol::decode_hello(message.payload);
            if (!hello)
                throw_broken("a damaged greeting");
            hello_ = {hello->version, hello->bits, clean_text(hello->wine)};
            hello_received_ = true;
        }
        break;
    case MessageType::log:
        notify(LogLine{clean_text(in.get_text())});
        break;
    case MessageType::parameter_changed: {
        const auto id = in.get<std::uint32_t>();
        const auto value = in.get<double>();
        if (in.complete() && std::isfinite(value))
            notify(ParameterChanged{id, value});
        break;
    }
    case MessageType::latency_changed: {
        const auto frames = in.get<std::uint32_t>();
        if (in.complete())
            notify(LatencyChanged{std::min(frames, protocol::max_latency)});
        break;
    }
    case MessageType::state_changed:
        notify(StateChanged{});
        break;
    case MessageType::editor_changed:
        if (const auto report = protocol::decode_editor_report(message.payload))
            notify(EditorChanged{clean_text(report->part), report->open, report->place});
        break;
    case MessageType::threads_refused:
        if (auto refusals = protocol::decode_thread_refusals(message.payload))
            notify(ThreadsRefused{*std::move(refusals)});
        break;
    default:
        break; // a newer host may say more; what it says on its own can be missed
    }
}

void HostLink::notify(const Notification& notification)
{
    if (listener_)
        listener_(notification);
}

} // namespace decant::bridge
