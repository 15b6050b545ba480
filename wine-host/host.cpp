// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/host.hpp"

#include "wine-host/plugin-file.hpp"
#include "wine-host/text.hpp"

#include <windows.h>

#include <array>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <string>

namespace decant::host
{
namespace
{

using protocol::FailureCode;
using protocol::MessageType;
using protocol::WireReader;
using protocol::WireWriter;

/// The service empties the ring as long as it lives; a debugger may hold it up.
constexpr std::uint64_t patience_nsec = 60'000'000'000;

/// At least between two rounds of notices: twice as often as a screen can show.
constexpr std::uint64_t notice_interval_nsec = 8'000'000;

std::string wine_version()
{
    using Version = const char*(CDECL*)();
    const auto version = reinterpret_cast<Version>(
        reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version")));
    return version != nullptr ? version() : std::string();
}

PluginError malformed(const char* request)
{
    return {FailureCode::other,
            std::string("the request \"") + request + "\" is malformed; reinstall Decant"};
}

} // namespace

Host::Host(UnixBridge& bridge, const Options& options)
    : bridge_(bridge), channel_(bridge, bridge.region().to_service, bridge.region().to_host,
                                bridge.region().host_bell, bridge.region().service_bell),
      notices_(bridge), audio_(bridge, options.rt_priority, scheduling_),
      control_(bridge, channel_, notices_), main_thread_(GetCurrentThreadId())
{
    install_crash_handler(*this);
    if (!options.title.empty())
        bridge_.name_thread(options.title);
    send(MessageType::hello, 0,
         protocol::encode(protocol::Hello{protocol::version, sizeof(void*) * 8, wine_version()}));
    if (options.rt_priority > 0)
        report_scheduling(options.rt_priority);
}

void Host::send(MessageType type, std::uint32_t id, std::span<const std::byte> payload)
{
    if (!channel_.send(type, id, payload, bridge_.now() + patience_nsec))
        throw std::runtime_error("the service does not take messages any more");
}

void Host::log(std::string_view line)
{
    WireWriter out;
    out.put_text(line);
    send(MessageType::log, 0, out.bytes());
}

void Host::report_scheduling(int wanted)
{
    if (scheduling_.priority == 0)
        log("no real-time priority for the audio thread (" + std::string(std::strerror(scheduling_.error)) +
            "): raise the limit \"rtprio\" for your user, see limits.conf(5), and log in again");
    else if (scheduling_.priority < wanted)
        log("the audio thread has real-time priority " + std::to_string(scheduling_.priority) +
            " instead of " + std::to_string(wanted) + ": the limit \"rtprio\" allows no more");
}

void Host::run()
{
    while (!finished_) {
        pump_windows();
        if (const auto message = control_.next_message()) {
            serve(*message);
            continue;
        }
        if (control_.broken())
            throw std::runtime_error("the service does not keep to the protocol; reinstall Decant");
        send_notices();
        wait();
    }
}

void Host::wait()
{
    DWORD milliseconds = INFINITE;
    if (notices_.pending()) {
        const std::uint64_t now = bridge_.now();
        milliseconds = next_notices_ <= now ? 0 : static_cast<DWORD>((next_notices_ - now) / 1'000'000 + 1);
    }
    const HANDLE event = control_.event();
    MsgWaitForMultipleObjectsEx(1, &event, milliseconds, QS_ALLINPUT, MWMO_INPUTAVAILABLE);
}

void Host::pump_windows()
{
    // Not without end: a plugin that posts a message for each one it gets must not keep the service waiting.
    constexpr int most_at_once = 100;
    MSG message;
    for (int i = 0; i < most_at_once && PeekMessageW(&message, nullptr, 0, 0, PM_REMOVE) != 0; ++i) {
        TranslateMessage(&message);
        DispatchMessageW(&message);
    }
}

void Host::send_notices()
{
    if (!notices_.pending() || bridge_.now() < next_notices_)
        return;
    next_notices_ = bridge_.now() + notice_interval_nsec;
    const bool latency = notices_.take([this](std::uint32_t id, double value) {
        WireWriter out;
        out.put(id).put(value);
        send(MessageType::parameter_changed, 0, out.bytes());
    });
    if (latency)
        tell_latency();
}

void Host::tell_latency()
{
    if (plugin_ == nullptr || plugin_->latency() == told_latency_)
        return;
    told_latency_ = plugin_->latency();
    WireWriter out;
    out.put(told_latency_);
    send(MessageType::latency_changed, 0, out.bytes());
}

void Host::serve(const protocol::Message& message)
{
    request_ = message.id;
    try {
        const WireReader payload(message.payload);
        switch (message.type) {
        case MessageType::load:
            load(payload, message.id);
            break;
        case MessageType::activate:
            activate(payload, message.id);
            break;
        case MessageType::deactivate:
            deactivate();
            send(MessageType::done, message.id);
            break;
        case MessageType::get_state: {
            WireWriter out;
            out.put_blob(plugin().state());
            send(MessageType::state, message.id, out.bytes());
            break;
        }
        case MessageType::set_state:
            set_state(payload, message.id);
            break;
        case MessageType::get_values:
            get_values(message.id);
            break;
        case MessageType::quit:
            deactivate();
            plugin_.reset();
            send(MessageType::done, message.id);
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
        send(MessageType::failed, message.id,
             protocol::encode(protocol::Failure{error.code(), error.what()}));
    } catch (const std::bad_alloc&) {
        send(MessageType::failed, message.id,
             protocol::encode(protocol::Failure{FailureCode::other, "out of memory"}));
    }
    request_ = 0;
}

Plugin& Host::plugin()
{
    if (plugin_ == nullptr)
        throw PluginError(FailureCode::other, "no plugin is loaded");
    return *plugin_;
}

void Host::load(WireReader request, std::uint32_t id)
{
    const std::string path = request.get_text();
    const std::string plugin_class = request.get_text();
    if (!request.complete())
        throw malformed("load");
    if (plugin_ != nullptr)
        throw PluginError(FailureCode::other, "a plugin is loaded already; each one needs its own host");
    plugin_ = load_plugin(path, plugin_class, notices_);
    install_crash_handler(*this); // again: some plugins bring their own, with a dialog
    const protocol::PluginDescription description = plugin_->describe();
    told_latency_ = description.latency;
    send(MessageType::loaded, id, protocol::encode(description));
}

void Host::activate(WireReader request, std::uint32_t id)
{
    constexpr double lowest_rate = 1'000;
    constexpr double highest_rate = 1'536'000;
    const auto rate = request.get<double>();
    const auto max_frames = request.get<std::uint32_t>();
    if (!request.complete() || !(rate >= lowest_rate && rate <= highest_rate) || max_frames < 1 ||
        max_frames > protocol::max_frames)
        throw malformed("activate");
    Plugin& loaded = plugin();
    deactivate();
    loaded.activate(rate, max_frames);
    rate_ = static_cast<std::uint32_t>(std::lround(rate));
    max_frames_ = max_frames;
    active_ = true;
    attach();
    send(MessageType::done, id);
}

void Host::deactivate()
{
    if (!active_)
        return;
    detach();
    plugin_->deactivate();
    active_ = false;
}

void Host::set_state(WireReader request, std::uint32_t id)
{
    const auto state = request.get_blob();
    if (!request.complete())
        throw malformed("set_state");
    // Blocks meanwhile are answered with not_active: plugins guard their state against their editor, but
    // hardly ever against the audio thread.
    Plugin& loaded = plugin();
    detach();
    try {
        loaded.restore(state);
    } catch (...) {
        attach();
        throw;
    }
    attach();
    send(MessageType::done, id);
}

void Host::get_values(std::uint32_t id)
{
    const std::vector<double> values = plugin().values();
    WireWriter out;
    out.put(static_cast<std::uint32_t>(values.size()));
    for (const double value : values)
        out.put(value);
    send(MessageType::values, id, out.bytes());
}

void Host::attach() noexcept
{
    if (active_)
        audio_.attach(*plugin_, rate_, max_frames_);
}

void Host::detach()
{
    audio_.detach([this] {
        MsgWaitForMultipleObjectsEx(0, nullptr, 1, QS_ALLINPUT, MWMO_INPUTAVAILABLE);
        pump_windows();
    });
}

void Host::crashed(const char* what) noexcept
{
    audio_.answer_crash();
    if (GetCurrentThreadId() != main_thread_ || request_ == 0)
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
    if (!channel_.send(MessageType::failed, request_, bytes, bridge_.now() + short_patience_nsec))
        return; // nobody is there to tell
}

} // namespace decant::host
