// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/instance.hpp"

#include "wine-host/chain.hpp"
#include "wine-host/crash-handler.hpp"
#include "wine-host/plugin-file.hpp"
#include "wine-host/state-blob.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <new>
#include <span>
#include <stdexcept>
#include <utility>

namespace decant::host
{
namespace
{

using protocol::FailureCode;
using protocol::MessageType;
using protocol::WireReader;
using protocol::WireWriter;

/// At least between two rounds of notices: twice as often as a screen can show.
constexpr std::uint64_t notice_interval_nsec = 8'000'000;

PluginError malformed(const char* request)
{
    return {FailureCode::other,
            std::string("the request \"") + request + "\" is malformed; reinstall Decant"};
}

} // namespace

Instance::Instance(const std::string& region, int rt_priority, void* event, std::function<void()> idle)
    : line_(region, event), rt_priority_(rt_priority), activation_(line_.bridge, rt_priority, std::move(idle))
{
}

Instance::~Instance()
{
    activation_.stop();
}

void Instance::greet()
{
    line_.greet();
    // Without any it is the service's turn, which may know another way, and says so if there is none.
    const int granted = activation_.granted_priority();
    if (granted > 0 && granted < rt_priority_)
        line_.log("the audio thread has real-time priority " + std::to_string(granted) + " instead of " +
                  std::to_string(rt_priority_) + ": the limit \"rtprio\" allows no more");
}

void Instance::tell(const protocol::ThreadRefusals& refusals)
{
    line_.send(MessageType::threads_refused, 0, protocol::encode(refusals));
}

bool Instance::work()
{
    if (const auto message = line_.control.next_message()) {
        serve(*message);
        return true;
    }
    if (line_.control.broken())
        throw std::runtime_error("the service does not keep to the protocol; reinstall Decant");
    if (report_editors())
        return true;
    if (!line_.notices.pending() || line_.bridge.now() < next_notices_)
        return false;
    send_notices();
    return true;
}

std::optional<std::uint64_t> Instance::next_work() const noexcept
{
    return line_.notices.pending() ? std::optional(next_notices_) : std::nullopt;
}

void Instance::send_notices()
{
    next_notices_ = line_.bridge.now() + notice_interval_nsec;
    send_moved();
    if (line_.notices.take_work() && plugin_ != nullptr && plugin_->work())
        restart();
    if (line_.notices.take_state())
        line_.send(MessageType::state_changed, 0);
}

void Instance::send_moved()
{
    const bool latency = line_.notices.take([this](std::uint32_t id, double value) {
        WireWriter out;
        out.put(id).put(value);
        line_.send(MessageType::parameter_changed, 0, out.bytes());
    });
    if (latency)
        tell_latency();
}

/// What a request made the plugin say belongs before the answer. After it, it would undo what the service has
/// set by then: DPF's VST3 plugins (1.6) say that all their values have changed when they are made.
void Instance::tell_pending()
{
    send_notices();
    send_moved(); // what its work has brought
}

void Instance::restart()
{
    try {
        if (!activation_.restart())
            return;
        line_.log("the plugin asked to be restarted, and was");
    } catch (const PluginError& error) {
        line_.log(std::string("the plugin asked for a restart and did not survive it: ") + error.what() +
                  "; it is silent until it is loaded again");
    }
    tell_latency();
}

void Instance::tell_latency()
{
    if (plugin_ == nullptr || plugin_->latency() == told_latency_)
        return;
    told_latency_ = plugin_->latency();
    WireWriter out;
    out.put(told_latency_);
    line_.send(MessageType::latency_changed, 0, out.bytes());
}

void Instance::serve(const protocol::Message& message)
{
    request_ = message.id;
    try {
        const WireReader payload(message.payload);
        switch (message.type) {
        case MessageType::load:
            load(message.payload, message.id);
            break;
        case MessageType::activate:
            activate(payload, message.id);
            break;
        case MessageType::deactivate:
            activation_.stop();
            line_.send(MessageType::done, message.id);
            break;
        case MessageType::get_state:
            give(MessageType::state, message.id, plugin().state());
            break;
        case MessageType::set_state:
            set_state(payload, message.id);
            break;
        case MessageType::get_values:
            get_values(message.id);
            break;
        case MessageType::get_preset:
            get_preset(payload, message.id);
            break;
        case MessageType::set_preset:
            set_preset(payload, message.id);
            break;
        case MessageType::select_program:
            select_program(payload, message.id);
            break;
        case MessageType::open_editor:
            open_editor(message.payload, message.id);
            break;
        case MessageType::close_editor:
            close_editor(payload, message.id);
            break;
        case MessageType::quit:
            editors_.close_all();
            report_editors(); // where the windows were
            activation_.stop();
            plugin_.reset();
            line_.send(MessageType::done, message.id);
            finished_ = true;
            break;
        default:
            throw PluginError(FailureCode::other,
                              "this host does not know request " +
                                  std::to_string(static_cast<std::uint32_t>(message.type)) +
                                  "; reinstall Decant and restart decantd");
        }
        tell_latency();
    } catch (const PluginError& error) {
        line_.send_failed(message.id, error.code(), error.what());
    } catch (const std::bad_alloc&) {
        line_.send_failed(message.id, FailureCode::other, "out of memory");
    }
    request_ = 0;
}

Plugin& Instance::plugin()
{
    if (plugin_ == nullptr)
        throw PluginError(FailureCode::other, "no plugin is loaded");
    return *plugin_;
}

void Instance::load(std::span<const std::byte> request, std::uint32_t id)
{
    const auto parts = protocol::decode_parts(request);
    if (!parts)
        throw malformed("load");
    if (plugin_ != nullptr)
        throw PluginError(FailureCode::other, "a plugin is loaded already; each one needs its own host");
    if (parts->size() == 1)
        plugin_ = load_plugin(parts->front(), line_.notices);
    else
        plugin_ = std::make_unique<Chain>(*parts, line_.notices);
    install_crash_handler(); // again: some plugins bring their own, with a dialog
    const protocol::PluginDescription description = plugin_->describe();
    told_latency_ = description.latency;
    lock_region(description.inputs.size(), description.outputs.size());
    line_.send(MessageType::loaded, id, protocol::encode(description));
}

/// What every block needs. The service has locked the same memory; here it is made present in this process.
void Instance::lock_region(std::size_t inputs, std::size_t outputs) noexcept
{
    auto& region = line_.bridge.region();
    const auto lock = [this](const auto& channels, std::size_t count) {
        line_.bridge.lock(std::as_bytes(std::span(channels).first(std::min(count, channels.size()))));
    };
    constexpr std::size_t usual_events = 16 * 1024; // of a block without large SysEx messages
    line_.bridge.lock(std::as_bytes(std::span(&region, 1)).first(offsetof(protocol::Region, to_host)));
    lock(region.events_in, usual_events);
    lock(region.events_out, usual_events);
    lock(region.audio_in, inputs);
    lock(region.audio_out, outputs);
}

void Instance::activate(WireReader request, std::uint32_t id)
{
    constexpr double lowest_rate = 1'000;
    constexpr double highest_rate = 1'536'000;
    const auto rate = request.get<double>();
    const auto max_frames = request.get<std::uint32_t>();
    const auto offline = request.get<std::uint32_t>();
    if (!request.complete() || offline > 1 || !(rate >= lowest_rate && rate <= highest_rate) ||
        max_frames < 1 || max_frames > protocol::max_frames)
        throw malformed("activate");
    activation_.stop();
    plugin().set_offline(offline != 0);
    activation_.start(plugin(), rate, max_frames);
    tell_pending();
    line_.send(MessageType::done, id);
}

/// Of what blocks are made with.
template <class Change>
void Instance::change(Change change)
{
    Plugin& loaded = plugin();
    activation_.pause_for([&] { change(loaded); });
    tell_pending();
}

/// Bytes of the plugin's, whose size is no one's but its own.
void Instance::give(MessageType type, std::uint32_t id, std::span<const std::byte> bytes)
{
    if (bytes.size() > protocol::max_message_bytes - sizeof(std::uint32_t))
        throw too_large("what the plugin plays");
    WireWriter out;
    out.put_blob(bytes);
    line_.send(type, id, out.bytes());
}

void Instance::set_state(WireReader request, std::uint32_t id)
{
    const auto state = request.get_blob();
    if (!request.complete())
        throw malformed("set_state");
    change([&](Plugin& loaded) { loaded.restore(state); });
    line_.send(MessageType::done, id);
}

void Instance::get_preset(WireReader request, std::uint32_t id)
{
    const auto form = request.get<protocol::PresetForm>();
    if (!request.complete())
        throw malformed("get_preset");
    std::vector<std::byte> file;
    // Some plugins select each of their programs to show it.
    change([&](Plugin& loaded) { file = loaded.preset(form); });
    give(MessageType::preset, id, file);
}

void Instance::set_preset(WireReader request, std::uint32_t id)
{
    const auto file = request.get_blob();
    const std::string path = request.get_text();
    if (!request.complete())
        throw malformed("set_preset");
    change([&](Plugin& loaded) { loaded.load_preset(file, path); });
    line_.send(MessageType::done, id);
}

void Instance::select_program(WireReader request, std::uint32_t id)
{
    const auto program = request.get<std::uint32_t>();
    if (!request.complete() || program >= plugin().describe().programs.size())
        throw malformed("select_program");
    change([&](Plugin& loaded) { loaded.select_program(program); });
    line_.send(MessageType::done, id);
}

void Instance::open_editor(std::span<const std::byte> request, std::uint32_t id)
{
    const auto wanted = protocol::decode_editor_request(request);
    if (!wanted)
        throw malformed("open_editor");
    editors_.open(plugin(), *wanted);
    report_editors(); // who has the answer knows that it is open
    line_.send(MessageType::done, id);
}

void Instance::close_editor(WireReader request, std::uint32_t id)
{
    const std::string part = request.get_text();
    if (!request.complete())
        throw malformed("close_editor");
    editors_.close(part);
    report_editors();
    line_.send(MessageType::done, id);
}

/// Returns whether there was anything to report.
bool Instance::report_editors()
{
    const auto reports = editors_.work();
    for (const auto& report : reports)
        line_.send(MessageType::editor_changed, 0, protocol::encode(report));
    return !reports.empty();
}

void Instance::get_values(std::uint32_t id)
{
    const std::vector<double> values = plugin().values();
    WireWriter out;
    out.put(static_cast<std::uint32_t>(values.size()));
    for (const double value : values)
        out.put(value);
    line_.send(MessageType::values, id, out.bytes());
}

void Instance::crashed(const char* what, bool on_main_thread) noexcept
{
    activation_.answer_crash();
    if (!on_main_thread || request_ == 0)
        return;
    // The answer `failed`, put together without the heap, which may be what is broken.
    constexpr std::uint64_t short_patience_nsec = 1'000'000'000;
    struct {
        FailureCode code;
        std::uint32_t length;
        std::array<char, 512> text;
    } failure{FailureCode::plugin_crashed, static_cast<std::uint32_t>(std::strlen(what)), {}};
    failure.length = std::min<std::uint32_t>(failure.length, failure.text.size());
    std::memcpy(failure.text.data(), what, failure.length);
    const auto bytes = std::as_bytes(std::span(&failure, 1)).first(8 + failure.length);
    if (!line_.channel.send(MessageType::failed, request_, bytes, line_.bridge.now() + short_patience_nsec))
        return; // nobody is there to tell
}

} // namespace decant::host
