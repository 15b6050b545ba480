// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/filter-node.hpp"

#include "nodes/midi-port.hpp"
#include "nodes/parameter-pods.hpp"

#include <pipewire/filter.h>
#include <pipewire/pipewire.h>
#include <spa/param/latency-utils.h>
#include <spa/pod/builder.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

namespace decant::nodes
{

namespace
{

struct FilterDeleter {
    void operator()(pw_filter* filter) const noexcept
    {
        pw_filter_disconnect(filter); // the audio thread leaves here
        pw_filter_destroy(filter);
    }
};

struct PropertiesDeleter {
    void operator()(pw_properties* properties) const noexcept { pw_properties_free(properties); }
};

pw_properties* make_properties(const std::map<std::string, std::string>& from)
{
    pw_properties* properties = pw_properties_new(nullptr, nullptr);
    if (properties == nullptr)
        throw std::bad_alloc();
    for (const auto& [key, value] : from)
        pw_properties_set(properties, key.c_str(), value.c_str());
    return properties;
}

/// What is known of a port, in the memory that pw_filter keeps for it.
struct PortData {
    spa_direction direction;
    spa_latency_info latency; ///< of what is linked to it
    bool midi;
};

} // namespace

class FilterNode::Filter
{
    Parameters* parameters_;
    FilterCounters counters_;
    FilterProcess process_;
    std::uint32_t latency_;
    std::string error_;
    std::vector<PortData*> ports_;
    spa_hook listener_{};
    std::unique_ptr<pw_filter, FilterDeleter>
        filter_; // the last member: it is gone before what its callbacks use

public:
    Filter(pw_core* core, FilterNodeSetup setup, Processor& processor, Parameters* parameters)
        : parameters_(parameters), process_(processor, counters_, setup.midi_channels),
          latency_(setup.latency)
    {
        process_.set_tempo(setup.tempo);
        const std::string name = setup.properties["node.name"];
        filter_.reset(pw_filter_new(core, name.c_str(), make_properties(setup.properties)));
        if (!filter_)
            fail("make", name, -errno);
        pw_filter_add_listener(filter_.get(), &listener_, &events, this);
        for (const auto& port : setup.ports.inputs)
            process_.add_input(add_audio_port(SPA_DIRECTION_INPUT, port));
        for (const auto& port : setup.ports.outputs)
            process_.add_output(add_audio_port(SPA_DIRECTION_OUTPUT, port));
        if (setup.ports.midi_in)
            process_.set_midi_in(add_midi_port(SPA_DIRECTION_INPUT, "midi_in"));
        if (setup.ports.midi_out)
            process_.set_midi_out(add_midi_port(SPA_DIRECTION_OUTPUT, "midi_out"));
        publish_latency();
        connect(name);
    }

    [[nodiscard]] std::uint32_t id() const { return pw_filter_get_node_id(filter_.get()); }
    [[nodiscard]] const std::string& error() const noexcept { return error_; }
    [[nodiscard]] const FilterCounters& counters() const noexcept { return counters_; }

    void set_latency(std::uint32_t frames)
    {
        if (frames == latency_)
            return;
        latency_ = frames;
        publish_latency();
    }

    void set_tempo(double tempo) noexcept { process_.set_tempo(tempo); }
    void let_go(std::uint64_t since) noexcept { process_.let_go(since); }
    void panic() noexcept { process_.panic(); }

    void set_properties(const std::map<std::string, std::string>& properties)
    {
        const std::unique_ptr<pw_properties, PropertiesDeleter> changes(make_properties(properties));
        pw_filter_update_properties(filter_.get(), nullptr, &changes->dict);
    }

    void publish_parameters()
    {
        if (parameters_ == nullptr)
            return;
        const Pod values = build_parameter_values(*parameters_);
        update(nullptr, values.get());
    }

private:
    [[noreturn]] static void fail(const char* what, const std::string& name, int result)
    {
        throw std::runtime_error("cannot " + std::string(what) + " the node '" + name +
                                 "': " + std::strerror(-result) + "; see 'journalctl --user -u pipewire'");
    }

    void connect(const std::string& name)
    {
        std::vector<Pod> pods;
        if (parameters_ != nullptr) {
            pods = build_parameter_infos(*parameters_);
            pods.push_back(build_parameter_values(*parameters_));
        }
        std::vector<const spa_pod*> params;
        for (const auto& pod : pods)
            params.push_back(pod.get());
        const auto flags =
            static_cast<pw_filter_flags>(PW_FILTER_FLAG_RT_PROCESS | PW_FILTER_FLAG_CUSTOM_LATENCY);
        const int result =
            pw_filter_connect(filter_.get(), flags, params.data(), static_cast<std::uint32_t>(params.size()));
        if (result < 0)
            fail("connect", name, result);
    }

    PortData* add_port(spa_direction direction, pw_properties* properties, std::span<const spa_pod*> params)
    {
        void* memory =
            pw_filter_add_port(filter_.get(), direction, PW_FILTER_PORT_FLAG_MAP_BUFFERS, sizeof(PortData),
                               properties, params.data(), static_cast<std::uint32_t>(params.size()));
        if (memory == nullptr)
            throw std::bad_alloc();
        // A port knows the latency that comes from the other end of its links: what an input hears was
        // delayed on the way to it, what an output sends will be delayed on the way from it.
        const auto travel = direction == SPA_DIRECTION_INPUT ? SPA_DIRECTION_OUTPUT : SPA_DIRECTION_INPUT;
        auto* port = new (memory) PortData{direction, SPA_LATENCY_INFO(travel), false};
        ports_.push_back(port);
        return port;
    }

    PortData* add_audio_port(spa_direction direction, const AudioPort& port)
    {
        auto* properties = pw_properties_new(PW_KEY_FORMAT_DSP, "32 bit float mono audio", PW_KEY_PORT_NAME,
                                             port.name.c_str(), nullptr);
        if (properties == nullptr)
            throw std::bad_alloc();
        if (!port.channel.empty())
            pw_properties_set(properties, PW_KEY_AUDIO_CHANNEL, port.channel.c_str());
        if (!port.group.empty())
            pw_properties_set(properties, PW_KEY_PORT_GROUP, port.group.c_str());
        return add_port(direction, properties, {});
    }

    PortData* add_midi_port(spa_direction direction, const char* name)
    {
        // From 1.4.0 to 1.4.3 a port of "32 bit raw UMP" is what PipeWire's own tools make, but qpwgraph
        // before 0.8.2 (Debian 12 and 13) cannot link it; raw MIDI is understood everywhere.
        auto* properties =
            pw_properties_new(PW_KEY_FORMAT_DSP, "8 bit raw midi", PW_KEY_PORT_NAME, name, nullptr);
        if (properties == nullptr)
            throw std::bad_alloc();
        const auto pods = build_midi_port_params();
        std::vector<const spa_pod*> params;
        for (const auto& pod : pods)
            params.push_back(pod.get());
        auto* port = add_port(direction, properties, params);
        port->midi = true;
        return port;
    }

    void update(void* port, const spa_pod* param) { pw_filter_update_params(filter_.get(), port, &param, 1); }

    /// Sums up what the ports at the beginning of a way know of latency, adds the node's own, and tells the
    /// ports at its end. pw_filter's own algorithm does not tell them again when the node's part changes
    /// (1.4.2).
    void publish_latency(spa_direction way)
    {
        spa_latency_info sum{};
        spa_latency_info_combine_start(&sum, way);
        for (const auto* port : ports_)
            if (port->direction != way)
                spa_latency_info_combine(&sum, &port->latency);
        spa_latency_info_combine_finish(&sum);

        spa_process_latency_info own{};
        own.rate = static_cast<std::int32_t>(std::min<std::uint32_t>(latency_, INT32_MAX));
        spa_process_latency_info_add(&own, &sum);

        std::array<std::uint8_t, 512> memory{};
        spa_pod_builder builder{};
        spa_pod_builder_init(&builder, memory.data(), memory.size());
        const spa_pod* param = spa_latency_build(&builder, SPA_PARAM_Latency, &sum);
        for (auto* port : ports_)
            if (port->direction == way)
                update(port, param);
    }

    void publish_latency()
    {
        publish_latency(SPA_DIRECTION_INPUT);
        publish_latency(SPA_DIRECTION_OUTPUT);
    }

    void port_param_changed(PortData& port, std::uint32_t id, const spa_pod* param)
    {
        if (id == SPA_PARAM_Format && port.midi)
            update(&port, build_midi_format().get());
        spa_latency_info info{};
        if (id != SPA_PARAM_Latency || spa_latency_parse(param, &info) < 0 ||
            info.direction == port.direction)
            return;
        port.latency = info;
        publish_latency(info.direction);
    }

    void node_param_changed(std::uint32_t id, const spa_pod* param)
    {
        if (id == SPA_PARAM_Props && parameters_ != nullptr &&
            apply_parameter_values(param, *parameters_) != 0)
            publish_parameters();
    }

    static void on_param_changed(void* data, void* port, std::uint32_t id, const spa_pod* param) noexcept
    {
        auto& self = *static_cast<Filter*>(data);
        try {
            if (port != nullptr && param != nullptr)
                self.port_param_changed(*static_cast<PortData*>(port), id, param);
            else if (port == nullptr)
                self.node_param_changed(id, param);
        } catch (const std::exception& error) {
            self.error_ = error.what();
        }
    }

    static void on_state_changed(void* data, pw_filter_state, pw_filter_state state,
                                 const char* error) noexcept
    {
        auto& self = *static_cast<Filter*>(data);
        if (state == PW_FILTER_STATE_STREAMING)
            self.process_.resume();
        else if (state == PW_FILTER_STATE_ERROR)
            self.error_ = error != nullptr ? error : "PipeWire refused the node without a reason";
        else if (state == PW_FILTER_STATE_UNCONNECTED)
            self.error_ = "the PipeWire daemon has closed the connection";
    }

    static void on_io_changed(void* data, void* port, std::uint32_t id, void* area,
                              std::uint32_t size) noexcept
    {
        if (port != nullptr && id == SPA_IO_Buffers)
            static_cast<Filter*>(data)->process_.set_exchange(
                port, size >= sizeof(spa_io_buffers) ? static_cast<const spa_io_buffers*>(area) : nullptr);
    }

    static void on_process(void* data, spa_io_position* position) noexcept
    {
        static_cast<Filter*>(data)->process_.run(position);
    }

    static constexpr pw_filter_events events = [] {
        pw_filter_events table{};
        table.version = PW_VERSION_FILTER_EVENTS;
        table.state_changed = on_state_changed;
        table.io_changed = on_io_changed;
        table.param_changed = on_param_changed;
        table.process = on_process;
        return table;
    }();
};

FilterNode::FilterNode(pw_core* core, FilterNodeSetup setup, Processor& processor, Parameters* parameters)
    : filter_(std::make_unique<Filter>(core, std::move(setup), processor, parameters))
{
}

FilterNode::~FilterNode() = default;

std::uint32_t FilterNode::id() const
{
    return filter_->id();
}

const std::string& FilterNode::error() const noexcept
{
    return filter_->error();
}

void FilterNode::set_latency(std::uint32_t frames)
{
    filter_->set_latency(frames);
}

void FilterNode::set_tempo(double tempo)
{
    filter_->set_tempo(tempo);
}

void FilterNode::let_go(std::uint64_t since) noexcept
{
    filter_->let_go(since);
}

void FilterNode::panic() noexcept
{
    filter_->panic();
}

void FilterNode::set_properties(const std::map<std::string, std::string>& properties)
{
    filter_->set_properties(properties);
}

void FilterNode::publish_parameters()
{
    filter_->publish_parameters();
}

const FilterCounters& FilterNode::counters() const noexcept
{
    return filter_->counters();
}

} // namespace decant::nodes
