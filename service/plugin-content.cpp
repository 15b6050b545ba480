// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/plugin-content.hpp"

#include "service/hosts/parameter-names.hpp"
#include "service/hosts/state-file.hpp"
#include "service/log.hpp"
#include "service/plugin-ports.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <variant>

namespace decant::service
{

namespace
{

constexpr std::uint32_t first_rate = 48000; ///< until the graph shows its own

/// What PipeWire gives the data loops of its clients: who waits and who is waited for are equals.
constexpr const char* rt_priority = "83";

/// The title names the node, or the group that shares the process, in `top` and `ps`.
HostCommandSource host_command_for(const std::string& title)
{
    return [title](const PluginFile& plugin, const Progress& progress) {
        auto command = wine_host_command(plugin, progress);
        command.arguments.insert(command.arguments.end(), {"--rt-priority", rt_priority, "--title", title});
        return command;
    };
}

bool same_ports(const protocol::PluginDescription& one, const protocol::PluginDescription& other)
{
    const auto same = [](const protocol::PortDescription& a, const protocol::PortDescription& b) {
        return a.name == b.name && a.group == b.group && a.position == b.position;
    };
    const auto same_names = [](const protocol::ParameterDescription& a,
                               const protocol::ParameterDescription& b) {
        return a.id == b.id && a.name == b.name && a.minimum == b.minimum && a.maximum == b.maximum;
    };
    return std::equal(one.inputs.begin(), one.inputs.end(), other.inputs.begin(), other.inputs.end(), same) &&
           std::equal(one.outputs.begin(), one.outputs.end(), other.outputs.begin(), other.outputs.end(),
                      same) &&
           std::equal(one.parameters.begin(), one.parameters.end(), other.parameters.begin(),
                      other.parameters.end(), same_names) &&
           one.midi_in == other.midi_in && one.midi_out == other.midi_out &&
           one.instrument == other.instrument;
}

/// What happened between two reports.
bridge::BlockStatistics since(const bridge::BlockStatistics& before, bridge::BlockStatistics now)
{
    now.completed -= before.completed;
    for (std::size_t i = 0; i < now.round_trips.size(); ++i)
        now.round_trips[i] -= before.round_trips[i];
    return now;
}

} // namespace

PluginContent::PluginContent(const NodeConfig& config, ContentOwner& owner, MainQueue& queue)
    : owner_(owner), config_(config), rate_(first_rate)
{
    PluginHostSettings settings;
    settings.plugin.path = config.path;
    settings.plugin.plugin_class = config.plugin_class;
    settings.plugin.prefix = config.prefix;
    settings.plugin.group = config.host_group;
    for (const auto& part : config.chain)
        settings.plugin.chain.push_back({part.name, part.path.string(), part.plugin_class});
    settings.values = config.params;
    settings.rate = rate_;
    settings.max_frames = nodes::max_cycle_frames;
    settings.state_file = state_file_of(config.name);
    host_ = std::make_unique<PluginHost>(
        std::move(settings),
        [this, watch = lifeline_.watch(), &queue](HostEvent event) {
            queue.post([this, watch, event = std::move(event)] {
                if (!watch.expired())
                    std::visit([this](const auto& each) { handle(each); }, event);
            });
        },
        host_command_for(config.host_group.empty() ? config.name : config.host_group));
}

void PluginContent::handle(const HostReady& ready)
{
    const bool changed = !processor_ || !same_ports(plugin_, ready.description);
    plugin_ = ready.description;
    if (changed)
        make_processor();
    for (std::size_t i = 0; i < std::min(ready.values.size(), plugin_.parameters.size()); ++i)
        parameters_->note(plugin_.parameters[i].id, ready.values[i]);
    if (changed) {
        owner_.show({.ports = ports_of(plugin_),
                     .processor = *processor_,
                     .parameters = parameters_.get(),
                     .latency = plugin_.latency});
    } else {
        owner_.set_latency(plugin_.latency);
        owner_.publish_parameters();
    }
    owner_.set_state(NodeState::running);
}

void PluginContent::make_processor()
{
    owner_.hide();
    host_->disconnect();
    if (processor_)
        late_before_ += processor_->stats().late;
    before_ = {};
    processor_ = std::make_unique<bridge::BridgeProcessor>(layout_of(plugin_));
    parameters_ = std::make_unique<PluginParameters>(
        plugin_, [this](std::uint32_t id, double value) { host_->set_parameter(id, value); });
    host_->connect(*processor_);
}

void PluginContent::handle(const HostRestarting& restarting)
{
    ++restarts_;
    owner_.set_state(NodeState::restarting, restarting.reason);
}

void PluginContent::handle(const HostParked& parked)
{
    owner_.set_state(NodeState::failed, parked.reason);
}

void PluginContent::handle(const HostLog& line)
{
    log(line.severity, fmt::format("node '{}': {}", config_.name, line.text));
}

void PluginContent::handle(const StateSaved&) {}

void PluginContent::handle(const bridge::ParameterChanged& moved)
{
    if (!parameters_)
        return;
    parameters_->note(moved.id, moved.value);
    owner_.publish_parameters();
}

void PluginContent::handle(const bridge::LatencyChanged& moved)
{
    owner_.set_latency(moved.frames);
}

bool PluginContent::change(const NodeConfig& config)
{
    if (config.path != config_.path || config.chain != config_.chain ||
        config.plugin_class != config_.plugin_class || config.prefix != config_.prefix ||
        config.host_group != config_.host_group)
        return false;
    if (config.params != config_.params && !parameters_)
        return false; // it is not loaded yet: begin again
    for (const auto& [name, value] : config.params) {
        const auto before = config_.params.find(name);
        if (before != config_.params.end() && before->second == value)
            continue;
        try {
            const auto& parameter = parameter_named(plugin_, name);
            host_->set_parameter(parameter.id, value_within(parameter, value));
            parameters_->note(parameter.id, value);
        } catch (const std::runtime_error& error) {
            log(Severity::warning, fmt::format("node '{}': {}", config_.name, error.what()));
        }
    }
    config_ = config;
    owner_.publish_parameters();
    return true;
}

void PluginContent::tick(const nodes::FilterCounters* counters)
{
    if (counters == nullptr)
        return;
    const std::uint32_t rate = counters->rate;
    if (rate != 0 && rate != rate_) {
        rate_ = rate;
        host_->set_format(rate, nodes::max_cycle_frames);
    }
}

void PluginContent::report(NodeStatus& status)
{
    status.restarts = restarts_;
    status.late = late_before_;
    if (!processor_)
        return;
    const auto now = processor_->stats();
    status.late += now.late;
    const auto recent = since(before_, now);
    if (recent.completed != 0) {
        constexpr double microsecond = 1000;
        status.round_trip = {
            .p50 = static_cast<double>(recent.round_trip_quantile(0.5)) / microsecond,
            .p99 = static_cast<double>(recent.round_trip_quantile(0.99)) / microsecond,
            .max = static_cast<double>(recent.round_trip_quantile(1.0)) / microsecond,
        };
    }
    before_ = now;
}

void PluginContent::stop()
{
    host_->stop();
}

} // namespace decant::service
