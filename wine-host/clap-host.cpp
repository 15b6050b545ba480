// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/clap-host.hpp"

#include "wine-host/clap-thread-pool.hpp"
#include "wine-host/text.hpp"

#include <windows.h>

#include <algorithm>
#include <cstring>
#include <map>

namespace decant::host
{
namespace
{

/// Which host a timer belongs to: Windows hands nothing but its number to the callback. All timers of the
/// process run on the main thread.
std::map<UINT_PTR, const clap_plugin_t*>& timer_owners()
{
    static std::map<UINT_PTR, const clap_plugin_t*> owners;
    return owners;
}

void CALLBACK on_timer(HWND, UINT, UINT_PTR id, DWORD)
{
    const auto owner = timer_owners().find(id);
    if (owner == timer_owners().end())
        return; // ended, with this message still in the queue
    const clap_plugin_t* plugin = owner->second;
    const auto* timers = static_cast<const clap_plugin_timer_support_t*>(
        plugin->get_extension(plugin, CLAP_EXT_TIMER_SUPPORT));
    if (timers != nullptr)
        timers->on_timer(plugin, static_cast<clap_id>(id));
}

const char* word_for(std::int32_t severity)
{
    switch (severity) {
    case clap::log_warning:
        return "warning: ";
    case clap::log_error:
    case clap::log_fatal:
        return "error: ";
    default:
        return "";
    }
}

} // namespace

ClapHost::ClapHost(PluginListener& listener) : listener_(listener), main_thread_(GetCurrentThreadId())
{
    host_ = {CLAP_VERSION_INIT, this,    "Decant", "The Decant authors", "", "0.1.0", extension,
             nullptr,           nullptr, nullptr};
    host_.request_restart = [](const clap_host_t* host) {
        of(host).want(of(host).restart_);
    };
    host_.request_process = [](const clap_host_t*) {
        // Every block is processed, whether it is silent or not.
    };
    host_.request_callback = [](const clap_host_t* host) {
        of(host).want(of(host).callback_);
    };
}

ClapHost::~ClapHost()
{
    set_plugin(nullptr);
}

void ClapHost::set_plugin(const clap_plugin_t* plugin)
{
    plugin_ = plugin;
    while (plugin == nullptr && !timers_.empty())
        end_timer(static_cast<clap_id>(*timers_.begin()));
}

/// Those of the pool are, too, as they do a part of its work.
bool ClapHost::is_audio_thread() const noexcept
{
    return GetCurrentThreadId() == audio_thread_ || (pool_ != nullptr && pool_->is_inside());
}

void ClapHost::want(std::atomic<bool>& what) noexcept
{
    what.store(true);
    listener_.work_wanted();
}

const void* ClapHost::extension(const clap_host_t*, const char* id)
{
    static const clap_host_thread_check_t thread_check{
        [](const clap_host_t* host) {
            const auto thread = GetCurrentThreadId();
            return thread == of(host).main_thread_ && thread != of(host).audio_thread_;
        },
        [](const clap_host_t* host) { return of(host).is_audio_thread(); },
    };
    static const clap::HostThreadPool thread_pool{
        [](const clap_host_t* host, std::uint32_t tasks) {
            // Not from inside a task, either.
            return of(host).pool_ != nullptr && GetCurrentThreadId() == of(host).audio_thread_ &&
                   of(host).pool_->run(tasks);
        },
    };
    static const clap_host_params_t params{
        [](const clap_host_t* host, clap_param_rescan_flags flags) {
            of(host).rescan_.fetch_or(flags);
            of(host).listener_.work_wanted();
        },
        [](const clap_host_t*, clap_id, clap_param_clear_flags) {},
        [](const clap_host_t* host) { of(host).want(of(host).flush_); },
    };
    static const clap_host_latency_t latency{
        [](const clap_host_t* host) { of(host).want(of(host).latency_); },
    };
    static const clap_host_state_t state{
        [](const clap_host_t* host) { of(host).listener_.state_changed(); },
    };
    static const clap::HostTail tail{
        [](const clap_host_t*) {}, // every block is processed to the end of any tail
    };
    static const clap_host_audio_ports_t audio_ports{
        [](const clap_host_t*, std::uint32_t flag) { return flag == CLAP_AUDIO_PORTS_RESCAN_NAMES; },
        [](const clap_host_t*, std::uint32_t) {},
    };
    static const clap_host_note_ports_t note_ports{
        [](const clap_host_t*) -> std::uint32_t {
            return CLAP_NOTE_DIALECT_CLAP | CLAP_NOTE_DIALECT_MIDI | CLAP_NOTE_DIALECT_MIDI_MPE;
        },
        [](const clap_host_t*, std::uint32_t) {},
    };
    static const clap_host_timer_support_t timer_support{
        [](const clap_host_t* host, std::uint32_t period_ms, clap_id* timer) {
            return timer != nullptr && of(host).start_timer(period_ms, *timer);
        },
        [](const clap_host_t* host, clap_id timer) { return of(host).end_timer(timer); },
    };
    static const clap_host_gui_t gui{
        [](const clap_host_t*) {}, // the plugin is asked whenever it matters
        [](const clap_host_t* host, std::uint32_t width, std::uint32_t height) {
            return of(host).resize_editor(width, height);
        },
        [](const clap_host_t* host) { return of(host).show_editor(true); },
        [](const clap_host_t* host) { return of(host).show_editor(false); },
        [](const clap_host_t* host, bool) { of(host).show_editor(false); },
    };
    static const clap::HostPresetLoad preset_load{
        [](const clap_host_t* host, std::uint32_t, const char*, const char*, std::int32_t os_error,
           const char* text) { of(host).hear_preset_error(os_error, text); },
        // Its values are told as any are.
        [](const clap_host_t* host, std::uint32_t, const char*, const char*) {
            of(host).listener_.state_changed();
        },
    };
    static const clap::HostLog log{
        [](const clap_host_t* host, std::int32_t severity, const char* text) {
            // A write to the log can block, and debugging output is for the plugin's authors.
            if (text == nullptr || severity == clap::log_debug || of(host).is_audio_thread())
                return;
            print_error(word_for(severity) + from_plugin(text));
        },
    };
    const std::pair<const char*, const void*> extensions[] = {
        {CLAP_EXT_THREAD_CHECK, &thread_check},
        {clap::ext_thread_pool, &thread_pool},
        {CLAP_EXT_PARAMS, &params},
        {CLAP_EXT_LATENCY, &latency},
        {CLAP_EXT_STATE, &state},
        {clap::ext_tail, &tail},
        {CLAP_EXT_AUDIO_PORTS, &audio_ports},
        {CLAP_EXT_NOTE_PORTS, &note_ports},
        {CLAP_EXT_TIMER_SUPPORT, &timer_support},
        {CLAP_EXT_GUI, &gui},
        {clap::ext_preset_load, &preset_load},
        {clap::ext_preset_load_draft, &preset_load},
        {clap::ext_log, &log},
    };
    for (const auto& [name, functions] : extensions)
        if (id != nullptr && std::strcmp(name, id) == 0)
            return functions;
    return nullptr;
}

void ClapHost::hear_preset_error(std::int32_t os_error, const char* text)
{
    if (GetCurrentThreadId() != main_thread_)
        return;
    preset_error_ = text != nullptr ? from_plugin(text) : std::string();
    if (os_error != 0)
        preset_error_ +=
            (preset_error_.empty() ? "" : ": ") + windows_error(static_cast<std::uint32_t>(os_error));
}

void ClapHost::set_frame(EditorFrame* frame)
{
    frame_ = frame;
    wanted_size_ = 0;
    wanted_shown_ = 0;
}

bool ClapHost::resize_editor(std::uint32_t width, std::uint32_t height)
{
    if (width == 0 || height == 0 || width > EditorSize::most || height > EditorSize::most)
        return false;
    if (GetCurrentThreadId() == main_thread_)
        return frame_ != nullptr && frame_->resize({width, height});
    wanted_size_ = std::uint64_t{width} << 32 | height;
    listener_.work_wanted();
    return true;
}

/// Later also on the main thread: the plugin may be in the midst of its editor.
bool ClapHost::show_editor(bool shown)
{
    wanted_shown_ = shown ? 1 : -1;
    listener_.work_wanted();
    return true;
}

void ClapHost::serve_editor()
{
    const std::uint64_t size = wanted_size_.exchange(0);
    const int shown = wanted_shown_.exchange(0);
    if (frame_ != nullptr && size != 0)
        frame_->resize({static_cast<std::uint32_t>(size >> 32), static_cast<std::uint32_t>(size)});
    if (frame_ != nullptr && shown != 0)
        frame_->show(shown > 0);
}

bool ClapHost::start_timer(std::uint32_t period_ms, clap_id& id)
{
    const clap_plugin_t* plugin = plugin_;
    if (plugin == nullptr)
        return false;
    const UINT_PTR timer = SetTimer(nullptr, 0, std::max<UINT>(period_ms, USER_TIMER_MINIMUM), on_timer);
    if (timer == 0)
        return false;
    timers_.insert(timer);
    timer_owners()[timer] = plugin;
    id = static_cast<clap_id>(timer);
    return true;
}

bool ClapHost::end_timer(clap_id id)
{
    if (timers_.erase(id) == 0)
        return false;
    KillTimer(nullptr, id);
    timer_owners().erase(id);
    return true;
}

ClapHost::AudioRole::AudioRole(ClapHost& host) noexcept : host_(host)
{
    host_.audio_thread_.store(GetCurrentThreadId(), std::memory_order_relaxed);
}

ClapHost::AudioRole::~AudioRole()
{
    host_.audio_thread_.store(0, std::memory_order_relaxed);
}

} // namespace decant::host
