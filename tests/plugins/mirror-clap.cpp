// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Two CLAP effects for tests that give back whatever the host gives. "Mirror" hears MIDI, "Mirror of notes"
// hears CLAP's own notes alone. The parameter "Level" is heard frame by frame, the side chain on the right,
// and what the host says of the time on an output of its own. Like plugins that are built with the strictest
// checks of CLAP's helpers they end the process if the host does not keep to the interface.

#include "tests/plugins/clap-plugin.hpp"
#include "wine-host/clap-interface.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <set>
#include <string_view>

#include <windows.h>

namespace
{

using decant::host::clap::HostLog;
using decant::host::clap::HostThreadPool;
using decant::host::clap::PluginThreadPool;

enum Parameter : clap_id {
    latency = 1000, ///< frames, after a restart that it asks for
    level,
    follow, ///< gives its value to "Echo" at the same frame
    echo,
    secret, ///< hidden
    calls,  ///< counts on_main_thread(), which moving it asks for, and in which the state changes
    ticks,  ///< counts a timer, up to ten
    tasks,  ///< so many that each block has, for the host's threads; "Echo" is how many were done
            ///< well, and "Follow" by how many threads
    first_parameter = latency,
    last_parameter = tasks,
};

constexpr int tuned_channel = 5;

constexpr const char* names[] = {"Latency", "Level", "Follow", "Echo", "Secret", "Calls", "Ticks", "Tasks"};

struct Mirror {
    clap_plugin_t plugin{};
    const clap_host_t* host = nullptr;
    std::array<double, last_parameter + 1 - first_parameter> values{};
    std::uint32_t latency_in_use = 0;
    bool active = false;               ///< or about to be
    std::uintptr_t parameter_list = 1; ///< another one after each deactivate(); the cookie of its parameters
    clap_id timer = CLAP_INVALID_ID;
    std::int32_t mode = -1;
    double tuning = 0; ///< semitones by which the notes of one channel are bent
    std::array<std::atomic<unsigned>, 1000> task_runs{}; ///< in this block, on an audio thread
    std::array<unsigned long, 1000> task_threads{};      ///< that ran it last

    double& value(clap_id id) { return values[id - first_parameter]; }

    template <class Interface>
    const Interface* host_extension(const char* name)
    {
        return static_cast<const Interface*>(host->get_extension(host, name));
    }

    void rescan(clap_param_rescan_flags what)
    {
        const auto* params = host_extension<clap_host_params_t>(CLAP_EXT_PARAMS);
        params->rescan(host, what);
    }
};

Mirror& self(const clap_plugin_t* plugin)
{
    return *static_cast<Mirror*>(plugin->plugin_data);
}

void demand(bool kept)
{
    if (!kept)
        __builtin_trap();
}

void* cookie_of(const Mirror& mirror)
{
    return reinterpret_cast<void*>(mirror.parameter_list);
}

const char* const features[] = {"audio-effect", nullptr};
const clap_plugin_descriptor_t descriptors[] = {
    {CLAP_VERSION_INIT, "decant.test-mirror", "Mirror", "The Decant authors", "", "", "", "3.2.1", "",
     const_cast<const char**>(features)},
    {CLAP_VERSION_INIT, "decant.test-mirror-of-notes", "Mirror of notes", "The Decant authors", "", "", "",
     "3.2.1", "", const_cast<const char**>(features)},
};

// Audio and note ports

std::uint32_t count_ports(const clap_plugin_t*, bool)
{
    return 2;
}

bool get_port(const clap_plugin_t*, std::uint32_t index, bool input, clap_audio_port_info_t* info)
{
    *info = {};
    info->id = index;
    std::strcpy(info->name, index == 0 ? "Main" : (input ? "Key" : "Time"));
    info->flags = index == 0 ? CLAP_AUDIO_PORT_IS_MAIN : 0;
    info->channel_count = index == 0 ? 2 : 1;
    info->port_type = index == 0 ? CLAP_PORT_STEREO : CLAP_PORT_MONO;
    info->in_place_pair = CLAP_INVALID_ID;
    return true;
}

const clap_plugin_audio_ports_t audio_ports{count_ports, get_port};

const clap_plugin_note_ports_t note_ports{
    [](const clap_plugin_t*, bool) -> std::uint32_t { return 1; },
    [](const clap_plugin_t* plugin, std::uint32_t, bool, clap_note_port_info_t* info) {
        *info = {};
        const bool notes = plugin->desc == &descriptors[1];
        info->supported_dialects =
            notes ? CLAP_NOTE_DIALECT_CLAP : CLAP_NOTE_DIALECT_MIDI | CLAP_NOTE_DIALECT_MIDI_MPE;
        info->preferred_dialect = notes ? CLAP_NOTE_DIALECT_CLAP : CLAP_NOTE_DIALECT_MIDI;
        std::strcpy(info->name, "Notes");
        return true;
    }};

// Parameters

bool get_parameter(const clap_plugin_t* plugin, std::uint32_t index, clap_param_info_t* info)
{
    *info = {};
    info->cookie = cookie_of(self(plugin));
    info->id = first_parameter + index;
    info->flags = CLAP_PARAM_IS_AUTOMATABLE;
    info->max_value = 1;
    if (info->id == latency || info->id == calls || info->id == ticks || info->id == tasks) {
        info->flags |= CLAP_PARAM_IS_STEPPED;
        info->max_value = 1000;
    }
    if (info->id == level) {
        info->min_value = -12;
        info->max_value = 12;
    }
    if (info->id == secret)
        info->flags |= CLAP_PARAM_IS_HIDDEN;
    std::strcpy(info->name, names[index]);
    return true;
}

void give(const clap_output_events_t* out, clap_id id, std::uint32_t frame, double value)
{
    clap_event_param_value_t event{};
    event.header = {sizeof event, frame, CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_PARAM_VALUE, 0};
    event.param_id = id;
    event.note_id = event.port_index = event.channel = event.key = -1;
    event.value = value;
    out->try_push(out, &event.header);
}

/// As an editor does that is dragged, and as a plugin whose modulation has an output.
void give_with_gesture(const clap_output_events_t* out, clap_id id, std::uint32_t frame, double value)
{
    clap_event_param_gesture_t gesture{};
    gesture.header = {sizeof gesture, frame, CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_PARAM_GESTURE_BEGIN, 0};
    gesture.param_id = id;
    out->try_push(out, &gesture.header);
    give(out, id, frame, value);
    clap_event_param_mod_t modulation{};
    modulation.header = {sizeof modulation, frame, CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_PARAM_MOD, 0};
    modulation.param_id = id;
    modulation.note_id = modulation.port_index = modulation.channel = modulation.key = -1;
    modulation.amount = 0.25;
    out->try_push(out, &modulation.header);
    gesture.header.type = CLAP_EVENT_PARAM_GESTURE_END;
    out->try_push(out, &gesture.header);
}

void take(Mirror& mirror, const clap_event_header_t& event, const clap_output_events_t* out)
{
    if (event.type == CLAP_EVENT_NOTE_EXPRESSION) {
        const auto& expression = reinterpret_cast<const clap_event_note_expression_t&>(event);
        if (expression.expression_id == CLAP_NOTE_EXPRESSION_TUNING && expression.channel == tuned_channel)
            mirror.tuning = expression.value;
    }
    if (event.type != CLAP_EVENT_PARAM_VALUE) {
        out->try_push(out, &event);
        return;
    }
    const auto& change = reinterpret_cast<const clap_event_param_value_t&>(event);
    demand(change.cookie == nullptr || change.cookie == cookie_of(mirror));
    mirror.value(change.param_id) = change.value;
    if (change.param_id == latency)
        mirror.host->request_restart(mirror.host);
    if (change.param_id == calls)
        mirror.host->request_callback(mirror.host);
    if (change.param_id == follow) {
        mirror.value(echo) = change.value;
        give_with_gesture(out, echo, event.time, change.value);
    }
}

void take_all(Mirror& mirror, const clap_input_events_t* in, const clap_output_events_t* out)
{
    for (std::uint32_t i = 0; i < in->size(in); ++i)
        take(mirror, *in->get(in, i), out);
}

const clap_plugin_params_t params{
    [](const clap_plugin_t*) -> std::uint32_t { return last_parameter + 1 - first_parameter; },
    get_parameter,
    [](const clap_plugin_t* plugin, clap_id id, double* value) {
        *value = self(plugin).value(id);
        return true;
    },
    [](const clap_plugin_t*, clap_id id, double value, char* text, std::uint32_t size) {
        std::snprintf(text, size, id == level ? "%.2f dB" : "%.2f", value);
        return true;
    },
    [](const clap_plugin_t*, clap_id, const char*, double*) { return false; },
    [](const clap_plugin_t* plugin, const clap_input_events_t* in, const clap_output_events_t* out) {
        Mirror& mirror = self(plugin);
        const auto* threads = mirror.host_extension<clap_host_thread_check_t>(CLAP_EXT_THREAD_CHECK);
        demand(mirror.active ? threads->is_audio_thread(mirror.host) : threads->is_main_thread(mirror.host));
        take_all(mirror, in, out);
    }};

const clap_plugin_latency_t latency_interface{[](const clap_plugin_t* plugin) {
    demand(self(plugin).active); // before, it does not know the sample rate
    return self(plugin).latency_in_use;
}};

const clap_plugin_timer_support_t timer_support{[](const clap_plugin_t* plugin, clap_id id) {
    Mirror& mirror = self(plugin);
    mirror.value(ticks) += 1;
    if (mirror.value(ticks) == 10)
        mirror.host_extension<clap_host_timer_support_t>(CLAP_EXT_TIMER_SUPPORT)
            ->unregister_timer(mirror.host, id);
    mirror.rescan(CLAP_PARAM_RESCAN_VALUES);
}};

/// A task that takes long enough for the other threads to come.
void do_task(const clap_plugin_t* plugin, std::uint32_t task)
{
    Mirror& mirror = self(plugin);
    const auto* threads = mirror.host_extension<clap_host_thread_check_t>(CLAP_EXT_THREAD_CHECK);
    volatile unsigned steps = 0;
    while (steps < 20'000)
        steps = steps + 1;
    if (threads->is_audio_thread(mirror.host))
        ++mirror.task_runs[task];
    mirror.task_threads[task] = GetCurrentThreadId();
}

const PluginThreadPool thread_pool{do_task};

const decant::host::clap::PluginRender render{[](const clap_plugin_t*) { return false; },
                                              [](const clap_plugin_t* plugin, std::int32_t mode) {
                                                  self(plugin).mode = mode;
                                                  return true;
                                              }};

/// Has the tasks of a block done, and tells how many ran exactly once.
void share_work(Mirror& mirror, const clap_output_events_t* out)
{
    const auto count = static_cast<std::uint32_t>(mirror.value(tasks));
    if (count == 0)
        return;
    for (auto& runs : mirror.task_runs)
        runs = 0;
    const auto* pool = mirror.host_extension<HostThreadPool>(decant::host::clap::ext_thread_pool);
    const bool done = pool->request_exec(mirror.host, count);
    const auto once = std::count(mirror.task_runs.begin(), mirror.task_runs.end(), 1u);
    give(out, echo, 0, done ? static_cast<double>(once) : -1);
    const std::set<unsigned long> threads(mirror.task_threads.begin(), mirror.task_threads.begin() + count);
    give(out, follow, 0, static_cast<double>(threads.size()));
}

// Life

bool init(const clap_plugin_t* plugin)
{
    Mirror& mirror = self(plugin);
    const auto* threads = mirror.host_extension<clap_host_thread_check_t>(CLAP_EXT_THREAD_CHECK);
    const auto* timers = mirror.host_extension<clap_host_timer_support_t>(CLAP_EXT_TIMER_SUPPORT);
    const auto* log = mirror.host_extension<HostLog>(decant::host::clap::ext_log);
    if (!threads->is_main_thread(mirror.host) || threads->is_audio_thread(mirror.host))
        return false;
    log->log(mirror.host, decant::host::clap::log_warning, "the mirror says hello");
    return timers->register_timer(mirror.host, 5, &mirror.timer);
}

clap_process_status process(const clap_plugin_t* plugin, const clap_process_t* block)
{
    Mirror& mirror = self(plugin);
    const auto* threads = mirror.host_extension<clap_host_thread_check_t>(CLAP_EXT_THREAD_CHECK);
    if (threads->is_main_thread(mirror.host) || !threads->is_audio_thread(mirror.host))
        return CLAP_PROCESS_ERROR;
    share_work(mirror, block->out_events);
    std::uint32_t next = 0;
    for (std::uint32_t frame = 0; frame < block->frames_count; ++frame) {
        for (; next < block->in_events->size(block->in_events); ++next) {
            const auto& event = *block->in_events->get(block->in_events, next);
            if (event.time > frame)
                break;
            take(mirror, event, block->out_events);
        }
        block->audio_outputs[0].data32[0][frame] = static_cast<float>(mirror.value(level));
        block->audio_outputs[0].data32[1][frame] = block->audio_inputs[1].data32[0][frame];
        block->audio_outputs[1].data32[0][frame] = 0;
    }
    const clap_event_transport_t& time = *block->transport;
    const double told[] = {
        time.tempo,
        static_cast<double>(time.song_pos_beats) / static_cast<double>(CLAP_BEATTIME_FACTOR),
        static_cast<double>(time.song_pos_seconds) / static_cast<double>(CLAP_SECTIME_FACTOR),
        static_cast<double>(time.flags),
        static_cast<double>(time.bar_number),
        static_cast<double>(time.tsig_num),
        mirror.tuning,
        static_cast<double>(mirror.mode)};
    for (std::uint32_t i = 0; i < std::size(told) && i < block->frames_count; ++i)
        block->audio_outputs[1].data32[0][i] = static_cast<float>(told[i]);
    return CLAP_PROCESS_CONTINUE;
}

const void* extension(const clap_plugin_t*, const char* name)
{
    const std::pair<std::string_view, const void*> extensions[] = {
        {CLAP_EXT_AUDIO_PORTS, &audio_ports},
        {CLAP_EXT_NOTE_PORTS, &note_ports},
        {CLAP_EXT_PARAMS, &params},
        {CLAP_EXT_LATENCY, &latency_interface},
        {CLAP_EXT_TIMER_SUPPORT, &timer_support},
        {decant::host::clap::ext_thread_pool, &thread_pool},
        {decant::host::clap::ext_render, &render},
    };
    for (const auto& [known, functions] : extensions)
        if (known == name)
            return functions;
    return nullptr;
}

const clap_plugin_t* create(const clap_plugin_factory_t*, const clap_host_t* host, const char* id)
{
    auto* mirror = new Mirror;
    mirror->host = host;
    const auto& descriptor = id == std::string_view(descriptors[0].id) ? descriptors[0] : descriptors[1];
    mirror->plugin = decant::tests::make_plugin(descriptor, mirror, process, extension);
    mirror->plugin.init = init;
    mirror->plugin.activate = [](const clap_plugin_t* plugin, double, std::uint32_t, std::uint32_t) {
        self(plugin).latency_in_use = static_cast<std::uint32_t>(self(plugin).value(latency));
        return self(plugin).active = true;
    };
    mirror->plugin.deactivate = [](const clap_plugin_t* plugin) {
        self(plugin).active = false;
        ++self(plugin).parameter_list;
        self(plugin).rescan(CLAP_PARAM_RESCAN_ALL);
    };
    mirror->plugin.on_main_thread = [](const clap_plugin_t* plugin) {
        Mirror& mirror = self(plugin);
        mirror.value(calls) += 1;
        mirror.rescan(CLAP_PARAM_RESCAN_VALUES);
        mirror.host_extension<clap_host_state_t>(CLAP_EXT_STATE)->mark_dirty(mirror.host);
    };
    return &mirror->plugin;
}

const clap_plugin_factory_t factory{
    [](const clap_plugin_factory_t*) -> std::uint32_t { return std::size(descriptors); },
    [](const clap_plugin_factory_t*, std::uint32_t index) { return &descriptors[index]; }, create};

} // namespace

extern "C" __declspec(dllexport) const clap_plugin_entry_t clap_entry{
    CLAP_VERSION_INIT, [](const char*) { return true; }, [] {},
    [](const char* id) -> const void* {
        return id == std::string_view(CLAP_PLUGIN_FACTORY_ID) ? &factory : nullptr;
    }};
