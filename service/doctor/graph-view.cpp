// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/doctor/graph-view.hpp"

#include "service/doctor/profile.hpp"
#include "service/doctor/words.hpp"
#include "service/pipewire-handles.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <fmt/format.h>
#include <memory>
#include <pipewire/extensions/profiler.h>
#include <pipewire/impl.h>
#include <spa/utils/string.h>

namespace decant::doctor
{

namespace
{

using service::Listener;
using Profiler = std::unique_ptr<pw_profiler, service::ProxyDeleter>;

class Reader
{
    service::MainLoop loop_;
    service::Context context_;
    service::Core core_;
    service::Registry registry_;
    service::Metadata settings_;
    Profiler profiler_;
    Listener core_listener_;
    Listener registry_listener_;
    Listener settings_listener_;
    Listener profiler_listener_;
    Profile profile_;
    Graph settings_seen_;
    std::string error_;

    static const char* value(const spa_dict* dictionary, const char* key)
    {
        return dictionary == nullptr ? nullptr : spa_dict_lookup(dictionary, key);
    }

    static void on_error(void* data, std::uint32_t id, int, int result, const char* message)
    {
        auto& self = *static_cast<Reader*>(data);
        if (id != PW_ID_CORE || result != -EPIPE)
            return;
        self.error_ = fmt::format("the PipeWire daemon was lost: {}", message);
        pw_main_loop_quit(self.loop_.get());
    }

    static void on_global(void* data, std::uint32_t id, std::uint32_t, const char* type, std::uint32_t,
                          const spa_dict* properties)
    {
        auto& self = *static_cast<Reader*>(data);
        if (spa_streq(type, PW_TYPE_INTERFACE_Profiler) && !self.profiler_)
            self.bind_profiler(id);
        else if (spa_streq(type, PW_TYPE_INTERFACE_Metadata) &&
                 spa_streq(value(properties, PW_KEY_METADATA_NAME), "settings"))
            self.bind_settings(id);
    }

    void bind_profiler(std::uint32_t id)
    {
        profiler_.reset(static_cast<pw_profiler*>(
            pw_registry_bind(registry_.get(), id, PW_TYPE_INTERFACE_Profiler, PW_VERSION_PROFILER, 0)));
        if (!profiler_)
            return;
        static constexpr pw_profiler_events events{.version = PW_VERSION_PROFILER_EVENTS,
                                                   .profile = on_profile};
        pw_profiler_add_listener(profiler_.get(), profiler_listener_.hook(), &events, this);
    }

    static void on_profile(void* data, const spa_pod* pod)
    try {
        static_cast<Reader*>(data)->profile_.add(pod);
    } catch (const std::exception& error) {
        static_cast<Reader*>(data)->error_ = error.what();
    }

    void bind_settings(std::uint32_t id)
    {
        settings_.reset(static_cast<pw_metadata*>(
            pw_registry_bind(registry_.get(), id, PW_TYPE_INTERFACE_Metadata, PW_VERSION_METADATA, 0)));
        if (!settings_)
            return;
        static constexpr pw_metadata_events events{.version = PW_VERSION_METADATA_EVENTS,
                                                   .property = on_setting};
        pw_metadata_add_listener(settings_.get(), settings_listener_.hook(), &events, this);
    }

    static int on_setting(void* data, std::uint32_t, const char* key, const char*, const char* text)
    {
        auto& graph = static_cast<Reader*>(data)->settings_seen_;
        if (key == nullptr || text == nullptr)
            return 0;
        const auto number = number_in(text);
        constexpr long long most = 1'000'000;
        if (!number || *number < 0 || *number > most)
            return 0;
        const auto set = static_cast<std::uint32_t>(*number);
        if (spa_streq(key, "clock.quantum"))
            graph.set_quantum = set;
        else if (spa_streq(key, "clock.rate"))
            graph.set_rate = set;
        else if (spa_streq(key, "clock.force-quantum"))
            graph.forced_quantum = set;
        else if (spa_streq(key, "clock.force-rate"))
            graph.forced_rate = set;
        return 0;
    }

public:
    Reader()
        : loop_(pw_main_loop_new(nullptr)),
          context_(loop_ ? pw_context_new(pw_main_loop_get_loop(loop_.get()), nullptr, 0) : nullptr)
    {
    }

    Answer<Graph> read(std::chrono::milliseconds time)
    {
        if (!context_)
            return Unknown{"no PipeWire client can be set up; is PipeWire installed completely?"};
        // A client has to bring the module that knows the profiler's messages.
        if (pw_context_load_module(context_.get(), PW_EXTENSION_MODULE_PROFILER, nullptr, nullptr) == nullptr)
            return Unknown{"PipeWire's module-profiler is missing; is PipeWire installed completely?"};
        core_.reset(pw_context_connect(context_.get(), nullptr, 0));
        if (!core_)
            return Unknown{fmt::format(
                "no PipeWire daemon answers ({}): start it with 'systemctl --user start pipewire'",
                std::strerror(errno))};
        static constexpr auto core_events = [] {
            pw_core_events events{};
            events.version = PW_VERSION_CORE_EVENTS;
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

        auto* loop = pw_main_loop_get_loop(loop_.get());
        auto* timer = pw_loop_add_timer(
            loop, [](void* data, std::uint64_t) { pw_main_loop_quit(static_cast<pw_main_loop*>(data)); },
            loop_.get());
        constexpr long msec_per_second = 1000;
        constexpr long nsec_per_msec = 1'000'000;
        timespec end{.tv_sec = time.count() / msec_per_second,
                     .tv_nsec = time.count() % msec_per_second * nsec_per_msec};
        pw_loop_update_timer(loop, timer, &end, nullptr, false);
        pw_main_loop_run(loop_.get());
        pw_loop_destroy_source(loop, timer);
        if (!error_.empty())
            return Unknown{error_};
        Graph graph = settings_seen_;
        graph.drivers = profile_.drivers();
        graph.seconds = std::chrono::duration<double>(time).count();
        return graph;
    }
};

} // namespace

Answer<Graph> look_at_graph(std::chrono::milliseconds time)
{
    const service::PipeWireLibrary library;
    return Reader().read(time);
}

Quantum quantum_of(const Graph& graph)
{
    if (!graph.drivers.empty()) {
        const auto& driver = graph.drivers.front();
        return {driver.frames, driver.rate, "as " + driver.name + " runs now"};
    }
    Quantum quantum;
    if (const auto frames = graph.forced_quantum != 0 ? graph.forced_quantum : graph.set_quantum; frames != 0)
        quantum.frames = frames;
    if (const auto rate = graph.forced_rate != 0 ? graph.forced_rate : graph.set_rate; rate != 0)
        quantum.rate = rate;
    quantum.source = "as PipeWire is set up; nothing plays";
    return quantum;
}

} // namespace decant::doctor
