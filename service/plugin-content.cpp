// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/plugin-content.hpp"

#include "service/hosts/opened-plugin.hpp"
#include "service/hosts/parameter-names.hpp"
#include "service/hosts/plugin-kind.hpp"
#include "service/hosts/state-file.hpp"
#include "service/log.hpp"
#include "service/plugin-ports.hpp"
#include "service/plugin-warnings.hpp"
#include "service/process-memory.hpp"

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

/// The title names the node, or the group that shares the process, in `top` and `ps`. `priority` 0: none.
HostCommandSource host_command_for(const std::string& title, int priority)
{
    return [title, priority](const PluginFile& plugin, const Progress& progress) {
        auto command = wine_host_command(plugin, progress);
        if (priority > 0)
            command.arguments.insert(command.arguments.end(), {"--rt-priority", std::to_string(priority)});
        command.title = title;
        return command;
    };
}

bridge::BridgeMode bridge_mode(const NodeConfig& config) noexcept
{
    return config.mode == BridgeMode::pipelined ? bridge::BridgeMode::pipelined : bridge::BridgeMode::sync;
}

/// Nobody waits for a pipelined plugin, so it runs when those that somebody waits for are done. All of a
/// group have the same, as they share a process.
int host_priority(const AudioThreads& threads, const NodeConfig& config) noexcept
{
    const int least = threads.host_priority > 0 ? 1 : 0;
    return config.mode == BridgeMode::pipelined && config.host_group.empty()
               ? std::max(threads.host_priority - 1, least)
               : threads.host_priority;
}

} // namespace

PluginContent::PluginContent(const NodeConfig& config, ContentOwner& owner, MainQueue& queue,
                             const AudioThreads& threads, Rights& rights, Farewells& farewells)
    : owner_(owner), threads_(threads), farewells_(farewells), config_(config), rate_(first_rate),
      place_(threads), rights_(rights, config.name)
{
    PluginHostSettings settings;
    settings.plugin.path = config.path;
    settings.plugin.plugin_class = config.plugin_class;
    settings.plugin.prefix = config.prefix;
    settings.plugin.group = config.host_group;
    settings.plugin.spare = config.host_spare;
    settings.plugin.environment = config.wine;
    settings.plugin.inputs = config.input_channels;
    settings.plugin.outputs = config.output_channels;
    for (const auto& part : config.chain)
        settings.plugin.chain.push_back(
            {part.name, part.path.string(), part.plugin_class,
             settings.plugin.chain.empty() ? config.input_channels : config.output_channels,
             config.output_channels});
    settings.values = config.params;
    settings.select_programs = config.midi_programs;
    settings.rate = rate_;
    settings.max_frames = nodes::max_cycle_frames;
    settings.state_file = state_file_of(config.name);
    host_ = std::make_unique<PluginHost>(
        std::move(settings),
        [this, watch = lifeline_.watch(), &queue, name = config.name](HostEvent event) {
            // At once, as nobody runs the queue any more when the last state is saved.
            if (const auto* line = std::get_if<HostLog>(&event))
                return log_of_node(name, line->severity, line->text);
            queue.post([this, watch, event = std::move(event)] {
                if (!watch.expired())
                    std::visit([this](const auto& each) { handle(each); }, event);
            });
        },
        host_command_for(config.host_group.empty() ? config.name : config.host_group,
                         host_priority(threads, config)));
}

PluginContent::~PluginContent()
{
    farewells_.take(std::move(host_), std::move(processor_));
}

void PluginContent::handle(const HostReady& ready)
{
    const bool changed = !processor_ || !same_ports(plugin_, ready.description);
    plugin_ = ready.description;
    open_editors_.clear(); // it is another host
    complaints_ = ready.complaints;
    log_of_node(config_.name, Severity::info,
                fmt::format("{} is ready ({})", plugin_.name, kind_of(plugin_)));
    latency_ = plugin_.latency;
    if (changed)
        make_processor();
    warnings_ = warnings_about(plugin_, config_); // the log has been told
    for (std::size_t i = 0; i < std::min(ready.values.size(), plugin_.parameters.size()); ++i)
        parameters_->note(plugin_.parameters[i].id, ready.values[i]);
    if (changed)
        owner_.show({.ports = ports_of(plugin_, config_.midi_programs),
                     .processor = *processor_,
                     .parameters = parameters_.get(),
                     .latency = plugin_.latency});
    else
        owner_.publish_parameters();
    publish_latency();
    ready_ = true;
    loading_.end();
    owner_.set_state(NodeState::running);
}

void PluginContent::make_processor()
{
    owner_.hide();
    host_->disconnect();
    if (processor_) {
        const auto stats = processor_->stats();
        late_before_ += stats.late;
        dropped_before_ += stats.dropped;
        lost_before_ += stats.lost_events;
    }
    before_ = {};
    auto layout = bridge_layout_of(plugin_);
    layout.select_programs = config_.midi_programs;
    processor_ = std::make_unique<bridge::BridgeProcessor>(layout, bridge_mode(config_), threads_.guard);
    processor_->set_bypass(bypassed_);
    parameters_ = std::make_unique<PluginParameters>(
        plugin_, [this](std::uint32_t id, double value) { host_->set_parameter(id, value); });
    host_->connect(*processor_);
}

void PluginContent::handle(const HostRestarting& restarting)
{
    ++restarts_;
    ready_ = false;
    loading_.begin();
    end_waits(restarting.reason);
    owner_.set_state(NodeState::restarting, restarting.reason);
}

void PluginContent::handle(const HostParked& parked)
{
    ready_ = false;
    loading_.end();
    end_waits(parked.reason);
    owner_.set_state(NodeState::failed, parked.reason);
}

void PluginContent::handle(const StateSaved& saved)
{
    save_problem_ = saved.problem;
    saves_.end_up_to(saved.ticket, saved.problem);
}

void PluginContent::handle(const WishDone& wish)
{
    publish_moved(); // for whoever looks when he has the answer
    wishes_.end(wish.ticket, wish.problem);
}

/// The host is gone, and with it whoever could answer.
void PluginContent::end_waits(const std::string& problem)
{
    open_editors_.clear();
    saves_.end_all(problem);
    wishes_.end_all(problem);
}

void PluginContent::handle(const bridge::ParameterChanged& moved)
{
    if (!parameters_)
        return;
    parameters_->note(moved.id, moved.value);
    moved_ = true;
}

/// The graph is told all values at once, and a preset moves thousands.
void PluginContent::publish_moved()
{
    if (std::exchange(moved_, false))
        owner_.publish_parameters();
}

void PluginContent::handle(const bridge::EditorChanged& window)
{
    editor_seen_ = true;
    if (window.open)
        open_editors_.insert(window.part);
    else
        open_editors_.erase(window.part);
}

void PluginContent::handle(const bridge::LatencyChanged& moved)
{
    if (std::exchange(latency_, moved.frames) != moved.frames)
        log_of_node(config_.name, Severity::info, fmt::format("its latency is {} frames now", latency_));
    publish_latency();
}

bool PluginContent::change(const NodeConfig& config)
{
    if (config.path != config_.path || config.plugin_class != config_.plugin_class ||
        config.prefix != config_.prefix || config.host_group != config_.host_group ||
        config.mode != config_.mode || config.midi_programs != config_.midi_programs ||
        config.input_channels != config_.input_channels ||
        config.output_channels != config_.output_channels || config.wine != config_.wine ||
        config.chain != config_.chain)
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
            log_of_node(config_.name, Severity::warning, error.what());
        }
    }
    if (config.params != config_.params)
        host_->set_configured(config.params);
    if (config.host_spare != config_.host_spare)
        host_->set_spare(config.host_spare);
    config_ = config;
    if (processor_) // else it is not known yet what there is
        warnings_ = warnings_about(plugin_, config_);
    owner_.publish_parameters();
    return true;
}

/// A plugin that waits a whole block has that in its latency.
void PluginContent::publish_latency()
{
    owner_.set_latency(latency_ + (config_.mode == BridgeMode::pipelined ? quantum_ : 0));
}

std::chrono::nanoseconds PluginContent::period() const noexcept
{
    constexpr std::uint64_t second = 1'000'000'000;
    return std::chrono::nanoseconds(quantum_ * second / rate_);
}

void PluginContent::keep_priorities()
{
    rights_.update_host(host_->process(), threads_.host_priority);
    rights_.update_audio_thread({.process = processor_->host_process(),
                                 .thread = processor_->host_thread(),
                                 .priority = host_priority(threads_, config_),
                                 .gives_way = true},
                                processor_->host_demoted());
}

void PluginContent::tick(const nodes::FilterCounters* counters)
{
    publish_moved();
    if (processor_) {
        place_.update(*processor_, config_, period());
        keep_priorities();
    }
    if (counters == nullptr)
        return;
    if (const std::uint32_t quantum = counters->frames; quantum != 0 && quantum != quantum_) {
        quantum_ = quantum;
        publish_latency();
    }
    const std::uint32_t rate = counters->rate;
    if (rate != 0 && rate != rate_) {
        rate_ = rate;
        host_->set_format(rate, nodes::max_cycle_frames);
    }
}

void PluginContent::report(NodeStatus& status)
{
    status.warnings.insert(status.warnings.end(), warnings_.begin(), warnings_.end());
    status.warnings.insert(status.warnings.end(), complaints_.begin(), complaints_.end());
    if (!save_problem_.empty())
        status.warnings.push_back("its state was not saved: " + save_problem_);
    loading_.report(status, config_.name);
    status.bypassed = bypassed_;
    status.restarts = restarts_;
    if (const auto process = host_->process(); process != 0)
        status.memory = private_memory_of(process);
    status.late = late_before_;
    status.dropped = dropped_before_;
    status.lost += lost_before_;
    if (!processor_)
        return;
    status.editor = editor();
    if (processor_->host_thread() != 0) {
        status.rt = to_text(rights_.audio_thread());
        const auto threads = rights_.plugin_threads();
        if (threads.all() != 0)
            status.rt_threads = {threads.realtime, threads.nice, threads.none};
        if (auto problem = rights_.problem(); !problem.empty())
            status.warnings.push_back(std::move(problem));
    }
    const auto now = processor_->stats();
    status.late += now.late;
    status.dropped += now.dropped;
    status.lost += now.lost_events;
    const auto recent = now.since(before_);
    place_.judge(recent.anticipated, recent.found_awake);
    status.wake = place_.wake() == bridge::BridgeWake::anticipate ? "anticipate" : "sleep";
    if (recent.anticipated != 0)
        status.awake = static_cast<double>(recent.found_awake) / static_cast<double>(recent.anticipated);
    if (recent.completed != 0) {
        constexpr double microsecond = 1000;
        status.round_trip = {
            .p50 = static_cast<double>(recent.round_trip_quantile(0.5)) / microsecond,
            .p99 = static_cast<double>(recent.round_trip_quantile(0.99)) / microsecond,
            .max = static_cast<double>(recent.round_trip_quantile(1.0)) / microsecond,
            .worst = static_cast<double>(now.longest_round_trip_nsec) / microsecond,
        };
    }
    before_ = now;
}

void PluginContent::save(std::function<void(std::string)> done)
{
    if (ready_)
        saves_.add(host_->save(), std::move(done));
    else
        done(save_problem_.empty() ? "it does not run, so there is nothing newer than its last state"
                                   : "it does not run, and its last state was not saved: " + save_problem_);
}

void PluginContent::ask(const PresetWish& wish, std::function<void(std::string)> done)
{
    if (ready_)
        wishes_.add(host_->ask(wish), std::move(done));
    else
        done("it does not run; 'decant list' says why");
}

std::string PluginContent::editor() const
{
    if (!processor_)
        return {};
    if (!plugin_.has_editor)
        return "none";
    if (!open_editors_.empty())
        return "open";
    return plugin_.format == protocol::PluginFormat::vst3 && !editor_seen_ ? "unknown" : "closed";
}

void PluginContent::ask(const EditorAction& action, std::function<void(std::string)> done)
{
    if (!ready_)
        return done("it does not run; 'decant list' says why");
    const bool is_open = action.part.empty() ? !open_editors_.empty() : open_editors_.contains(action.part);
    const bool open =
        action.kind == EditorAction::Kind::toggle ? !is_open : action.kind == EditorAction::Kind::open;
    wishes_.add(host_->ask(EditorWish{open, action.part, config_.name, config_.editor_scale}),
                std::move(done));
}

void PluginContent::bypass(bool bypassed)
{
    bypassed_ = bypassed;
    if (processor_)
        processor_->set_bypass(bypassed);
}

bool PluginContent::enable()
{
    owner_.set_state(NodeState::loading);
    loading_.begin();
    host_->restart();
    return true;
}

} // namespace decant::service
